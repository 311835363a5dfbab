"""Detector packs of this computer, and whom to trust for content credentials."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLabel, QPlainTextEdit, QWidget

from evidence.i18n import N_, Texts, named_code
from ui import wording
from ui.asking import AskSheet
from ui.chooser import PlaceField
from ui.desk import Desk
from ui.fields import Field
from ui.flow import FlowLayout
from ui.jobs import Lane
from ui.page import Page
from ui.rows import Row, RowList
from ui.theme import Theme
from ui.widgets import Button, Card, text

if TYPE_CHECKING:
    from evidence.session import PackDetails, TrustAnchor

Found = tuple[Sequence["PackDetails"], Sequence["TrustAnchor"]]


OWN_LINE = re.compile(r"#|\||[-*+] |\d+\. |```|    ")
"""How lines begin that are no part of the paragraph before them."""
MARKS = re.compile(r"^#+ +|\*\*|`|(?<!\w)\*(?=\w)|(?<=\w)\*(?!\w)")
"""What a card is marked up with, and nobody reads."""


class DetectorsPage(Page):
    """Two lists with what can be added to them and taken away again. Needs an open vault."""

    WAY = "settings"
    HELP = "scores"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, has_back=True)
        self._packs: Sequence[PackDetails] = ()
        self._anchors: Sequence[TrustAnchor] = ()
        self.back.clicked.connect(lambda: self.desk.go.show_settings())
        self.lead = text("lead")
        self.body.addWidget(self.lead)

        self.packs_title = self._title()
        self.packs = RowList(desk)
        self.packs.selectionModel().currentChanged.connect(lambda _now, _before: self._show_pack())
        self.body.addWidget(self.packs)
        self.details_card = Card()
        self.details = text("body", selectable=True)
        self.card = QPlainTextEdit()
        self.card.setReadOnly(True)
        self.card.setTabChangesFocus(True)
        self.card_field = Field(self.card)
        self.remove_button = Button(desk, "", "cross")
        self.remove_button.clicked.connect(self.ask_remove)
        self.details_card.inside.addWidget(self.details)
        self.details_card.inside.addWidget(self.card_field)
        self.details_card.inside.addLayout(self._row(self.remove_button))
        self.body.addWidget(self.details_card)

        self.new_title, new_card = self._title(), Card()
        self.new_text = text()
        self.pack_place, self.key_place = PlaceField(desk, wants="file"), PlaceField(desk, wants="file")
        self.import_button = Button(desk, "main", "plus")
        self.import_button.clicked.connect(self.let_in)
        for part in (self.new_text, self.pack_place, self.key_place):
            new_card.inside.addWidget(part)
        new_card.inside.addLayout(self._row(self.import_button))
        self.body.addWidget(new_card)

        self.trust_title, trust_card = self._title(), Card()
        self.trust_text, self.none_text = text(), text("quiet")
        self.anchors = RowList(desk)
        self.anchor_text = text("small", selectable=True)
        self.anchors.selectionModel().currentChanged.connect(lambda _now, _before: self._show_anchor())
        self.anchor_place = PlaceField(desk, wants="file")
        self.trust_button, self.distrust_button = Button(desk, "", "plus"), Button(desk, "", "cross")
        self.trust_button.clicked.connect(self.trust)
        self.distrust_button.clicked.connect(self.distrust)
        shown: tuple[QWidget, ...] = (self.trust_text, self.none_text, self.anchors, self.anchor_text)
        for widget in shown:
            trust_card.inside.addWidget(widget)
        trust_card.inside.addLayout(self._row(self.distrust_button))
        trust_card.inside.addWidget(self.anchor_place)
        trust_card.inside.addLayout(self._row(self.trust_button))
        self.body.addWidget(trust_card)
        self.body.addStretch(1)
        self._show()

    def _title(self) -> QLabel:
        title = text("heading")
        self.body.addWidget(title)
        return title

    def _row(self, *buttons: Button) -> FlowLayout:
        row = FlowLayout(gap=8)
        for button in buttons:
            row.addWidget(button)
        return row

    def retranslate(self, t: Texts) -> None:
        super().retranslate(t)
        self.back.setText(t("&Back"))
        self.say_title(t("Detectors and trust"))
        self.lead.setText(
            t("What looks for signs of manipulation on this computer, and whose content credentials count as known. "
              "Nothing is fetched from a network.")
        )  # fmt: skip
        self.packs_title.setText(t("Detectors of this computer"))
        self.packs.setAccessibleName(t("Detectors of this computer"))
        self.card_field.name(t("&Card: how it was made and what was measured"))
        self.remove_button.setText(t("&Remove this pack…"))
        self.new_title.setText(t("Let a pack in"))
        self.new_text.setText(
            t("An authority or a laboratory may give you a signed detector pack. It is refused without a signature by "
              "the key that you give here. From then on every score uses it too and names it, in the log and in "
              "packages; what its publisher measured is shown as a claim.")
        )  # fmt: skip
        self.pack_place.name(t("The &pack (a file that ends in .dfpack)"))
        self.key_place.name(
            t("The publisher’s public &key (a .pem file)"),
            t("Get it by another way than the pack. It is needed once for each publisher."),
        )
        self.import_button.setText(t("&Let it in"))
        self.trust_title.setText(t("Whose content credentials count as known"))
        self.trust_text.setText(
            t("Some cameras and programs sign what they make (C2PA). A signature that holds says who signed, not that "
              "what is shown is true. Give the certificates of those that you or your centre trust; none is built in. "
              "This vault keeps them, and each score says which were used.")
        )  # fmt: skip
        self.none_text.setText(t("None: no signer of content credentials is known by name here."))
        self.anchors.setAccessibleName(t("Whose content credentials count as known"))
        self.anchor_place.name(t("Certif&icates (a .pem file)"))
        self.trust_button.setText(t("&Trust these"))
        self.distrust_button.setText(t("Trust it no &more"))
        for place in (self.pack_place, self.key_place, self.anchor_place):
            place.retranslate(t)
        self._show()

    def relook(self, theme: Theme) -> None:
        super().relook(theme)
        if hasattr(self, "card"):
            self.card.setFixedHeight(theme.px(180))

    def enter(self) -> None:
        session = self.desk.session

        def done(found: Found) -> None:
            self._packs, self._anchors = found
            self._show()

        self.work(lambda _progress, _cancelled: (session.scores.packs(), session.scores.trust_anchors()), done)

    def forget(self) -> None:
        super().forget()
        self._packs, self._anchors = (), ()
        for place in (self.pack_place, self.key_place, self.anchor_place):
            place.line.setText("")
        self._show()

    def first_focus(self) -> QWidget:
        return self.back

    def let_in(self) -> None:
        """Check the pack in the child process, and let it in."""
        session, pack = self.desk.session, self.pack_place.path()
        key = self.key_place.path() if self.key_place.line.text().strip() else None
        if not self.pack_place.line.text().strip():
            self.pack_place.line.setFocus()
            return

        def bring(_progress: object, cancelled: object) -> PackDetails:
            from evidence.session import import_pack

            return import_pack(session.scores.packs_dir, pack, key, cancelled=cancelled)  # type: ignore[arg-type]

        def done(made: PackDetails) -> None:
            self.pack_place.line.setText("")
            self.key_place.line.setText("")
            self.say(
                lambda t: (
                    t("The pack {pack} is in use from now on.", pack=made.id),
                    t("Compare the words of the publisher’s key with the publisher, by telephone for instance.")
                    + f"\n{made.key_words}",
                )
            )
            self.enter()

        self.work(bring, done, label=self.desk.t("Checking the pack: signature, fingerprints, self-test"),
                  lane=Lane.PARALLEL)  # fmt: skip

    def ask_remove(self) -> None:
        """Ask, then take the pack away."""
        pack = self._pack()
        if pack is None or pack.is_shipped:
            return
        session, pack_id = self.desk.session, pack.id

        def take(_progress: object, _cancelled: object) -> None:
            from evidence.session import remove_pack

            remove_pack(session.scores.packs_dir, pack_id)

        def done(_nothing: object) -> None:
            words = N_("The pack is removed. Scores that were made with it stay, with its name and fingerprint.")
            self.say(lambda t: (t(words), ""))
            self.enter()

        self.desk.go.show_sheet(
            AskSheet(
                self.desk,
                lambda t: (
                    t("Remove the pack {pack}?", pack=pack_id),
                    t("It is not used any more. Scores that were made with it stay as they are."),
                    t("&Remove it"),
                ),
                lambda: _ignored(self.work(take, done, blocks=True)),
            )
        )

    def trust(self) -> None:
        """Trust the certificates in the file from now on."""
        session, path = self.desk.session, self.anchor_place.path()
        if not self.anchor_place.line.text().strip():
            self.anchor_place.line.setFocus()
            return

        def done(fresh: Sequence[TrustAnchor]) -> None:
            self.anchor_place.line.setText("")
            self.say(
                lambda t: (
                    t.plural("{n} certificate was added.", "{n} certificates were added.", len(fresh)),
                    t("Earlier scores stay as they are."),
                )
            )
            self.enter()

        def add(_progress: object, _cancelled: object) -> Sequence[TrustAnchor]:
            return session.scores.add_trust_anchors(Path(path))

        self.work(add, done, blocks=True)

    def distrust(self) -> None:
        """Trust the chosen certificate no more."""
        session, sha256 = self.desk.session, self.anchors.current_key()

        def take(_progress: object, _cancelled: object) -> None:
            session.scores.remove_trust_anchor(sha256)

        if sha256:
            self.work(take, lambda _nothing: self.enter(), blocks=True)

    def _pack(self) -> PackDetails | None:
        return next((pack for pack in self._packs if pack.id == self.packs.current_key()), None)

    def _show(self) -> None:
        t = self.desk.t

        def until(one: TrustAnchor) -> str:
            return t("valid until {time}", time=t.moment(one.valid_until))

        self.packs.show_rows([_row(t, pack) for pack in self._packs])
        self.packs.fit(1, 5)
        self.packs.setMaximumHeight(self.packs.minimumHeight())
        self.anchors.show_rows([
            Row(one.sha256, wording.safe(one.subject), until(one), icon="key")
            for one in self._anchors
        ])  # fmt: skip
        self.anchors.fit(1, 4)
        self.anchors.setMaximumHeight(self.anchors.minimumHeight())
        for part in (self.anchors, self.anchor_text, self.distrust_button):
            part.setVisible(bool(self._anchors))
        self.none_text.setVisible(not self._anchors)
        self._show_pack()
        self._show_anchor()

    def _show_pack(self) -> None:
        pack = self._pack()
        self.details_card.setVisible(pack is not None)
        if pack is None:
            return
        from evidence.session import pack_lines

        self.details.setText("\n".join(pack_lines(self.desk.t, pack)))
        self.card.setPlainText(wording.safe(_flowing(pack.card)))
        self.card_field.setVisible(bool(pack.card))
        self.remove_button.setVisible(not pack.is_shipped)

    def _show_anchor(self) -> None:
        anchor = next((one for one in self._anchors if one.sha256 == self.anchors.current_key()), None)
        words = f"{anchor.words}\nSHA-256: {wording.groups(anchor.sha256)}" if anchor is not None else ""
        self.anchor_text.setText(words)


def _flowing(card: str) -> str:
    """A card with the lines of each paragraph joined, so that they end where the window ends them."""
    joined: list[str] = []
    for line in card.splitlines():
        begins = not line.strip() or OWN_LINE.match(line)
        if not begins and joined and joined[-1] and not joined[-1].startswith(("#", "|")):
            joined[-1] = f"{joined[-1]} {line.strip()}"
        else:
            joined.append(line)
    return "\n".join(MARKS.sub("", line) for line in joined)


def _ignored(_job: object) -> None:
    """A job that is followed by its page alone."""


def _row(t: Texts, pack: PackDetails) -> Row:
    """A pack in a list: what it looks for, whose it is, and whether it can be used."""
    if pack.problem:
        words = t("It cannot be used; scoring waits until it is removed.")
        return Row(pack.id, wording.safe(pack.id), words, "", "info")
    tag = t("comes with the program") if pack.is_shipped else t("let in by you")
    title = f"{pack.id} {wording.safe(pack.version)}"
    return Row(pack.id, title, named_code(t, "task", pack.task), tag, "score")
