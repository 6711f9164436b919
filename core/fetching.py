"""Fetching from the open web without ever reaching inside: no private address, by any way.

An address that somebody typed may name a machine of ours, redirect to one, or have its name
answer differently from one look-up to the next. So a name is looked up once for each
connection, every answer is weighed, and the socket opens to the very address that passed.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.exceptions import TimeoutError as TooSlow
from urllib3.util import Timeout

_MOVED = {301, 308}
_REDIRECTS = {301, 302, 303, 307, 308}
_AGENT = "Escale (service des ressources scolaires)"


class FetchRefused(Exception):
    """The address may not be fetched; ``code`` is ``scheme``, ``port``, ``name`` or ``inside``."""

    def __init__(self, code: str, url: str) -> None:
        super().__init__(f"{code}: {url}")
        self.code = code


class FetchFailed(Exception):
    """The other side did not answer well; ``code``: ``silent``, ``slow``, ``loop``, ``big``."""

    def __init__(self, code: str, url: str) -> None:
        super().__init__(f"{code}: {url}")
        self.code = code


@dataclass(frozen=True)
class Fetched:
    """An answer. ``url`` is where it was found; ``moved_to`` says so for good, or is empty."""

    status: int
    url: str
    moved_to: str
    content_type: str
    body: bytes
    retry_after: str = ""


def is_public(address: str) -> bool:
    """Tell whether an IP address is of the open Internet, whatever it is wrapped in."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            inner.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        elif ip.ipv4_mapped is None and ip not in ipaddress.ip_network("2000::/3"):
            return False  # nothing else is given out: old wrappings, a network's own translation
        if any(part is not None and not is_public(str(part)) for part in inner):
            return False
    return ip.is_global and not ip.is_multicast


@dataclass(frozen=True)
class Fetcher:
    """How far a fetch may go: which addresses (``reach``) and ports, how much, how long."""

    reach: Callable[[str], bool] = is_public
    ports: Collection[int] = field(default=frozenset({80, 443}))
    max_bytes: int = 2_000_000
    seconds: float = 15.0
    redirects: int = 5

    def fetch(self, url: str, *, method: str = "GET") -> Fetched:
        """Return the answer to ``url``, redirects followed one by one.

        Raises FetchRefused for an address that may not be fetched, at any step, and
        FetchFailed when nobody answers, too slowly, too much, or in circles.
        """
        until = time.monotonic() + self.seconds
        moved, permanent = "", True
        for _step in range(self.redirects + 1):
            self._allowed(url)
            with self._pool() as pool:
                answer = self._ask(pool, method, url, until)
                target = answer.headers.get("Location", "")
                if answer.status in _REDIRECTS and target:
                    answer.release_conn()
                    permanent = permanent and answer.status in _MOVED
                    url = urljoin(url, target)
                    moved = url if permanent else moved
                    continue
                body = self._read(answer, url, until) if method == "GET" else b""
                kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
                rest = answer.headers.get("Retry-After", "")
                return Fetched(answer.status, url, moved, kind, body, rest)
        raise FetchFailed("loop", url)

    def _allowed(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
        except ValueError as error:
            raise FetchRefused("name", url) from error
        if parts.scheme not in {"http", "https"}:
            raise FetchRefused("scheme", url)
        if not parts.hostname or parts.username or parts.password:
            raise FetchRefused("name", url)
        if port not in self.ports:
            raise FetchRefused("port", url)

    def _pool(self) -> urllib3.PoolManager:
        pool = urllib3.PoolManager(num_pools=1, maxsize=1, retries=False)
        pool.pool_classes_by_scheme = {
            "http": _pool_class(urllib3.HTTPConnectionPool, HTTPConnection, self),
            "https": _pool_class(urllib3.HTTPSConnectionPool, HTTPSConnection, self),
        }
        return pool

    def _ask(
        self, pool: urllib3.PoolManager, method: str, url: str, until: float
    ) -> urllib3.BaseHTTPResponse:
        left = max(until - time.monotonic(), 0.1)
        try:
            return pool.request(
                method,
                url,
                redirect=False,
                preload_content=False,
                decode_content=True,
                timeout=Timeout(connect=min(5.0, left), read=min(10.0, left)),
                headers={"User-Agent": _AGENT, "Accept": "*/*"},
            )
        except FetchRefused:
            raise
        except TooSlow as error:
            raise FetchFailed("slow", url) from error
        except LocationParseError as error:
            raise FetchRefused("name", url) from error
        except (HTTPError, OSError, UnicodeError) as error:
            raise FetchFailed("silent", url) from error

    def _read(self, answer: urllib3.BaseHTTPResponse, url: str, until: float) -> bytes:
        """Read a body bit by bit: neither a flood nor a trickle holds a worker."""
        found = bytearray()
        try:
            for part in answer.stream(65_536):
                found += part
                if len(found) > self.max_bytes:
                    raise FetchFailed("big", url)
                if time.monotonic() > until:
                    raise FetchFailed("slow", url)
        except TooSlow as error:
            raise FetchFailed("slow", url) from error
        except (HTTPError, OSError) as error:
            raise FetchFailed("silent", url) from error
        finally:
            answer.close()
        return bytes(found)

    def connect(self, host: str, port: int, timeout: float | None) -> socket.socket:
        """Open a socket to a public address of ``host``, looked up this once.

        Raises FetchRefused ``inside`` when any answer to the name is not to be reached: a
        name that answers both ways is not trusted with either.
        """
        try:
            literal = str(ipaddress.ip_address(host.strip("[]")))
        except ValueError:
            literal = ""
        if literal and not self.reach(literal):
            raise FetchRefused("inside", host)
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(answer[4][0]) for answer in answers]
        if not addresses or not all(self.reach(address) for address in addresses):
            raise FetchRefused("inside", host)
        problem: OSError | None = None
        for family, kind, protocol, _name, address in answers:
            opened = socket.socket(family, kind, protocol)
            try:
                opened.settimeout(timeout)
                opened.connect(address)
            except OSError as error:
                opened.close()
                problem = error
            else:
                return opened
        raise problem or OSError(host)


def _pool_class(pool: type, base: type[HTTPConnection], fetcher: Fetcher) -> type:
    """Return a connection pool whose sockets open through the fetcher."""

    class Connection(base):  # type: ignore[valid-type, misc]
        def _new_conn(self) -> socket.socket:
            timeout = self.timeout if isinstance(self.timeout, int | float) else 5.0
            return fetcher.connect(self._dns_host, self.port, float(timeout))

    return type("Pool", (pool,), {"ConnectionCls": Connection})
