"""The one door to Typst: a template of an app and plain data in, a tagged PDF out.

Templates live in ``<app>/typst/``. They are handed to the compiler as a set of texts, so
that a template can read nothing else on the machine; fonts are ours, so that a letter looks
the same everywhere. A template begins with ``#import "/core/letter.typ": letter`` and reads
its data with ``json(bytes(sys.inputs.data))``.
"""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import typst
from django.apps import apps
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.utils.functional import Promise

from core import clock

FONTS = Path(__file__).parent / "typst" / "fonts"


class PdfError(Exception):
    """A template does not compile; says where and why. A fault of ours, never a person's."""


class _Encoder(DjangoJSONEncoder):
    """Also writes lazy translations, in the language in force."""

    def default(self, o: Any) -> Any:
        """Return something JSON knows."""
        return str(o) if isinstance(o, Promise) else super().default(o)


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(FONTS)]
    )


def _sources() -> dict[str, bytes]:
    """Return every template of every app, by ``<app folder>/<name>``."""
    found: dict[str, bytes] = {}
    for app in apps.get_app_configs():
        folder = Path(app.path) / "typst"
        if folder.is_dir():
            for file in sorted(folder.rglob("*")):
                if file.suffix in {".typ", ".svg", ".csv"}:
                    name = f"{Path(app.path).name}/{file.relative_to(folder).as_posix()}"
                    found[name] = file.read_bytes()
    return found


_cached_sources = cache(_sources)


def render(template: str, data: dict[str, Any], *, language: str = "fr") -> bytes:
    """Return a template as a tagged PDF.

    ``template`` is ``<app folder>/<name>.typ``, for instance ``registration/certificate.typ``.
    ``data`` is plain values (dates, decimals and UUIDs become text); the template also finds
    ``language``, ``city``, ``service`` and ``public_url`` in it. Raises LookupError for an
    unknown template, PdfError when it does not compile.
    """
    sources = dict(_cached_sources() if not settings.DEBUG else _sources())
    if template not in sources:
        raise LookupError(f"no such template: {template}")
    sources["main.typ"] = sources[template]
    values = {
        "language": language,
        "city": settings.CITY_NAME,
        "service": settings.SERVICE_NAME,
        "public_url": settings.PUBLIC_URL,
        **data,
    }
    compiler: Any = typst.compile  # its types forget that a set of texts may be given
    try:
        pdf = compiler(
            sources,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"data": json.dumps(values, cls=_Encoder, ensure_ascii=False)},
            pdf_standards=["ua-1"],
            timestamp=clock.now().astimezone(dt.UTC).replace(microsecond=0),
        )
    except typst.TypstError as error:
        raise PdfError(f"{template}: {error.message} {error.diagnostic}") from error
    if not isinstance(pdf, bytes):
        raise PdfError(f"{template}: nothing came out")
    return pdf


def pdf_response(data: bytes, filename: str, *, inline: bool = True) -> HttpResponse:
    """Answer with a PDF, shown in the browser or, with ``inline=False``, downloaded."""
    return file_response(data, "application/pdf", filename, inline=inline)


def file_response(
    data: bytes, content_type: str, filename: str, *, inline: bool = False
) -> HttpResponse:
    """Answer with a private file: never cached by others, never sniffed, safely named."""
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = content_disposition(filename, inline=inline)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Length"] = str(len(data))
    return response


def content_disposition(filename: str, *, inline: bool) -> str:
    """Return the header that names a file, with an ASCII stand-in (RFC 6266)."""
    ascii_name = filename.encode("ascii", "replace").decode().replace("?", "_")
    ascii_name = "".join(c if c.isalnum() or c in " .-_()" else "_" for c in ascii_name)
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(filename, safe='')}"
