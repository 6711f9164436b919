"""What an uploaded file really is: type by content, limits, made harmless in another process.

Nothing here trusts a name or a declared type. Pictures are decoded and written anew, which
drops EXIF (place, device) and anything hidden behind the pixels; a PDF that could do
something, or carries files, is rewritten without. Several pages become one PDF. Hostile files
are opened by ``workshop`` only, a process with bounds, never by the one that serves people.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.errors import RuleBroken
from core.uploads import workshop
from core.uploads.sniffing import (
    JPEG,
    PDF,
    PNG,
    SUFFIXES,
    WEBP,
    safe_name,
    sniff,
    sniff_picture,
)

__all__ = [
    "ACCEPT",
    "JPEG",
    "MAX_FILES",
    "MAX_PAGES",
    "MAX_PIXELS",
    "MAX_SIDE",
    "PDF",
    "PNG",
    "SUFFIXES",
    "WEBP",
    "CleanFile",
    "clean",
    "join",
    "safe_name",
    "small_pictures",
    "sniff",
]

#: More pages than any supporting document has.
MAX_PAGES = 60
#: More photos than one document is photographed in.
MAX_FILES = 10
#: Refuse pictures that would fill the memory once decoded (a 48 megapixel phone passes).
MAX_PIXELS = 60_000_000
#: Longest side kept, in pixels: an A4 page stays readable at 200 dots per inch.
MAX_SIDE = 2400
#: Seconds after which the process that opens a file is ended.
PATIENCE = 40
#: What people send pictures and papers by: what the service accepts.
ACCEPT = "application/pdf,image/jpeg,image/png,image/heic,image/heif,.heic,.heif"


@dataclass(frozen=True)
class CleanFile:
    """A file that may be kept: its bytes, its true type, a name without traps, its pages."""

    data: bytes
    content_type: str
    filename: str
    pages: int = 1


def clean(data: bytes, filename: str, *, max_bytes: int, max_pages: int | None = None) -> CleanFile:
    """Check a file and return what may be kept of it.

    ``max_bytes`` bounds what was sent, before pictures are shrunk. Raises RuleBroken with
    a plain sentence when the file is empty, too big, of another type than it says, damaged,
    locked, of too many pages, or active in a way that cannot be taken out.
    """
    return join([(data, filename)], max_bytes=max_bytes, max_pages=max_pages)


def join(
    files: Sequence[tuple[bytes, str]], *, max_bytes: int, max_pages: int | None = None
) -> CleanFile:
    """Make one document of one or several files, (content, name) in the order of the pages.

    A single file keeps its type; several become one PDF. See ``clean`` for what is refused.
    """
    if not files:
        raise _refusal("file_none", max_pages)
    if len(files) > MAX_FILES:
        raise _refusal("file_many", max_pages)
    sniffed = []
    for data, filename in files:
        if not data:
            raise _refusal("file_empty", max_pages)
        if len(data) > max_bytes:
            raise RuleBroken(
                "file_too_big",
                _("Ce fichier dépasse %(limit)d Mo. Choisissez un fichier plus léger.")
                % {"limit": max_bytes // 1_000_000},
                "file",
            )
        sniffed.append((sniff(data, filename), data))
    allowed = min(max_pages or MAX_PAGES, MAX_PAGES)
    answer, kept = _ask(sniffed, allowed)
    if "error" in answer:
        raise _refusal(str(answer["error"]), allowed)
    content_type, pages = str(answer["type"]), int(str(answer["pages"]))
    return CleanFile(kept, content_type, safe_name(files[0][1], content_type), pages)


def small_pictures(data: bytes, sizes: Sequence[tuple[int, int]]) -> list[bytes]:
    """Return a picture in several sizes (widest, highest), as WebP, for pages of ours.

    Takes what the web shows pictures in: JPEG, PNG, GIF (its first frame), WebP, and HEIC.
    Raises RuleBroken for anything else, too small to show anything, too big, or damaged.
    """
    kind = sniff_picture(data)
    if kind is None:
        raise _refusal("file_picture", None)
    answer, kept = _ask([(kind, data)], 1, sizes=list(sizes))
    if "error" in answer:
        raise _refusal(str(answer["error"]), 1)
    lengths, made = answer["lengths"], []
    for length in lengths if isinstance(lengths, list) else []:
        made.append(kept[:length])
        kept = kept[length:]
    return made


def _ask(
    files: Sequence[tuple[str, bytes]],
    max_pages: int,
    sizes: Sequence[tuple[int, int]] = (),
) -> tuple[dict[str, object], bytes]:
    order = {
        "files": [[kind, len(data)] for kind, data in files],
        "max_pages": max_pages,
        "max_pixels": MAX_PIXELS,
        "max_side": MAX_SIDE,
        "join": len(files) > 1,
        "sizes": sizes,
    }
    try:
        done = subprocess.run(  # noqa: S603 - our own program, nothing of it from outside
            [sys.executable, "-I", workshop.__file__],
            input=json.dumps(order).encode() + b"\n" + b"".join(data for _, data in files),
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"error": "file_heavy"}, b""
    line, _newline, kept = done.stdout.partition(b"\n")
    if done.returncode or not line:
        # Killed by one of its bounds, or by a decoder that crashed.
        return {"error": "file_heavy" if done.returncode < 0 else "file_damaged"}, b""
    return json.loads(line), kept


def _refusal(code: str, max_pages: int | None) -> RuleBroken:
    words = {
        "file_none": _("Choisissez un fichier."),
        "file_empty": _("Ce fichier est vide. Choisissez-en un autre."),
        "file_many": _("Vous avez choisi plus de %(limit)d fichiers. Envoyez-les en un seul PDF.")
        % {"limit": MAX_FILES},
        "file_damaged": _(
            "Ce fichier est abîmé ou incomplet : il ne s’ouvre pas. Envoyez-le de nouveau."
        ),
        "file_locked": _("Ce PDF est protégé par un mot de passe. Envoyez-le sans protection."),
        "file_pages": _(
            "Ce document a plus de %(limit)d pages. N’envoyez que celles qui sont demandées."
        )
        % {"limit": max_pages or MAX_PAGES},
        "file_pixels": _("Cette image est trop grande. Réduisez-la."),
        "file_small": _("Cette image est trop petite pour être montrée."),
        "file_picture": _("Ce fichier n’est pas une image (JPEG, PNG, WebP ou GIF)."),
        "file_active": _(
            "Ce PDF contient un programme que nous ne pouvons pas retirer. Imprimez-le en PDF, "
            "ou envoyez une photo."
        ),
        "file_heavy": _(
            "Ce fichier est trop lourd à ouvrir. Imprimez-le en PDF, ou envoyez une photo."
        ),
    }
    return RuleBroken(code, words.get(code, words["file_damaged"]), "file")
