"""The first steps: a language, whether this computer is safe, what the program does, how to leave, and then a vault.

What is answered here chooses advice and is kept nowhere: not in a file, not in the vault, not after the page is left.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QFrame, QLabel, QWidget

from evidence.errors import EvidenceError
from evidence.i18n import LANGUAGES, Texts
from ui.desk import LANGUAGE_NAMES, Desk
from ui.flow import FlowLayout
from ui.helping import TOPICS, Topic
from ui.leaving import keys_in_words
from ui.page import Page
from ui.widgets import Button, Card, Question, announce, text

WHO = ("alone", "home", "managed", "watched", "unsure")
"""Who else uses the computer; any of them may be ticked."""
STEPS = 4


class WelcomePage(Page):
    """Four short steps, one card each. Every step can be passed over."""

    HELP = "welcome"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.step = 0
        self.where = text("small")
        self.body.addWidget(self.where)
        self.cards = [self._build_safety()]
        """Those of the steps that were reached; the others are made when they are."""
        self.body.addWidget(self.cards[0])
        row = FlowLayout(gap=10)
        self.next_button, self.before_button = Button(desk, "main"), Button(desk)
        self.skip_button = Button(desk, "text")
        self.next_button.clicked.connect(lambda: self.go_to(self.step + 1))
        self.before_button.clicked.connect(lambda: self.go_to(self.step - 1))
        self.skip_button.clicked.connect(lambda: self.desk.go.show_start())
        for button in (self.next_button, self.before_button, self.skip_button):
            row.addWidget(button)
        self.body.addLayout(row)
        self.body.addStretch(1)

    def _build_safety(self) -> Card:
        card = Card()
        self.tongue_panel = QFrame()
        tongues = FlowLayout(self.tongue_panel, gap=8)
        group = QButtonGroup(self)
        self.tongues: dict[str, Button] = {}
        for language in LANGUAGES:
            button = Button(self.desk, "choice")
            button.setAutoExclusive(True)  # tells a screen reader that it is one of several; the group alone does not
            button.setText(LANGUAGE_NAMES[language])
            button.clicked.connect(lambda _checked=False, to=language: self._speak(to))
            group.addButton(button)
            tongues.addWidget(button)
            self.tongues[language] = button
        card.inside.addWidget(self.tongue_panel)
        self.asked, self.not_kept = Question("heading"), text("small")
        card.inside.addWidget(self.asked)
        self.asked.inside.addWidget(self.not_kept)
        self.answers: dict[str, QCheckBox] = {}
        for who in WHO:
            self.answers[who] = QCheckBox()
            self.answers[who].toggled.connect(lambda is_on, who=who: self._answered(who, is_on))
            self.asked.inside.addWidget(self.answers[who])
        self.advice: Card | None = None
        """Made for the first answer."""
        self.advice_lines: list[QLabel] = []
        return card

    def _make_advice(self) -> Card:
        made = Card("plain")
        self.advice_lines = [text() for _ in WHO]
        for line in self.advice_lines:
            made.inside.addWidget(line)
        self.cards[0].inside.addWidget(made)
        self.relook(self.desk.theme)
        return made

    def _reach(self, step: int) -> None:
        """Make the cards up to that of ``step``. What can be pressed there comes before the ways on."""
        builders = (self._build_safety, self._build_promise, self._build_leaving, self._build_choice)
        if step < len(self.cards):
            return
        for build in builders[len(self.cards) : step + 1]:
            card = build()
            self.body.insertWidget(self.body.indexOf(self.cards[-1]) + 1, card)
            self.cards.append(card)
            before: QWidget = list(self.answers.values())[-1]
            for button in card.findChildren(Button):
                QWidget.setTabOrder(before, button)
                before = button
        self.relook(self.desk.theme)
        self._say_steps()

    def _build_promise(self) -> Card:
        self.promise = [text("heading"), *(text() for _ in TOPICS["general"].points)]
        return self._of(self.promise)

    def _build_leaving(self) -> Card:
        self.leaving = [text("heading"), *(text() for _ in TOPICS["leaving"].points)]
        card = self._of(self.leaving)
        self.try_button = Button(self.desk, "", "leave")
        self.try_button.clicked.connect(lambda: self.desk.go.leave_now())
        row = FlowLayout(gap=10)
        row.addWidget(self.try_button)
        card.inside.addLayout(row)
        return card

    def _build_choice(self) -> Card:
        self.choice_title, self.choice_text = text("heading"), text()
        card = self._of([self.choice_title, self.choice_text])
        row = FlowLayout(gap=10)
        self.create_button, self.practice_button = Button(self.desk, "main", "plus"), Button(self.desk, "", "package")
        self.create_button.clicked.connect(lambda: self.desk.go.show_create())
        self.practice_button.clicked.connect(lambda: self.desk.go.practise())
        row.addWidget(self.create_button)
        row.addWidget(self.practice_button)
        card.inside.addLayout(row)
        return card

    def _of(self, lines: list[QLabel]) -> Card:
        card = Card()
        for line in lines:
            card.inside.addWidget(line)
        return card

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.say_title(t("The first steps"))
        self.tongues[self.desk.language].setChecked(True)
        self.tongue_panel.setAccessibleName(t("Language"))
        self.asked.ask(t("Who else can use this computer, or see what you do on it?"))
        self.not_kept.setText(t(TOPICS["welcome"].points[0]))
        answers = {
            "alone": t("Nobody but me"),
            "home": t("Someone I live with"),
            "managed": t("A school or an employer manages it"),
            "watched": t("Someone I am afraid of"),
            "unsure": t("I am not sure"),
        }
        for who, box in self.answers.items():
            box.setText(answers[who])
        self._say_steps()
        self.next_button.setText(t("&Continue"))
        self.before_button.setText(t("&Back"))
        self.skip_button.setText(t("&Skip these steps"))
        self._show()

    def _say_steps(self) -> None:
        """The words of the steps that were reached."""
        t, reached = self.desk.t, len(self.cards)
        keys = keys_in_words(t, self.desk.settings.leave_keys)
        if reached > 1:
            _say_topic(t, self.promise, TOPICS["general"], keys)
        if reached > 2:
            _say_topic(t, self.leaving, TOPICS["leaving"], keys)
            self.try_button.setText(t("&Try it now"))
        if reached > 3:
            self.choice_title.setText(t("Begin"))
            self.choice_text.setText(
                t(
                    "Make your vault, or practise first with a case of drawn pictures, in a vault that is thrown away "
                    "afterwards. Both can wait for another day."
                )
            )
            self.create_button.setText(t("Make a &new vault"))
            self.practice_button.setText(t("Practise first"))

    def first_focus(self) -> QWidget:
        return self.tongues[self.desk.language] if self.step == 0 else self.heading_of_step()

    def heading_of_step(self) -> QWidget:
        """What is used first in the present step."""
        return self.create_button if self.step == STEPS - 1 else self.next_button

    def leave(self) -> None:
        super().leave()
        self.forget()

    def forget(self) -> None:
        super().forget()
        for box in self.answers.values():
            box.setChecked(False)
        self.step = 0
        self._show()

    def go_to(self, step: int) -> None:
        """Show one of the steps, from 0."""
        self.step = min(max(step, 0), STEPS - 1)
        self._reach(self.step)
        self._show()
        self.area.verticalScrollBar().setValue(0)
        self.first_focus().setFocus()
        announce(self, f"{self.where.text()} {self._title()}")

    def _title(self) -> str:
        return (self.asked.label if not self.step else self.cards[self.step].findChildren(QLabel)[0]).text()

    def _speak(self, language: str) -> None:
        try:
            self.desk.change(language=language)
        except EvidenceError as problem:
            self.say_problem(problem)

    def _answered(self, who: str, is_on: bool) -> None:
        """*Nobody* and the others cannot both be true."""
        if is_on:
            for other, box in self.answers.items():
                if (other == "alone") != (who == "alone"):
                    box.setChecked(False)
        self._show()
        if is_on:
            announce(self, "\n".join(self._said()))
            QTimer.singleShot(0, self, self._bring_advice)

    def _bring_advice(self) -> None:
        """With large text it would come out of sight."""
        if self.advice is not None:
            QCoreApplication.sendPostedEvents()  # so that everything stands where it will stand
            self.area.ensureWidgetVisible(self.advice, 0, self.desk.theme.gap(16))

    def _said(self) -> list[str]:
        """The advice for what is ticked."""
        t = self.desk.t
        ticked = {who for who, box in self.answers.items() if box.isChecked()}
        said: list[str] = []
        if ticked & {"watched", "unsure"}:
            said.append(
                t(
                    "Another computer may be safer: a friend’s, one in a library, or one at a support centre. "
                    "You can keep the vault on a stick there."
                )
            )
            said.append(
                t("A program that watches this computer would see the keys you press. Nothing here can prevent that.")
            )
        if "managed" in ticked:
            said.append(t("Whoever manages a computer can often see its files and screen. A private one is better."))
        if "home" in ticked:
            said.append(
                t("Lock the vault when you get up, keep its paper elsewhere, and do not let the place be remembered.")
            )
        if "alone" in ticked:
            said.append(t("Then this computer is a good place. The vault still locks itself when nothing is touched."))
        return said

    def _show(self) -> None:
        t = self.desk.t
        self.where.setText(t("Step {number} of {count}", number=self.step + 1, count=STEPS))
        for number, card in enumerate(self.cards):
            card.setVisible(number == self.step)
        self.next_button.setVisible(self.step < STEPS - 1)
        self.before_button.setVisible(self.step > 0)
        said = self._said()
        if self.advice is None:
            if not said:
                return
            self.advice = self._make_advice()
        for position, line in enumerate(self.advice_lines):
            line.setVisible(position < len(said))
            line.setText(said[position] if position < len(said) else "")
        self.advice.setVisible(bool(said))


def _say_topic(t: Texts, lines: list[QLabel], topic: Topic, keys: str) -> None:
    for line, words in zip(lines, (topic.title, *topic.points), strict=True):
        line.setText(t(words).replace("{keys}", keys))
