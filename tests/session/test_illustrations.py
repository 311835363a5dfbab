"""Illustrations are media: blurred until held, counted as looks, sealed when kept, held back with their origin."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from evidence.errors import EvidenceError
from evidence.model import AcquisitionMethod, Case, EventKind, Item, MinorAnswer
from evidence.session import Session, Wanted

MAP = Wanted("map", "swap-small")


@pytest.fixture
def case(session: Session) -> Case:
    return session.create_case("October")


@pytest.fixture
def item(session: Session, case: Case) -> Item:
    """A drawn face, large enough to be assessed."""
    stream = BytesIO()
    Image.fromarray(drawn_face()).save(stream, "PNG")
    return session.add_bytes(case.id, "drawn.png", stream.getvalue(), minor=MinorAnswer.NO)


def drawn_face() -> np.ndarray:
    picture = np.full((360, 360, 3), (150, 160, 170), np.uint8)

    def oval(dx: float, dy: float, a: float, b: float, colour: tuple[int, int, int]) -> None:
        unit = 2.0
        centre, axes = (int(180 + dx * unit), int(180 + dy * unit)), (max(1, int(a * unit)), max(1, int(b * unit)))
        cv2.ellipse(picture, centre, axes, 0, 0, 360, colour, -1, cv2.LINE_AA)

    oval(0, 8, 44, 60, (206, 166, 140))
    oval(0, -35, 44, 28, (60, 45, 40))
    oval(0, -14, 38, 20, (212, 172, 146))
    for sign in (-1, 1):
        for dy, a, b, colour in ((-14, 13, 3.2, (70, 50, 42)), (-4, 13, 8, (150, 110, 92)),
                                 (-3, 9, 4.5, (235, 230, 228)), (-3, 4.5, 4.5, (40, 30, 28))):  # fmt: skip
            oval(sign * 19, dy, a, b, colour)
        oval(sign * 27, 18, 11, 9, (218, 170, 148))
    oval(0, 10, 5, 18, (222, 184, 160))
    oval(0, 24, 9, 5, (176, 132, 112))
    oval(0, 42, 16, 5.5, (160, 70, 70))
    smooth = cv2.GaussianBlur(picture, (0, 0), 1.8)
    return np.clip(smooth + np.random.default_rng(1).normal(0, 4, smooth.shape), 0, 255).astype(np.uint8)


def pixels(png: bytes | None) -> np.ndarray:
    assert png is not None
    return np.asarray(Image.open(BytesIO(png)).convert("RGB")).astype(int)


def test_what_can_be_drawn(session: Session, case: Case, item: Item) -> None:
    kinds = session.illustrations.kinds(item.id)
    assert [one.kind for one in kinds] == ["map", "map", "error_level", "residual"]
    note = session.add_bytes(case.id, "note.txt", "words")
    assert session.illustrations.kinds(note.id) == []
    for wanted in (Wanted("residual"), Wanted("map", "nobody"), Wanted("other")):
        with pytest.raises(EvidenceError, match=r"illustration\.unknown"):
            session.illustrations.preview(note.id if wanted.kind == "residual" else item.id, wanted)


@pytest.mark.parametrize("wanted", [MAP, Wanted("residual"), Wanted("error_level")])
def test_the_preview_is_blurred_and_a_reveal_is_logged(
    session: Session, case: Case, item: Item, wanted: Wanted
) -> None:
    blurred = pixels(session.illustrations.preview(item.id, wanted))
    assert session.events(case.id, item.id)[-1].kind is EventKind.ACQUIRED
    shown = pixels(session.illustrations.reveal(item.id, wanted, "the officer asked"))
    assert shown.shape == blurred.shape == (360, 360, 3)
    assert np.abs(np.diff(blurred, axis=1)).mean() < np.abs(np.diff(shown, axis=1)).mean() / 2
    event = session.events(case.id, item.id)[-1]
    assert (event.kind, event.facts["reason"]) == (EventKind.REVEALED, "the officer asked")
    assert event.facts["illustration_shown"] == wanted.name
    assert session.place.looked(case.id).in_case == 1


def test_the_limit_of_looks_holds(session: Session, case: Case, item: Item) -> None:
    session.place.set_limit(1)
    session.reveal(item.id)
    with pytest.raises(EvidenceError, match=r"looking\.limit_reached"):
        session.illustrations.reveal(item.id, MAP, beyond_limit=False)


def test_a_map_is_drawn_over_the_face(session: Session, item: Item) -> None:
    shown = pixels(session.illustrations.reveal(item.id, MAP))
    colour = np.abs(shown[..., 0] - shown[..., 2])
    assert colour[60:300, 60:300].max() > 30  # tinted inside the square
    assert colour[:4].max() <= 3  # and without colours outside


def test_kept_ones_are_sealed_and_name_their_origin(session: Session, case: Case, item: Item, vault: Path) -> None:
    kept = session.illustrations.keep(item.id, MAP, "for the file")
    assert kept.method is AcquisitionMethod.DERIVED
    assert kept.source["derived_from"] == item.number
    assert kept.source["derived_from_sha256"] == item.files[0].digests.sha256
    assert "swap-small" in kept.source["transform"]
    assert kept.settings["extent"] == "illustration"
    assert session.events(case.id, item.id)[-1].facts["illustration"] == kept.number
    assert not any(b"\x89PNG" in path.read_bytes() for path in vault.rglob("*") if path.is_file())
    with pytest.raises(EvidenceError, match=r"illustration\.no_face"):
        session.illustrations.keep(item.id, Wanted("map", "swap-small", 5))


def test_they_are_held_back_with_their_origin(session: Session, item: Item) -> None:
    kept = session.illustrations.keep(item.id, Wanted("residual"))
    session.guard.hold_back(item.id, MinorAnswer.UNSURE)
    assert session.guard.holds(kept.id)
    acts: list[Callable[[], object]] = [
        lambda: session.illustrations.preview(item.id, MAP), lambda: session.illustrations.reveal(item.id, MAP),
        lambda: session.illustrations.keep(item.id, MAP),
    ]  # fmt: skip
    for act in acts:
        with pytest.raises(EvidenceError, match=r"guard\.quarantined"):
            act()


def test_maps_of_the_pictures_of_a_film_that_mattered(session: Session, case: Case, tmp_path: Path) -> None:
    item = session.add_bytes(case.id, "film.avi", drawn_film(tmp_path / "film.avi"), minor=MinorAnswer.NO)
    assert session.illustrations.kinds(item.id) == [], "a film has to be scored first"
    [report] = session.score(case.id, [item.id])
    kinds = session.illustrations.kinds(item.id)
    assert {one.detector for one in kinds} == {run.detector_id for run in report.detectors}
    assert all(one.kind == "map" and one.at_s is not None for one in kinds)
    wanted = kinds[0]
    blurred = pixels(session.illustrations.preview(item.id, wanted))
    shown = pixels(session.illustrations.reveal(item.id, wanted))
    assert np.abs(np.diff(blurred, axis=1)).mean() < np.abs(np.diff(shown, axis=1)).mean() / 2
    assert session.events(case.id, item.id)[-1].facts["illustration_shown"] == wanted.name
    kept = session.illustrations.keep(item.id, wanted)
    assert kept.source["film_time_s"] == f"{wanted.at_s:.3f}"
    scored = {(frame.at_s, frame.detector_id): frame.raw for frame in report.frames}
    raw = scored[wanted.at_s or 0.0, wanted.detector]
    assert float(kept.source["detector_output"]) == pytest.approx(raw, abs=1e-3), "what is mapped is what was scored"
    for other in (Wanted("map", wanted.detector, wanted.face, 77.0), Wanted("residual")):
        with pytest.raises(EvidenceError, match=r"illustration\.unknown"):
            session.illustrations.preview(item.id, other)


def drawn_film(path: Path) -> bytes:
    """Five pictures of the drawn face, each a little brighter."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 5, (360, 360))
    for step in range(5):
        picture = np.clip(drawn_face().astype(int) + 4 * step, 0, 255).astype(np.uint8)
        writer.write(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    writer.release()
    return path.read_bytes()
