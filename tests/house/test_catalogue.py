"""The reader of compiled catalogues says what Python's own says, for every entry of every language."""

from __future__ import annotations

import gettext
import struct
from pathlib import Path

import pytest

from evidence.i18n import LANGUAGES, Language, texts
from evidence.i18n.catalogue import Catalogue
from resources import FOLDER


def compiled(language: str) -> Path:
    return FOLDER / "locale" / language / "LC_MESSAGES" / "holdfast.mo"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_is_read_as_gettext_reads_it(language: Language) -> None:
    with compiled(language).open("rb") as stream:
        theirs = gettext.GNUTranslations(stream)
    ours = texts(language)._catalogue
    entries = 0
    for key in theirs._catalog:  # type: ignore[attr-defined]
        if isinstance(key, tuple):
            continue
        entries += 1
        context, apart, message = key.rpartition("\x04")
        if apart:
            assert ours.pgettext(context, message) == theirs.pgettext(context, message)
        elif key:
            assert ours.gettext(key) == theirs.gettext(key)
    assert entries > 1000


@pytest.mark.parametrize("language", LANGUAGES)
def test_plurals_take_the_form_that_the_head_of_the_catalogue_asks_for(language: Language) -> None:
    with compiled(language).open("rb") as stream:
        theirs = gettext.GNUTranslations(stream)
    ours = texts(language)._catalogue
    for n in (0, 1, 2, 5, 11, 21, 101):
        pair = ("{n} byte", "{n} bytes")
        assert ours.ngettext(*pair, n) == theirs.ngettext(*pair, n)


def test_what_is_not_there_stays_english() -> None:
    ours = texts("fr")._catalogue
    assert ours.gettext("Not in any catalogue") == "Not in any catalogue"
    assert ours.pgettext("error", "room.none") == "room.none"
    assert (ours.ngettext("{n} otter", "{n} otters", 1), ours.ngettext("{n} otter", "{n} otters", 2)) == (
        "{n} otter", "{n} otters",
    )  # fmt: skip


def test_a_file_that_is_no_catalogue_is_refused() -> None:
    with pytest.raises(ValueError):
        Catalogue(b"\x95\x04\x12\xde" + bytes(40), lambda _n: 0)


def test_a_catalogue_that_is_cut_off_is_refused() -> None:
    """Of both tables; what lies behind them is read when it is asked for."""
    raw = struct.pack("<5I", 0x950412DE, 0, 3, 28, 52) + bytes(56)
    Catalogue(raw, lambda _n: 0)
    for length in (75, 50):
        with pytest.raises(ValueError, match="cut off"):
            Catalogue(raw[:length], lambda _n: 0)
