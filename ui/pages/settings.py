"""Settings of the window; and, with an open vault, who works with it and whom to ask for the time."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QLabel, QWidget

from evidence.errors import EvidenceError
from evidence.i18n import LANGUAGES, Texts
from evidence.model import Examiner, OperatorRole
from evidence.settings import AUTO_LOCK_MINUTES, LEAVE_KEYS, LOOKS, TEXT_PERCENTS
from ui import wording
from ui.desk import LANGUAGE_NAMES, Desk
from ui.fields import Choice, Field, TextField
from ui.flow import FlowLayout
from ui.leaving import keys_in_words
from ui.page import Page
from ui.theme import Theme
from ui.widgets import Button, Card, text


class SettingsPage(Page):
    """Two cards: this window, and this vault."""

    WAY = "settings"
    HELP = "settings"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, has_back=True)
        self._fingerprint: tuple[str, str] | None = None
        self.back.clicked.connect(lambda: self.desk.go.show_start())
        self.window_title, window = self._section()
        self.language, self.percent = Choice(len(LANGUAGES)), Choice(len(TEXT_PERCENTS))
        self.look, self.minutes = Choice(len(LOOKS)), Choice(len(AUTO_LOCK_MINUTES))
        self.leave_keys = Choice(len(LEAVE_KEYS))
        for choice in (self.language, self.percent, self.look, self.minutes, self.leave_keys):
            window.inside.addWidget(choice)
        for position, language in enumerate(LANGUAGES):
            self.language.box.setItemText(position, LANGUAGE_NAMES[language])
        self.language.box.activated.connect(lambda index: self._change(language=LANGUAGES[index]))
        self.percent.box.activated.connect(lambda index: self._change(text_percent=TEXT_PERCENTS[index]))
        self.look.box.activated.connect(lambda index: self._change(look=LOOKS[index]))
        self.minutes.box.activated.connect(lambda index: self._change(auto_lock_minutes=AUTO_LOCK_MINUTES[index]))

        self.leave_keys.box.activated.connect(lambda index: self._change(leave_keys=LEAVE_KEYS[index]))
        self.on_screens = text("small")
        window.inside.addWidget(self.on_screens)

        self.vault_title, self.vault = self._section()
        self.upkeep_button = Button(desk, "", "key")
        self.upkeep_button.clicked.connect(lambda: self.desk.go.show_upkeep())
        to_upkeep = FlowLayout(gap=10)
        to_upkeep.addWidget(self.upkeep_button)
        self.detectors_button = Button(desk, "", "score")
        self.detectors_button.clicked.connect(lambda: self.desk.go.show_detectors())
        to_upkeep.addWidget(self.detectors_button)
        self.vault.inside.addLayout(to_upkeep)
        self.role = Choice(len(OperatorRole))
        self.vault.inside.addWidget(self.role)
        self.person = Field()
        self.vault.inside.addWidget(self.person)
        self.tsas = TextField()
        self.vault.inside.addWidget(self.tsas)
        self.known_button = Button(desk, "", "clock")
        self.known_button.clicked.connect(self.put_known)
        to_known = FlowLayout(gap=10)
        to_known.addWidget(self.known_button)
        self.vault.inside.addLayout(to_known)
        row = FlowLayout(gap=10)
        self.keep_button = Button(desk, "main", "check")
        self.keep_button.clicked.connect(self.keep)
        row.addWidget(self.keep_button)
        self.vault.inside.addLayout(row)
        self.key_title, self.key_words, self.key_digest = (
            text("label"),
            text("lead", selectable=True),
            text("mono", selectable=True),
        )
        for part in (self.key_title, self.key_words, self.key_digest):
            self.vault.inside.addWidget(part)
        self.body.addStretch(1)

    def _section(self) -> tuple[QLabel, Card]:
        title, card = text("heading"), Card()
        self.body.addWidget(title)
        self.body.addWidget(card)
        return title, card

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.back.setText(t("&Back"))
        self.say_title(t("Settings"))
        self.window_title.setText(t("This window"))
        self.language.name(t("&Language"))
        self.percent.name(t("Size of &text"))
        self.look.name(t("L&ook"))
        for position, words in enumerate((t("As the computer is set"), t("Light"), t("Dark"), t("High contrast"))):
            self.look.box.setItemText(position, words)
        for position, percent in enumerate(TEXT_PERCENTS):
            self.percent.box.setItemText(position, t("{n} %", n=percent))
        self.minutes.name(t("Lock when nothing was to&uched for"))
        for position, minutes in enumerate(AUTO_LOCK_MINUTES):
            self.minutes.box.setItemText(position, t.plural("{n} minute", "{n} minutes", minutes))
        self.leave_keys.name(
            t("Keys that lea&ve at once"),
            t("They cover this window with a notes page and lock the vault. Shift and Esc, three times, come back."),
        )
        for position, keys in enumerate(LEAVE_KEYS):
            self.leave_keys.box.setItemText(position, keys_in_words(t, keys))
        self.on_screens.setText(
            t("When this screen is shared or recorded, this window is left out of it.")
            if self.desk.is_left_out_of_screens
            else t("When this screen is shared or recorded, this window is seen: this system cannot leave it out.")
        )
        self.vault_title.setText(t("This vault"))
        self.upkeep_button.setText(t("Ways to open it, check an&d backup"))
        self.detectors_button.setText(t("Detectors and trust"))
        self.role.name(t("&Who works with it"))
        for position, role in enumerate(OperatorRole):
            self.role.box.setItemText(position, wording.begun(t.code("name", f"role.{role}")))
        self.person.name(t("Na&me, if you want"), t("It is printed in packages. You can leave it empty."))
        self.tsas.name(
            t("Time &authorities, one address in each line"),
            t(
                "They confirm since when something exists. They are asked only when you say so, "
                "and receive a digital fingerprint, no content. None is chosen for you."
            ),
        )
        self.known_button.setText(t("Put &in well-known ones"))
        self.keep_button.setText(t("&Keep these"))
        self.key_title.setText(t("Fingerprint of the key that signs your packages"))
        self._show()

    def relook(self, theme: Theme) -> None:
        super().relook(theme)
        if hasattr(self, "tsas"):
            self.tsas.set_height(theme.px(84))

    def enter(self) -> None:
        self._show()
        self.back.setVisible(not self.desk.is_open)
        if not self.desk.is_open:
            return
        session = self.desk.session

        def read(_progress: object, _cancelled: object) -> tuple[Examiner, list[str], tuple[str, str]]:
            return session.examiner, session.tsas(), session.signer_fingerprint()

        def done(found: tuple[Examiner, Sequence[str], tuple[str, str]]) -> None:
            examiner, tsas, self._fingerprint = found
            self.role.box.setCurrentIndex(list(OperatorRole).index(examiner.role))
            self.person.line.setText(examiner.name)
            self.tsas.set_words("\n".join(tsas))
            self._show()

        self.work(read, done)

    def first_focus(self) -> QWidget:
        return self.language.box

    def forget(self) -> None:
        super().forget()
        self._fingerprint = None
        self.person.line.setText("")
        self.tsas.forget()
        self._show()

    def put_known(self) -> None:
        """Write the addresses of well-known authorities below those that stand there; nothing is kept or asked yet."""
        from evidence.session import known_authorities  # with a vault alone

        lines = self.tsas.words().splitlines()
        self.tsas.set_words("\n".join(dict.fromkeys([*lines, *(each.address for each in known_authorities())])))
        self.say(lambda t: (t("Their addresses stand there now. Take out those you do not want, then keep them."), ""))

    def keep(self) -> None:
        """Keep who works with the vault and whom to ask for the time."""
        session = self.desk.session
        examiner = Examiner(role=list(OperatorRole)[self.role.box.currentIndex()], name=self.person.line.text().strip())
        tsas = [line.strip() for line in self.tsas.words().splitlines() if line.strip()]

        def write(_progress: object, _cancelled: object) -> None:
            session.set_tsas(tsas)
            session.set_examiner(examiner)

        self.work(write, lambda _nothing: self.say(lambda t: (t("Kept."), "")), blocks=True)

    def _change(self, **choices: object) -> None:
        try:
            self.desk.change(**choices)
        except EvidenceError as problem:
            self.say_problem(problem)

    def _show(self) -> None:
        settings = self.desk.settings
        self.language.box.setCurrentIndex(LANGUAGES.index(self.desk.language))
        self.percent.box.setCurrentIndex(TEXT_PERCENTS.index(settings.text_percent))
        self.look.box.setCurrentIndex(LOOKS.index(settings.look))
        nearest = min(AUTO_LOCK_MINUTES, key=lambda minutes: abs(minutes - settings.auto_lock_minutes))
        self.leave_keys.box.setCurrentIndex(LEAVE_KEYS.index(settings.leave_keys))
        self.minutes.box.setCurrentIndex(AUTO_LOCK_MINUTES.index(nearest))
        self.vault_title.setVisible(self.desk.is_open)
        self.vault.setVisible(self.desk.is_open)
        if self._fingerprint is not None:
            self.key_words.setText(self._fingerprint[1])
            self.key_digest.setText(wording.groups(self._fingerprint[0]))
