"""The page of detectors: a pack is let in and taken away, trust is given and taken back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from support.agency import agency_pack, public_key
from support.content_credentials import Signing

from evidence import session
from evidence.store import Argon2Cost
from ui.asking import AskSheet
from ui.desk import Doors
from ui.main_window import MainWindow

Settle = Callable[[], None]


@pytest.fixture
def doors(doors: Doors, tmp_path: Path) -> Doors:
    """Vaults that know where packs lie."""
    ports = session.real_ports(tmp_path / "detectors")
    cost = Argon2Cost(memory_kib=8 * 1024, passes=1, lanes=1)
    return doors._replace(create_vault=partial(session.create_vault, cost=cost, ports=ports))


def test_a_pack_comes_and_goes(opened: MainWindow, settle: Settle, tmp_path: Path) -> None:
    opened.show_settings()
    settle()
    opened.settings.detectors_button.click()
    settle()
    page = opened.detectors
    assert {row.tag for row in page.packs.rows.rows} == {"comes with the program"}
    assert not page.remove_button.isVisible()
    assert "measured by the program’s own code" in page.details.text()
    page.pack_place.line.setText(str(agency_pack(tmp_path)))
    page.let_in()
    settle()
    assert "not signed" in page.message.sentence.text()
    page.key_place.line.setText(str(public_key(tmp_path)))
    page.let_in()
    settle()
    assert "agency-swap" in page.message.sentence.text()
    place = [row.key for row in page.packs.rows.rows].index("agency-swap")
    page.packs.setCurrentIndex(page.packs.rows.index(place))
    assert "claimed by its publisher" in page.details.text()
    assert "measured here on" in page.details.text()
    assert "key of the publisher, in words" in page.details.text()
    assert "only the agency" in page.card.toPlainText()
    page.packs.setCurrentIndex(page.packs.rows.index(0))
    assert "128 x 128 pixels) that looks for" in page.card.toPlainText(), "lines end where the window ends them"
    page.packs.setCurrentIndex(page.packs.rows.index(place))
    page.remove_button.click()
    sheet = opened.stack.currentWidget()
    assert isinstance(sheet, AskSheet)
    sheet.yes_button.click()
    settle()
    assert "agency-swap" not in [row.key for row in page.packs.rows.rows]
    assert "removed" in page.message.sentence.text()


def test_trust_comes_and_goes(opened: MainWindow, settle: Settle, tmp_path: Path) -> None:
    opened.show_detectors()
    settle()
    page = opened.detectors
    assert page.none_text.isVisible()
    path = tmp_path / "roots.pem"
    path.write_text("words")
    page.anchor_place.line.setText(str(path))
    page.trust_button.click()
    settle()
    assert "No certificates" in page.message.sentence.text()
    path.write_bytes(Signing().pki.root.public_bytes(Encoding.PEM))
    page.trust_button.click()
    settle()
    assert "1 certificate was added" in page.message.sentence.text()
    assert len(page.anchor_text.text().split("\n")[0].split()) == 12
    page.distrust_button.click()
    settle()
    assert page.none_text.isVisible()
    opened.lock()
    settle()
    assert page.packs.rows.rows == []
