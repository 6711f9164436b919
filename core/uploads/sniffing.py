"""Telling a file's type from its bytes, and giving it a name without traps."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

import puremagic
from django.utils.translation import gettext as _

from core.errors import RuleBroken

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
#: Photos of iPhones and of some Android phones; kept as JPEG.
HEIC = "heic"
#: What the web shows pictures in, beside; kept as WebP.
GIF, WEBP = "image/gif", "image/webp"
SUFFIXES = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png", WEBP: ".webp"}
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}
_PICTURE_NAMES = {"jpg", "jpeg", "jpe", "jfif", "png", "heic", "heif", "hif"}
#: What a name may announce that the service does not take; any other suffix announces nothing.
_OTHER_NAMES = {
    *("avif", "bmp", "bat", "cmd", "com", "csv", "doc", "docm", "docx", "exe", "gif", "htm"),
    *("html", "jar", "js", "mp4", "mov", "odt", "pps", "ppt", "pptx", "ps", "rtf", "scr", "sh"),
    *("svg", "tif", "tiff", "txt", "vbs", "webp", "xls", "xlsm", "xlsx", "xml", "zip"),
}


def sniff(data: bytes, filename: str = "") -> str:
    """Return the type that the content shows: PDF, JPEG, PNG or HEIC.

    Raises RuleBroken for any other, and for a name that announces something else: who
    sends it believes it to be what its name says. A picture may carry the name of another
    kind of picture, as phones rename them freely.
    """
    found = _type_of(data)
    if found is None:
        raise RuleBroken(
            "file_type",
            _(
                "Ce type de fichier n’est pas accepté. Envoyez un PDF ou une photo (JPEG, PNG "
                "ou HEIC)."
            ),
            "file",
        )
    _compare(found, filename)
    return found


def sniff_picture(data: bytes) -> str | None:
    """Return the type of a picture of the web, None for anything else."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    if data[:6] in {b"GIF87a", b"GIF89a"}:
        return GIF
    found = _type_of(data)
    return found if found != PDF else None


def _type_of(data: bytes) -> str | None:
    if data[4:8] == b"ftyp":
        return HEIC if data[8:12] in _HEIC_BRANDS else None
    if b"%PDF-" in data[:1024]:
        return PDF
    try:
        guesses = {match.mime_type for match in puremagic.magic_string(data[:4096])}
    except (puremagic.PureError, ValueError):
        guesses = set()
    for known, magic in ((JPEG, b"\xff\xd8\xff"), (PNG, b"\x89PNG\r\n\x1a\n")):
        if data.startswith(magic) and known in guesses:
            return known
    return None


def _compare(found: str, filename: str) -> None:
    """Refuse a file whose name says it is something else; ``filename`` may be empty."""
    name = PurePosixPath(filename.replace("\\", "/")).name
    suffix = name.rsplit(".", 1)[1].strip().lower() if "." in name else ""
    is_pdf = found == PDF
    wrong = (_PICTURE_NAMES if is_pdf else {"pdf"}) | _OTHER_NAMES
    if suffix not in wrong:
        return
    if is_pdf:
        message = _(
            "Le nom de ce fichier finit par « .%(suffix)s », mais c’est un PDF. Vérifiez que "
            "c’est le bon, puis renommez-le en « .pdf »."
        )
    else:
        message = _(
            "Le nom de ce fichier finit par « .%(suffix)s », mais c’est une image. Vérifiez "
            "que c’est le bon, puis envoyez l’image elle-même."
        )
    raise RuleBroken("file_mismatch", message % {"suffix": suffix}, "file")


def safe_name(filename: str, content_type: str) -> str:
    """Return a name fit for a header and a disk: no path, no control or direction marks.

    At most 80 characters before the suffix, which always tells the true type.
    """
    base = PurePosixPath(filename.replace("\\", "/")).name
    stem = base.rsplit(".", 1)[0] if "." in base else base
    normal = unicodedata.normalize("NFC", stem)
    letters = "".join(
        char if unicodedata.category(char)[0] in "LMN" or char in " -_().'" else " "
        for char in normal
    )
    tidy = re.sub(r"\s+", " ", letters).strip(" .-_")[:80].strip()
    return f"{tidy or 'document'}{SUFFIXES.get(content_type, '')}"
