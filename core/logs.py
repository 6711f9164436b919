"""One JSON line for each event, with the request's number and nothing personal.

Query strings, bodies, names and addresses are never logged: a line says where in the code,
which route, which status, which request.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_current: ContextVar[str] = ContextVar("request_id", default="")


@contextmanager
def request_id(number: str) -> Iterator[None]:
    """Mark every line logged inside with the number of a request."""
    token = _current.set(number)
    try:
        yield
    finally:
        _current.reset(token)


class JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "at": dt.datetime.fromtimestamp(record.created, tz=dt.UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if number := _current.get():
            line["request"] = number
        request = getattr(record, "request", None)
        match = getattr(request, "resolver_match", None)
        if match is not None:
            line["route"] = match.route
        if status := getattr(record, "status_code", None):
            line["status"] = status
        if record.exc_info:
            line["fault"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class NoQuery(logging.Filter):
    """Takes addresses out of Django's request lines: a path may hold a token or a name."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite ``Not Found: /x/y`` as ``Not Found``; keep every line."""
        if isinstance(record.args, tuple) and record.args and "%s: %s" in str(record.msg):
            record.msg, record.args = "%s", record.args[:1]
        return True
