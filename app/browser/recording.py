"""What goes over the wire while a page loads, response by response, as the engine received it.

Each response is stopped once its head is there (``Fetch``, at the stage of the response), its bytes are taken before
anything in the page can touch them, and then it goes on. They are the bytes of the entity: a compression that the
server chose for the way is already undone, its header is kept.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.browser.devtools import DevTools, Message
from app.browser.memory import memory_used

Sink = Callable[[Message, bytes], None]
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NO_BODY = frozenset({204, 205, 304})
_STREAMS = frozenset({"XHR", "Fetch", "EventSource", "Media", "Ping", "Other"})
"""What may stay open for as long as a page is shown: waiting for news is not loading."""
_LONGEST = 16_384
"""Characters of an address or of a header's value that are passed on."""
_STAGE = {"patterns": [{"urlPattern": "*", "requestStage": "Response"}]}


@dataclass(slots=True)
class _Exchange:
    number: int
    network_id: str
    fetch_id: str
    session: str
    url: str
    is_open: bool = True
    """Its bytes are still coming."""


@dataclass(slots=True)
class _Chain:
    """The requests with one network id: one, and one more for each redirect."""

    exchanges: list[_Exchange] = field(default_factory=list)
    sent_headers: list[Message] = field(default_factory=list)
    raw_headers: list[Message] = field(default_factory=list)


