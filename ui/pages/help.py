"""Help where it is needed: it lies over the page that asked, which comes back as it was."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from evidence.i18n import Texts
from ui.desk import Desk
from ui.fields import Choice
from ui.helping import GENERAL, GLOSSARY, TOPICS, Topic
from ui.leaving import keys_in_words
from ui.page import Page
from ui.widgets import Card, text

ALWAYS = ("leaving", GENERAL)


class HelpSheet(Page):
    """The topic of the page below it, one to choose, how to leave, and what words mean."""

    HELP = GENERAL

    def __init__(self, desk: Desk, topic: str) -> None:
        super().__init__(desk, has_back=True)
        self.back.clicked.connect(lambda: self.desk.go.close_sheet())
        self._names = list(TOPICS)
        self.topic = Choice(len(self._names))
        self.topic.box.setCurrentIndex(self._names.index(topic if topic in TOPICS else GENERAL))
        self.topic.box.currentIndexChanged.connect(lambda _index: self.retranslate(self.desk.t))
        self._chosen, self._chosen_lines = self._card(max(len(topic.points) for topic in TOPICS.values()))
        self.body.addWidget(self.topic)
        self.body.addWidget(self._chosen)
        self._always = {name: self._card(len(TOPICS[name].points)) for name in ALWAYS}
        for card, _lines in self._always.values():
            self.body.addWidget(card)
        self.words_title = text("heading")
        self.body.addWidget(self.words_title)
        words = Card()
        self._words: list[tuple[QLabel, QLabel]] = []
        for _entry in GLOSSARY:
            pair = QWidget()
            column = QVBoxLayout(pair)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(2)
            self._words.append((text("label"), text()))
            for label in self._words[-1]:
                column.addWidget(label)
            words.inside.addWidget(pair)
        self.body.addWidget(words)
        self.body.addStretch(1)
        self.speak()

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.back.setText(t("&Back"))
        self.say_title(t("Help"))
        self.topic.name(t("&About"))
        for position, name in enumerate(self._names):
            self.topic.box.setItemText(position, t(TOPICS[name].title))
        present = self._names[self.topic.box.currentIndex()]
        self._fill(self._chosen_lines, TOPICS[present])
        for name, (card, lines) in self._always.items():
            self._fill(lines, TOPICS[name])
            card.setVisible(name != present)
        self.words_title.setText(t("What words mean"))
        for (word, meaning), (term, said) in zip(self._words, GLOSSARY, strict=True):
            word.setText(t(term))
            meaning.setText(t(said))

    def first_focus(self) -> QWidget:
        return self.back

    def _card(self, count: int) -> tuple[Card, list[QLabel]]:
        card, lines = Card(), [text("heading"), *(text() for _ in range(count))]
        for line in lines:
            card.inside.addWidget(line)
        return card, lines

    def _fill(self, lines: list[QLabel], topic: Topic) -> None:
        t = self.desk.t
        said = [topic.title, *topic.points]
        keys = keys_in_words(t, self.desk.settings.leave_keys)
        for position, line in enumerate(lines):
            line.setVisible(position < len(said))
            line.setText(t(said[position]).replace("{keys}", keys) if position < len(said) else "")
