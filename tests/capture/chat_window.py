"""A program of its own that shows a drawn chat in a real window: what a person has on her screen.

    chat_window.py LEFT TOP PICTURE

The window holds one harmless drawn conversation. What was drawn is saved as PICTURE (PNG) before the window is shown;
``shown`` is printed when the display has it; the program ends when its input does.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QGuiApplication, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

SIZE = (420, 560)
LINES = (
    ("left", "안녕하세요"),
    ("right", "Hello. Is the meeting today?"),
    ("left", "오늘 세 시예요"),
    ("right", "Merci !"),
)


def drawn_chat() -> QImage:
    """Bubbles of several colours with text, every pixel of them decided here."""
    image = QImage(*SIZE, QImage.Format.Format_RGB32)
    image.fill(QColor("#dfe7ef"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(0, 0, SIZE[0], 48, QColor("#2f6f9f"))
    painter.setFont(QFont("sans-serif", 13))
    for number, (side, text) in enumerate(LINES):
        bubble = QRect(16 if side == "left" else 140, 72 + number * 96, 264, 64)
        painter.setBrush(QColor("#ffffff" if side == "left" else "#c9efb5"))
        painter.setPen(QColor("#8899aa"))
        painter.drawRoundedRect(bubble, 14, 14)
        painter.setPen(QColor("#102030"))
        painter.drawText(bubble.adjusted(12, 0, -12, 0), Qt.AlignmentFlag.AlignVCenter, text)
    for step in range(SIZE[0]):  # a ramp on which a lossy or scaled copy would show
        painter.fillRect(step, 540, 1, 20, QColor(step * 255 // SIZE[0], 255 - step * 255 // SIZE[0], step % 256))
    painter.end()
    return image


class ChatWindow(QWidget):
    """The picture, pixel for pixel."""

    def __init__(self, image: QImage, left: int, top: int) -> None:
        super().__init__(None, Qt.WindowType.X11BypassWindowManagerHint | Qt.WindowType.FramelessWindowHint)
        self.setWindowTitle("친구와의 대화 – Chat")
        self.setGeometry(left, top, *SIZE)
        self._image = image

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture at its own size."""
        painter = QPainter(self)
        painter.drawImage(0, 0, self._image)
        painter.end()


def main() -> None:
    """Show the chat until the input ends."""
    application = QApplication(sys.argv)
    left, top, picture = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    image = drawn_chat()
    if not image.save(picture, "PNG"):
        raise SystemExit("the picture could not be saved")
    window = ChatWindow(image, left, top)
    window.show()

    def say() -> None:
        QGuiApplication.sync()
        print(f"shown {int(window.winId())}", flush=True)
        sys.stdin.read()
        application.quit()

    QTimer.singleShot(150, say)
    application.exec()


if __name__ == "__main__":
    main()