class Recorder:
    """Listens to the protocol and hands every response to ``sink`` as soon as it is whole.

    ``limits``: ``responses`` (count), ``response_bytes``, ``total_bytes``, ``memory_bytes``.
    """

    def __init__(self, sink: Sink, limits: dict[str, float]) -> None:
        self._sink = sink
        self._limits = limits
        self._chains: dict[str, _Chain] = {}
        self._in_flight: dict[str, tuple[float, str]] = {}
        self._count = 0
        self._bytes = 0
        self._memory_before = memory_used()
        self._last = time.monotonic()
        self.documents: list[str] = []
        """Network ids of the main frame's documents, in order."""
        self.bodies: dict[int, bytes] = {}
        """Of the main frame's documents alone, by number: for the comparison with what was rendered."""
        self.main_frame = ""
        self.origins: dict[str, None] = {}
        self.limits_hit: set[str] = set()
        self.failures: list[Message] = []
        self.devtools: DevTools | None = None

    # What the protocol says

    def begin(self, devtools: DevTools) -> None:
        """Start to listen. Raises :class:`app.browser.devtools.DevToolsError`."""
        self.devtools = devtools
        self.main_frame = devtools.ask("Page.getFrameTree")["frameTree"]["frame"]["id"]
        devtools.ask("Network.enable", {"maxTotalBufferSize": 1 << 20, "maxResourceBufferSize": 1 << 18})
        devtools.ask("Network.setCacheDisabled", {"cacheDisabled": True})
        devtools.ask("Network.setBypassServiceWorker", {"bypass": True})
        devtools.ask("Page.enable")
        attach = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
        devtools.ask("Target.setAutoAttach", attach)
        devtools.ask("Fetch.enable", _STAGE)

    def event(self, method: str, params: Message, session: str) -> None:
        """One event of the protocol."""
        handle = {
            "Target.attachedToTarget": self._attached,
            "Network.requestWillBeSent": self._sent,
            "Network.requestWillBeSentExtraInfo": self._sent_headers,
            "Network.responseReceivedExtraInfo": self._raw_headers,
            "Network.responseReceived": self._answered,
            "Network.loadingFinished": self._ended,
            "Network.loadingFailed": self._failed,
            "Fetch.requestPaused": self._paused,
        }.get(method)
        if handle is not None and self.devtools is not None:
            self._last = time.monotonic()
            handle(params, session)

    def is_quiet(self, for_s: float) -> bool:
        """Whether nothing is on its way and nothing happened for so long."""
        now, stream = time.monotonic(), self._limits["stream_s"]
        loading = [since for since, kind in self._in_flight.values() if kind not in _STREAMS or now - since < stream]
        return not loading and now - self._last > for_s

    def unfinished(self) -> int:
        """How many answers did not come to their end."""
        return len(self._in_flight)

    def leave_streams(self) -> None:
        """Take no more of what stays open while the page is shown."""
        for chain in self._chains.values():
            for exchange in chain.exchanges:
                if exchange.is_open:
                    self._finish(exchange, b"", "left_open")

    def admits(self, _host: str) -> str:
        """Why no further request is made, or an empty string."""
        if self._count >= self._limits["responses"]:
            self.limits_hit.add("too_many_responses")
        if self._bytes >= self._limits["total_bytes"]:
            self.limits_hit.add("too_much_data")
        return "limit" if self.limits_hit & {"too_many_responses", "too_much_data", "too_much_memory"} else ""

    def watch_memory(self) -> float:
        """Give up what is still coming when the engine grows too large: an answer without end, or one that unpacks to
        very much more than it said. Gives by how much it grew, as a share of what it may grow by."""
        share = (memory_used() - self._memory_before) / self._limits["memory_bytes"]
        if share >= 1:
            self.limits_hit.add("too_much_memory")
            self.drop_open()
        return share

    def drop_open(self) -> None:
        """Give up every answer that is still coming."""
        for chain in self._chains.values():
            for exchange in chain.exchanges:
                if exchange.is_open:
                    self._finish(exchange, b"", "cut_off")
                    self._fail(exchange)
        self._in_flight.clear()

    def details(self) -> None:
        """The headers of both sides as they went over the wire: known only some time after the answer."""
        for chain in self._chains.values():
            for kind, found in (("sent", chain.sent_headers), ("raw", chain.raw_headers)):
                for exchange, headers in zip(chain.exchanges, found, strict=False):
                    # One header that came several times is one value with line ends in it.
                    pairs = [
                        (name, each) for name, value in headers.items() for each in str(value)[:_LONGEST].split("\n")
                    ]
                    self._sink({"kind": kind, "number": exchange.number, "headers": pairs}, b"")

    def document_numbers(self) -> list[int]:
        """Numbers of the exchanges that led to the page, redirects included."""
        return [
            exchange.number
            for network_id in self.documents
            for exchange in (self._chains[network_id].exchanges if network_id in self._chains else [])
        ]

    # One by one

    def _attached(self, params: Message, _session: str) -> None:
        assert self.devtools is not None
        session = params["sessionId"]
        self.devtools.send("Network.enable", session=session)
        self.devtools.send("Fetch.enable", _STAGE, session=session)
        self.devtools.send("Runtime.runIfWaitingForDebugger", session=session)

    def _sent(self, params: Message, _session: str) -> None:
        network_id, url = params["requestId"], params["request"]["url"]
        if not url.startswith(("http:", "https:")):
            return
        self._in_flight[network_id] = (time.monotonic(), str(params.get("type", "")))
        if "redirectResponse" in params:
            self._seen(network_id, params["redirectResponse"])
        elif params.get("type") == "Document" and params.get("frameId") == self.main_frame:
            self.documents.append(network_id)

    def _sent_headers(self, params: Message, _session: str) -> None:
        self._chains.setdefault(params["requestId"], _Chain()).sent_headers.append(params["headers"])

    def _raw_headers(self, params: Message, _session: str) -> None:
        self._chains.setdefault(params["requestId"], _Chain()).raw_headers.append(params["headers"])

    def _answered(self, params: Message, _session: str) -> None:
        self._seen(params["requestId"], params["response"])

    def _ended(self, params: Message, _session: str) -> None:
        self._in_flight.pop(params["requestId"], None)

    def _failed(self, params: Message, _session: str) -> None:
        network_id = params["requestId"]
        self._in_flight.pop(network_id, None)
        if len(self.failures) < 500:
            self.failures.append(
                {
                    "error": params.get("errorText", ""),
                    "blocked": params.get("blockedReason", ""),
                    "is_document": network_id in self.documents,
                }
            )

    def _seen(self, network_id: str, response: Message) -> None:
        """Address, protocol and TLS of an answer, which only the network's own event tells."""
        chain = self._chains.get(network_id)
        if chain is None or not chain.exchanges:
            return
        self._sink(
            {
                "kind": "seen",
                "number": chain.exchanges[-1].number,
                "status_text": response.get("statusText", ""),
                "server_ip": response.get("remoteIPAddress", ""),
                "protocol": response.get("protocol", ""),
                "media_type": response.get("mimeType", ""),
                "tls": response.get("securityDetails", {}),
            },
            b"",
        )

    def _paused(self, params: Message, session: str) -> None:
        assert self.devtools is not None
        request, fetch_id = params["request"], params["requestId"]
        status = params.get("responseStatusCode")
        if status is None:  # the request failed: there is nothing to take
            self.devtools.send("Fetch.continueRequest", {"requestId": fetch_id}, session=session)
            return
        scheme, _, rest = request["url"].partition("://")
        self.origins[f"{scheme}://{rest.partition('/')[0].partition('?')[0]}"] = None
        network_id = str(params.get("networkId", fetch_id))
        url = request["url"][:_LONGEST]
        exchange = _Exchange(self._count, network_id, str(fetch_id), session, url)
        self._count += 1
        self._chains.setdefault(network_id, _Chain()).exchanges.append(exchange)
        headers = [(each["name"], each["value"][:_LONGEST]) for each in params.get("responseHeaders", [])]
        self._sink(
            {
                "kind": "head",
                "number": exchange.number,
                "url": url,
                "method": request["method"],
                "request_headers": [(name, value[:_LONGEST]) for name, value in request["headers"].items()],
                "resource": params.get("resourceType", ""),
                "status": status,
                "status_text": params.get("responseStatusText", ""),
                "headers": headers,
                "at": time.time(),
            },
            b"",
        )
        if refused := self.admits(""):
            self._finish(exchange, b"", refused)
            self._fail(exchange)
        elif status in _REDIRECTS or status in _NO_BODY or request["method"] == "HEAD":
            self._finish(exchange, b"", "")
            self.devtools.send("Fetch.continueRequest", {"requestId": fetch_id}, session=session)
        elif _announced(headers) > self._limits["response_bytes"]:
            self.limits_hit.add("response_too_large")
            self._finish(exchange, b"", "too_large")
            self._fail(exchange)
        else:
            self.devtools.send(
                "Fetch.getResponseBody", {"requestId": fetch_id}, session=session,
                then=lambda answer: self._body(exchange, answer),
            )  # fmt: skip

    def _body(self, exchange: _Exchange, answer: Message) -> None:
        assert self.devtools is not None
        self._last = time.monotonic()
        if not exchange.is_open:
            return
        if "error" in answer:
            self._finish(exchange, b"", "broken_off")
            self.devtools.send("Fetch.continueRequest", {"requestId": exchange.fetch_id}, session=exchange.session)
            return
        text = answer["body"]
        body = base64.b64decode(text) if answer.get("base64Encoded") else text.encode("utf-8")
        if len(body) > self._limits["response_bytes"]:
            self.limits_hit.add("response_too_large")
            self._finish(exchange, b"", "too_large")
            self._fail(exchange)
            return
        if exchange.network_id in self.documents:
            self.bodies[exchange.number] = body
        self._finish(exchange, body, "")
        self.devtools.send("Fetch.continueRequest", {"requestId": exchange.fetch_id}, session=exchange.session)

    def _finish(self, exchange: _Exchange, body: bytes, note: str) -> None:
        exchange.is_open = False
        self._bytes += len(body)
        self._sink({"kind": "body", "number": exchange.number, "note": note}, body)

    def _fail(self, exchange: _Exchange) -> None:
        assert self.devtools is not None
        params = {"requestId": exchange.fetch_id, "errorReason": "BlockedByClient"}
        self.devtools.send("Fetch.failRequest", params, session=exchange.session)


def _announced(headers: list[tuple[Any, Any]]) -> int:
    """What the head says of the length; a lie costs nothing, it only refuses early."""
    for name, value in headers:
        if str(name).lower() == "content-length" and str(value).isdigit():
            return int(value)
    return 0
