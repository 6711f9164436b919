"""What makes the test run hostile: habits that work by luck fail here.

* rows come back shuffled unless an order is asked for;
* ``select_for_update`` outside a transaction of the code under test raises, also on SQLite
  and inside the transaction that pytest-django wraps around every test;
* nothing but this machine can be reached.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from typing import Any

from django.db.models.expressions import OrderBy
from django.db.models.functions import Random
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError


class NetworkRefused(Exception):
    """A test tried to leave this machine."""


def install() -> None:
    """Put everything in place, once per process."""
    _shuffle_unordered()
    _refuse_unlocked()
    _refuse_network()


def _shuffle_unordered() -> None:
    original = SQLCompiler._order_by_pairs

    def order_by_pairs(self: SQLCompiler) -> Iterator[Any]:
        pairs = list(original(self))
        query = self.query
        if query.combinator:
            for part in query.combined_queries:
                part.is_part_of_compound = True
        elif (
            not pairs
            and not query.subquery
            and not query.distinct
            and query.group_by is None
            and not getattr(query, "is_part_of_compound", False)
        ):
            pairs.append((OrderBy(Random()), False))
        yield from pairs

    SQLCompiler._order_by_pairs = order_by_pairs


def _refuse_unlocked() -> None:
    original = SQLCompiler.as_sql

    def as_sql(self: SQLCompiler, *args: Any, **kwargs: Any) -> Any:
        if self.query.select_for_update:
            ours = [
                block
                for block in self.connection.atomic_blocks
                if not getattr(block, "_from_testcase", False)
            ]
            if not ours:
                raise TransactionManagementError(
                    "select_for_update cannot be used outside of a transaction."
                )
        return original(self, *args, **kwargs)

    SQLCompiler.as_sql = as_sql


def _is_here(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a Unix socket
    host = address[0]
    if host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refuse_network() -> None:
    for name in ("connect", "connect_ex"):
        original = getattr(socket.socket, name)

        def guarded(self: socket.socket, address: Any, _original: Any = original) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address):
                raise NetworkRefused(f"a test tried to reach {address}")
            return _original(self, address)

        setattr(socket.socket, name, guarded)

    look_up = socket.getaddrinfo

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and not _is_here((name,)) and name != socket.gethostname():
            raise NetworkRefused(f"a test tried to look up {name}")
        return look_up(host, *args, **kwargs)

    socket.getaddrinfo = getaddrinfo
