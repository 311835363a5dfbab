"""Harmless sample material, drawn by the program: an invented chat and an invented note. Nothing real, nobody real."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 560, 720
BUBBLES = (
    ("left", "Sample message 1: this is a drawn chat"),
    ("left", "Sample message 2: nothing here is real"),
    ("right", "Sample answer: please stop"),
    ("left", "Sample message 3: 12:04"),
)
LINK = "https://t.me/sample_room_for_practice/12"
NOTE = "Practice note: this is what I saw on my screen."


def chat_picture() -> bytes:
    """A picture of an invented chat, PNG, always the same pixels for the same fonts."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), "#f4f1ec")
    draw = ImageDraw.Draw(picture)
    large, small = ImageFont.load_default(30), ImageFont.load_default(22)
    draw.rectangle((0, 0, WIDTH, 84), fill="#5b6b73")
    draw.text((32, 26), "Practice room", font=large, fill="#ffffff")
    top = 110
    for side, words in BUBBLES:
        width = int(draw.textlength(words, font=small)) + 48
        left = 32 if side == "left" else WIDTH - 32 - width
        draw.rounded_rectangle((left, top, left + width, top + 66), 20, fill="#ffffff" if side == "left" else "#cfe3d4")
        draw.text((left + 24, top + 20), words, font=small, fill="#22282b")
        top += 84
    _face(draw, WIDTH // 2, 580, 110)
    buffer = BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def note_file() -> bytes:
    """A small text file."""
    return "Practice material. Invented by the program.\n연습용 자료입니다.\nMatériel d’exercice.\n".encode()


def _face(draw: ImageDraw.ImageDraw, x: int, y: int, radius: int) -> None:
    """A drawn face: a circle with two eyes and a mouth, so that scoring has something to look at."""
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill="#f0d9b5", outline="#8a7350", width=4)
    for side in (-1, 1):
        eye = x + side * radius // 3
        draw.ellipse((eye - 12, y - 40, eye + 12, y - 16), fill="#40342a")
    draw.arc((x - radius // 2, y - 10, x + radius // 2, y + radius // 2), 20, 160, fill="#40342a", width=6)
