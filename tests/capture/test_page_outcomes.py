"""A failed capture is called failed: what pages say when they do not show what was asked for, drawn from memory."""

from __future__ import annotations

import pytest
from support.pages import page_record

from evidence.capture.web import PageRequest, judge
from evidence.capture.web.outcome import FAILED, OUTCOMES
from evidence.i18n import Language, texts

LONG = "A long talk about what happened, with many words. " * 80
TELEGRAM_ROOM = '<div class="tgme_page"><div class="tgme_page_title">A room</div><div class="tgme_page_extra">3 members'
TELEGRAM_NOBODY = (
    '<div class="tgme_page"><div class="tgme_page_description">If you have Telegram, you can contact @nobody'
)

CASES = [
    ("a room on t.me", "captured", {"url": "https://t.me/someroom", "dom": TELEGRAM_ROOM, "text": "A room, 3 members"}),
    ("a name that Telegram does not know", "gone", {
        "url": "https://t.me/nobody", "dom": TELEGRAM_NOBODY, "text": "If you have Telegram, you can contact @nobody"}),
    ("a deleted post on X", "gone", {
        "url": "https://x.com/someone/status/1", "text": "Hmm...this page doesn’t exist. Try something else."}),
    ("a suspended account on X", "gone", {"url": "https://x.com/someone", "text": "This account has been suspended"}),
    ("X without a login", "login_wall", {
        "url": "https://x.com/someone", "final_url": "https://x.com/i/flow/login", "text": "Sign in to X"}),
    ("Instagram sends to its login", "login_wall", {
        "url": "https://www.instagram.com/someone/", "passwords": 1,
        "final_url": "https://www.instagram.com/accounts/login/?next=%2Fsomeone%2F", "text": "Log in Sign up"}),
    ("Instagram: not available", "gone", {
        "url": "https://www.instagram.com/p/abcdefghijk/", "text": "죄송합니다. 페이지를 사용할 수 없습니다."}),
    ("a forum for members", "login_wall", {"text": "로그인 후 이용하실 수 있습니다.", "passwords": 1}),
    ("a forum, 403 with a login", "login_wall", {"status": 403, "text": "회원만 볼 수 있습니다."}),
    ("a deleted post in a forum", "gone", {"text": "삭제되었거나 존재하지 않는 게시글입니다."}),
    ("a challenge in place of the page", "captcha", {
        "status": 403, "title": "Just a moment...", "text": "", "frames": ("https://challenges.cloudflare.com/x",)}),
    ("a box to tick", "captcha", {"text": "보안 문자를 입력해 주세요", "frames": ("https://newassets.hcaptcha.com/a",)}),
    ("not found", "gone", {"status": 404, "text": "nothing"}),
    ("too many questions", "error_status", {"status": 429, "text": "slow down"}),
    ("the server is ill", "error_status", {"status": 502, "text": "Bad gateway"}),
    ("nothing on it", "blank", {"text": "", "images": 0}),
    ("a circle that turns", "endless_loading", {"text": "", "images": 0, "marks": ("unfinished",)}),
    ("most of it", "partial", {"text": LONG, "marks": ("unfinished",)}),
    ("a long thread about deleted posts and logins", "captured", {
        "text": LONG + "This post was deleted. Please log in. 삭제된 게시글 " + LONG}),
    ("a page with a small login box", "captured", {"text": LONG, "passwords": 1}),
    ("the login page that was asked for", "captured", {
        "url": "https://forum.example/login", "text": "Welcome back", "passwords": 1}),
    ("an invisible check beside a page", "captured", {
        "text": LONG, "frames": ("https://www.google.com/recaptcha/api2/anchor?size=invisible",)}),
]  # fmt: skip


@pytest.mark.parametrize(("expected", "page"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_a_page_shows_is_named(expected, page):
    outcome = judge(page_record(**page))
    assert outcome.code == expected, outcome
    assert outcome.is_failed == (expected in FAILED)


def test_an_address_that_gives_a_file_is_no_page():
    record = page_record(text="", images=0)
    record.refusals = {"download": 1}
    assert judge(record).code == "download"


def test_what_never_came_is_named():
    record = page_record()
    record.documents, record.exchanges, record.files = (), {}, {}
    for change, expected in (
        ({"dns": {"forum.example": ()}}, "name_unknown"),
        ({"dns": {"forum.example": ("192.0.2.1",)}}, "no_answer"),
        ({"refused_hosts": ("forum.example",)}, "address_refused"),
        ({"refused_hosts": (), "refusals": {"download": 1}}, "download"),
        ({"certificate_errors": ("CertificateDateInvalid",)}, "certificate_error"),
    ):
        for name, value in change.items():
            setattr(record, name, value)
        assert judge(record).code == expected


def test_every_outcome_has_its_words(language: Language):
    t = texts(language)
    assert all(t.code("name", f"fact.capture_outcome.{code}") for code in OUTCOMES)
    assert PageRequest(url="https://example.org").viewport[0] > 1000
