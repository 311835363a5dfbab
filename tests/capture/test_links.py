"""Links: one spelling, what the text tells, and what is refused. Nothing here asks a network."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.capture import Clock, acquire_link
from evidence.capture.address import URL_LIMIT, parse_address
from evidence.capture.platforms import recognise
from evidence.errors import EvidenceError
from evidence.model import Acquisition, AcquisitionMethod


def canonical(text: str) -> str:
    return recognise(parse_address(text)).canonical


def test_the_original_is_the_exact_text(clock: Clock, bytes_of: Callable[[Acquisition], bytes]) -> None:
    typed = " https://T.me/Some_Room/12?utm_source=a \n"
    found = acquire_link(typed, clock=clock, note="own words")
    assert bytes_of(found) == typed.encode()
    assert found.method is AcquisitionMethod.LINK_NOTE
    assert found.files[0].name == "link-20261122T005501.250Z.txt"
    assert found.title == "t.me/some_room/12"
    assert found.note == "own words"
    assert found.source == {
        "url": "https://T.me/Some_Room/12?utm_source=a",
        "canonical_url": "https://t.me/some_room/12",
        "network_used": "no",
        "tracking_parameters": "utm_source",
        "platform": "telegram",
        "link_kind": "message",
        "id_source": "from_url",
        "username": "Some_Room",
        "message_id": "12",
    }


def test_an_unknown_site_has_its_host(clock: Clock) -> None:
    found = acquire_link("forum.example.org/t/5?gclid=1#p2", clock=clock)
    assert found.source == {
        "url": "forum.example.org/t/5?gclid=1#p2",
        "canonical_url": "https://forum.example.org/t/5#p2",
        "network_used": "no",
        "scheme": "assumed",
        "tracking_parameters": "gclid",
        "host": "forum.example.org",
    }


def test_what_could_deceive_is_said(clock: Clock) -> None:
    assert acquire_link("https://t.me@example.org/a", clock=clock).source["userinfo"]
    assert acquire_link("https://t.me@example.org/a", clock=clock).source["host"] == "example.org"
    assert (
        acquire_link("https://tеlegram.me/a", clock=clock).source["host_as_typed"] == "tеlegram.me"
    )  # a Cyrillic letter
    assert "platform" not in acquire_link("https://tеlegram.me/a", clock=clock).source


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("HTTP://EXAMPLE.org:80", "http://example.org/"),
        ("https://example.org:443/a/./b/../c", "https://example.org/a/c"),
        ("https://example.org:8443/", "https://example.org:8443/"),
        ("example.org:8080/a", "https://example.org:8080/a"),
        ("//example.org/a", "https://example.org/a"),
        ("https://example.org./a", "https://example.org/a"),
        ("https://example.org/%7euser/%e3%81%82/a%2fb", "https://example.org/~user/%E3%81%82/a%2Fb"),
        ("https://example.org/한글?값=1", "https://example.org/%ED%95%9C%EA%B8%80?%EA%B0%92=1"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("https://example.org/%2e%2e/%2E/a", "https://example.org/a"),
        ("https://한국.kr/", "https://xn--3e0b707e.kr/"),
        ("https://[2001:DB8::0:1]/a", "https://[2001:db8::1]/a"),
        ("http://192.168.0.1/a", "http://192.168.0.1/a"),
        ("192.168.0.1/a", "https://192.168.0.1/a"),
        ("https://example.org?b=2&a=1&b=3", "https://example.org/?b=2&a=1&b=3"),
        ("https://example.org/?UTM_Source=x&fbclid=1&id=5&igshid=z&flag", "https://example.org/?id=5&flag"),
        ("https://example.org/?q=a+b&r=%20", "https://example.org/?q=a+b&r=%20"),
        ("https://example.org/a#b?c#d", "https://example.org/a#b?c%23d"),
        ("\u200bhttps://example.org/a\ufeff", "https://example.org/a"),
        ("https:\\\\example.org\\a", None),
        ("https://example.org\\a", "https://example.org/a"),
        ("https://t.me\\@example.org/a", "https://t.me/@example.org/a"),
    ],
)
def test_one_address_has_one_spelling(typed: str, wanted: str | None) -> None:
    if wanted is None:
        with pytest.raises(EvidenceError):
            canonical(typed)
        return
    assert canonical(typed) == wanted
    assert canonical(wanted) == wanted


TELEGRAM = [
    ("t.me/SomeRoom", "account", "https://t.me/someroom", {"username": "SomeRoom"}),
    ("https://someroom.t.me/7", "message", "https://t.me/someroom/7", {"username": "someroom", "message_id": "7"}),
    ("www.t.me/someroom", "account", "https://t.me/someroom", {"username": "someroom"}),
    ("https://telegram.dog/s/someroom", "account", "https://t.me/someroom", {"username": "someroom"}),
    ("https://t.me/s/someroom/44?before=2", "message", "https://t.me/someroom/44",
     {"username": "someroom", "message_id": "44"}),
    ("https://t.me/someroom/9/44?single", "message", "https://t.me/someroom/9/44",
     {"username": "someroom", "message_id": "44", "topic_id": "9"}),
    ("https://t.me/someroom/44?comment=8", "message", "https://t.me/someroom/44?comment=8",
     {"username": "someroom", "message_id": "44", "comment_id": "8"}),
    ("https://t.me/c/1234567890/12", "private_message", "https://t.me/c/1234567890/12",
     {"channel_id": "1234567890", "chat_id": "-1001234567890", "message_id": "12"}),
    ("https://t.me/c/1234567890/3/12?single", "private_message", "https://t.me/c/1234567890/3/12",
     {"channel_id": "1234567890", "chat_id": "-1001234567890", "message_id": "12", "topic_id": "3"}),
    ("https://t.me/+AbC_dEf-1234567", "invite", "https://t.me/+AbC_dEf-1234567",
     {"invite_hash": "AbC_dEf-1234567", "invite_link": "https://t.me/+AbC_dEf-1234567"}),
    ("https://t.me/joinchat/AAAAAEabcDEF", "invite", "https://t.me/+AAAAAEabcDEF",
     {"invite_hash": "AAAAAEabcDEF", "invite_link": "https://t.me/+AAAAAEabcDEF"}),
    ("tg://join?invite=AAAAAEabcDEF", "invite", "https://t.me/+AAAAAEabcDEF",
     {"invite_hash": "AAAAAEabcDEF", "invite_link": "https://t.me/+AAAAAEabcDEF"}),
    ("https://t.me/+15550100000", "phone", "https://t.me/+15550100000", {"phone": "+15550100000"}),
    ("https://t.me/Sample_Bot?start=ref-1_2&utm_medium=x", "bot", "https://t.me/sample_bot?start=ref-1_2",
     {"username": "Sample_Bot", "bot_username": "Sample_Bot", "bot_start_param": "ref-1_2"}),
    ("https://t.me/samplebot/shop?startapp=77", "bot_app", "https://t.me/samplebot/shop?startapp=77",
     {"username": "samplebot", "bot_username": "samplebot", "bot_app_param": "77", "app_name": "shop"}),
    ("tg://resolve?domain=someroom&post=5", "message", "https://t.me/someroom/5",
     {"username": "someroom", "message_id": "5"}),
    ("tg:resolve?domain=samplebot&start=x", "bot", "https://t.me/samplebot?start=x",
     {"username": "samplebot", "bot_username": "samplebot", "bot_start_param": "x"}),
    ("tg://privatepost?channel=1234567890&post=6", "private_message", "https://t.me/c/1234567890/6",
     {"channel_id": "1234567890", "chat_id": "-1001234567890", "message_id": "6"}),
    ("tg://user?id=987654321", "account", "tg://user?id=987654321", {"platform_user_id": "987654321"}),
    ("https://t.me/addlist/AbCdEf", "chat_folder", "https://t.me/addlist/AbCdEf", {"folder_slug": "AbCdEf"}),
    ("https://t.me/share/url?url=https%3A%2F%2Fexample.org", "share",
     "https://t.me/share/url?url=https%3A%2F%2Fexample.org", {}),
    ("https://web.telegram.org/k/#@someroom", "account", "https://t.me/someroom", {"username": "someroom"}),
    ("https://web.telegram.org/a/#-1001234567890", "chat", "https://web.telegram.org/a/#-1001234567890",
     {"chat_id": "-1001234567890", "channel_id": "1234567890"}),
    ("https://web.telegram.org/a/#777000", "account", "https://web.telegram.org/a/#777000", {"chat_id": "777000"}),
    ("https://t.me/", "other", "https://t.me/", {}),
    ("https://t.me/abc", "other", "https://t.me/abc", {}),
]  # fmt: skip
OTHERS = [
    # The moments are those that the platforms' own documentation gives for these numbers.
    ("https://twitter.com/Example_1/status/1212092628029698048/photo/2?s=20&t=x", "x", "post",
     "https://x.com/example_1/status/1212092628029698048",
     {"username": "Example_1", "post_id": "1212092628029698048", "media_index": "2",
      "post_created_at": "2019-12-31T19:26:16.771+00:00"}),
    ("https://mobile.x.com/i/web/status/1212092628029698048", "x", "post",
     "https://x.com/i/status/1212092628029698048",
     {"post_id": "1212092628029698048", "post_created_at": "2019-12-31T19:26:16.771+00:00"}),
    ("https://x.com/Example_1?lang=en", "x", "account", "https://x.com/example_1", {"username": "Example_1"}),
    ("https://x.com/i/user/12345", "x", "account", "https://x.com/i/user/12345", {"platform_user_id": "12345"}),
    ("https://x.com/search?q=a&src=typed_query", "x", "other", "https://x.com/search?q=a", {}),
    ("https://www.instagram.com/example.name/?igsh=abc", "instagram", "account",
     "https://www.instagram.com/example.name/", {"username": "example.name"}),
    ("https://instagram.com/example.name/reel/B_____________", "instagram", "video",
     "https://www.instagram.com/reel/B_____________/", {"username": "example.name", "shortcode": "B_____________"}),
    ("https://www.instagram.com/p/BAAAA/", "instagram", "post", "https://www.instagram.com/p/BAAAA/",
     {"shortcode": "BAAAA", "media_id": "16777216"}),
    ("https://www.instagram.com/stories/Example/123456/", "instagram", "story",
     "https://www.instagram.com/stories/example/123456/", {"username": "Example", "story_id": "123456"}),
    ("https://youtu.be/aaaaaaaaaaa?si=1&t=42", "youtube", "video", "https://www.youtube.com/watch?v=aaaaaaaaaaa",
     {"video_id": "aaaaaaaaaaa", "start_at": "42"}),
    ("https://m.youtube.com/shorts/aaaaaaaaaaa", "youtube", "video", "https://www.youtube.com/watch?v=aaaaaaaaaaa",
     {"video_id": "aaaaaaaaaaa"}),
    ("https://www.youtube.com/@Example", "youtube", "account", "https://www.youtube.com/@Example",
     {"username": "Example"}),
    ("https://www.tiktok.com/@Example/video/7000000000000000000?_r=1", "tiktok", "video",
     "https://www.tiktok.com/@example/video/7000000000000000000",
     {"username": "Example", "post_id": "7000000000000000000"}),
    ("https://discord.gg/AbCd12", "discord", "invite", "https://discord.gg/AbCd12",
     {"invite_hash": "AbCd12", "invite_link": "https://discord.gg/AbCd12"}),
    ("https://discordapp.com/invite/AbCd12", "discord", "invite", "https://discord.gg/AbCd12",
     {"invite_hash": "AbCd12", "invite_link": "https://discord.gg/AbCd12"}),
    ("https://discord.com/channels/1/22/175928847299117063", "discord", "message",
     "https://discord.com/channels/1/22/175928847299117063",
     {"server_id": "1", "channel_id": "22", "message_id": "175928847299117063",
      "message_created_at": "2016-04-30T11:18:25.796+00:00"}),
    ("https://media.discordapp.net/attachments/22/175928847299117063/a.png?ex=1&is=2&hm=3", "discord", "attachment",
     "https://cdn.discordapp.com/attachments/22/175928847299117063/a.png",
     {"channel_id": "22", "attachment_id": "175928847299117063", "file_name": "a.png",
      "uploaded_at": "2016-04-30T11:18:25.796+00:00"}),
    ("https://open.kakao.com/o/gAbCdEf", "kakaotalk", "open_chat_group", "https://open.kakao.com/o/gAbCdEf",
     {"invite_hash": "gAbCdEf", "invite_link": "https://open.kakao.com/o/gAbCdEf"}),
    ("https://open.kakao.com/o/sAbCdEf", "kakaotalk", "open_chat_pair", "https://open.kakao.com/o/sAbCdEf",
     {"invite_hash": "sAbCdEf", "invite_link": "https://open.kakao.com/o/sAbCdEf"}),
    ("https://pf.kakao.com/_abcde/chat", "kakaotalk", "account", "https://pf.kakao.com/_abcde",
     {"channel_id": "_abcde"}),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "kind", "spelled", "ids"), TELEGRAM)
def test_telegram(typed: str, kind: str, spelled: str, ids: dict[str, str]) -> None:
    link = recognise(parse_address(typed))
    assert (link.platform, link.kind, link.canonical, link.ids) == ("telegram", kind, spelled, ids)
    assert canonical(spelled) == spelled


@pytest.mark.parametrize(("typed", "platform", "kind", "spelled", "ids"), OTHERS)
def test_other_platforms(typed: str, platform: str, kind: str, spelled: str, ids: dict[str, str]) -> None:
    link = recognise(parse_address(typed))
    assert (link.platform, link.kind, link.canonical, link.ids) == (platform, kind, spelled, ids)
    assert canonical(spelled) == spelled


@pytest.mark.parametrize(
    "typed",
    ["https://t.me.example.org/a", "https://example.org/t.me/abcde", "https://xt.me/abcde", "https://a.b.t.me/abcde",
     "https://notx.com/a/status/1", "https://discord.gg.example.org/a", "https://example.org/?u=https://t.me/abcde"],
)  # fmt: skip
def test_what_only_looks_like_a_platform_is_none(typed: str) -> None:
    assert recognise(parse_address(typed)).platform == ""


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "link_empty"), (" \n\u200b\t", "link_empty"),
        ("https://example.org/" + "a" * URL_LIMIT, "link_too_long"),
        ("https://example.org/a b", "link_characters"), ("https://example.org/\0", "link_characters"),
        ("https://example.org/a\nhttps://example.org/b", "link_characters"),
        ("https://example.org/\u202egnp.exe", "link_characters"), ("https://exam\u200bple.org/", "link_characters"),
        ("https://example.org/\ud800", "link_characters"),
        ("javascript:alert(1)", "link_scheme"), ("JaVaScRiPt:alert(1)", "link_scheme"),
        ("data:text/html,x", "link_scheme"), ("file:///etc/passwd", "link_scheme"), ("C:\\a.txt", "link_scheme"),
        ("blob:https://example.org/1", "link_scheme"), ("mailto:a@example.org", "link_scheme"),
        ("ftp://example.org/a", "link_scheme"), ("about:blank", "link_scheme"),
        ("https://", "link_malformed"), ("https:///a", "link_malformed"), ("https:example.org", "link_malformed"),
        ("https://exa<mple.org/", "link_malformed"), ("https://-example.org/", "link_malformed"),
        ("https://example.org:99999/", "link_malformed"), ("https://[::1", "link_malformed"),
        ("https://[::zz]/", "link_malformed"), ("https://" + "a" * 64 + ".org/", "link_malformed"),
        ("https://" + "한" * 300 + ".kr/", "link_malformed"), ("https://a..b/", "link_malformed"),
        ("@someroom", "link_malformed"), ("hello", "link_malformed"), ("1.5", "link_malformed"),
        ("/etc/passwd", "link_malformed"), ("?a=1", "link_malformed"),
    ],
)  # fmt: skip
def test_what_is_no_link_is_refused(typed: str, code: str, clock: Clock) -> None:
    with pytest.raises(EvidenceError) as caught:
        acquire_link(typed, clock=clock)
    assert caught.value.code == f"capture.{code}"


def test_identifiers_of_hostile_length_and_content_are_tamed(clock: Clock) -> None:
    for number in ("9" * 5000, "٣" * 10, "18446744073709551616"):
        assert "post_created_at" not in acquire_link(f"https://x.com/a/status/{number}", clock=clock).source
    source = acquire_link("https://t.me/samplebot?start=%0a%00%e2%80%ae" + "a" * 5000, clock=clock).source
    assert source["bot_start_param"].startswith("%0A%00%E2%80%AE") and len(source["bot_start_param"]) <= 768
    assert all(value.isprintable() for value in source.values())


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(max_size=200),
        st.builds(
            "{}{}/{}?{}#{}".format,
            st.sampled_from(["https://", "http://", "tg://", "", "https:"]),
            st.sampled_from(["t.me", "x.com", "open.kakao.com", "discord.com", "www.instagram.com", "web.telegram.org",
                             "resolve", "a.t.me", "example.org"]),
            st.lists(st.sampled_from(["c", "s", "+abcdefgh", "joinchat", "1", "status", "i", "o", "channels", "p", "..",
                                      "%2f", "%", "sample_bot", "@a", "stories", "attachments", "reel", "%0a", "한"]),
                     max_size=6).map("/".join),
            st.text("abc=&%+;/?:@0123456789", max_size=30),
            st.text("@-_0123456789abc", max_size=12),
        ),
    )
)  # fmt: skip
def test_any_text_is_either_refused_with_a_code_or_spelled_for_good(text: str) -> None:
    try:
        link = recognise(parse_address(text))
    except EvidenceError as problem:
        assert problem.code.startswith("capture.link_")
        return
    assert link.canonical.isascii() and link.canonical.isprintable()
    again = recognise(parse_address(link.canonical))
    assert again.canonical == link.canonical
    assert all(value and value.isprintable() for value in link.ids.values())
