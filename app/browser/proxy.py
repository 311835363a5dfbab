"""The one way out of the browser: a SOCKS5 relay (RFC 1928) in the same process.

Every connection of the engine comes here with the *name* of the host. The relay looks the name up, once, refuses
addresses of this computer and of the local network, connects to what was looked up, and counts the bytes. What the
engine cannot be trusted with under a hostile page (redirects, sub-resources, sockets opened by scripts) is decided
here, where there is nothing else to get through.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import struct
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

_CHUNK = 64 * 1024
_CONNECT_S = 15.0
_PORTS_LIMIT = 400
"""Connections at the same time."""
_OK, _REFUSED, _NO_HOST, _FAILED, _BAD_COMMAND = 0, 2, 4, 5, 7


@dataclass(slots=True)
class Traffic:
    """What went through: kept for the record."""

    dns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Each name with the addresses that the system's resolver gave."""
    servers: dict[str, str] = field(default_factory=dict)
    """``host:port`` with the address that was connected to."""
    refused: set[str] = field(default_factory=set)
    """Names whose address is local."""
    received: int = 0
    """Bytes from all servers together."""
    is_over_limit: bool = False


class Relay:
    """A relay on a free port of the loopback interface, in a thread of its own. Use as a context manager.

    ``allowed`` names hosts (literally, in lower case) that may be local. After ``max_bytes`` nothing more comes in.
    """

    def __init__(self, allowed: Iterable[str], max_bytes: int) -> None:
        self.traffic = Traffic()
        self.port = 0
        self._allowed = frozenset(name.lower() for name in allowed)
        self._max_bytes = max_bytes
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._open = 0
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    def __enter__(self) -> Relay:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def forget(self) -> None:
        """Begin to count anew: what came before the recording is not part of it."""
        self.traffic.received = 0
        self.traffic.is_over_limit = False

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = int(server.sockets[0].getsockname()[1])
        self._ready.set()
        try:
            self._loop.run_forever()
        finally:
            server.close()
            tasks = asyncio.all_tasks(self._loop)
            for task in tasks:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        try:
            # Cancelled: the relay is closing, and nobody waits for this connection.
            with suppress(OSError, EOFError, TimeoutError, ValueError, asyncio.CancelledError):
                if self._open <= _PORTS_LIMIT:
                    await self._one(reader, writer)
        finally:
            self._open -= 1
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        version, methods = await reader.readexactly(2)
        await reader.readexactly(methods)
        if version != 5:
            return
        writer.write(b"\x05\x00")
        _version, command, _reserved, kind = await reader.readexactly(4)
        if kind == 3:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode("ascii", "replace").lower()
        elif kind in (1, 4):
            host = str(ipaddress.ip_address(await reader.readexactly(4 if kind == 1 else 16)))
        else:
            return
        (port,) = struct.unpack(">H", await reader.readexactly(2))
        answer, outward = (_BAD_COMMAND, None) if command != 1 else await self._connect(host, port)
        writer.write(bytes((5, answer, 0, 1, 0, 0, 0, 0, 0, 0)))
        await writer.drain()
        if outward is not None:
            far_reader, far_writer = outward
            try:
                await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer, counted=True))
            finally:
                far_writer.close()

    async def _connect(
        self, host: str, port: int
    ) -> tuple[int, tuple[asyncio.StreamReader, asyncio.StreamWriter] | None]:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            self.traffic.dns.setdefault(host, ())
            return _NO_HOST, None
        addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
        self.traffic.dns[host] = addresses
        # One local address among them is enough: a name that answers with both is not an honest one.
        if host not in self._allowed and any(is_local(address) for address in addresses):
            self.traffic.refused.add(host)
            return _REFUSED, None
        for address in addresses[:4]:
            with suppress(OSError, TimeoutError):
                outward = await asyncio.wait_for(asyncio.open_connection(address, port), _CONNECT_S)
                self.traffic.servers[f"{host}:{port}"] = address
                return _OK, outward
        return _FAILED, None

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counted: bool = False) -> None:
        with suppress(OSError):
            while data := await reader.read(_CHUNK):
                if counted:
                    self.traffic.received += len(data)
                    if self.traffic.received > self._max_bytes:
                        self.traffic.is_over_limit = True
                        break
                writer.write(data)
                await writer.drain()
        with suppress(OSError):
            writer.close()


def is_local(address: str) -> bool:
    """Whether an address is anything but one of the public internet: this computer, a home network, a special range."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0].strip("[]"))
    except ValueError:
        return True
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is None and found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            found = inner
    return not found.is_global or found.is_multicast or any(found in net for net in _SPECIAL)


_SPECIAL = (ipaddress.ip_network("192.0.0.0/24"), ipaddress.ip_network("64:ff9b:1::/48"))
"""Of the IETF's own (RFC 6890, RFC 8215): not every Python knows that they are not of the public internet."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
