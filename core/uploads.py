"""What an uploaded file really is: type by content, limits, pictures made harmless.

Nothing here trusts a name or a declared type. Pictures are decoded and written anew,
which drops EXIF (place, device) and anything hidden behind the pixels; PDF files are kept
as they are, and are served so that nothing in them can run.
"""

from __future__ import annotations

import io
import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

import puremagic
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from core.errors import RuleBroken

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
SUFFIXES = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png"}
#: More pages than any supporting document has.
MAX_PAGES = 60
#: Refuse pictures that would fill the memory once decoded (a 48 megapixel phone passes).
MAX_PIXELS = 60_000_000
#: Longest side kept, in pixels: an A4 page stays readable at 200 dots per inch.
MAX_SIDE = 2400
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif"}


@dataclass(frozen=True)
class CleanFile:
    """A file that may be kept: its bytes, its true type, a name without traps."""

    data: bytes
    content_type: str
    filename: str


def clean(data: bytes, filename: str, *, max_bytes: int) -> CleanFile:
    """Check a file and return what may be kept of it.

    ``max_bytes`` bounds what was sent, before pictures are shrunk. Raises RuleBroken with
    a plain sentence when the file is empty, too big, of another type, damaged or locked.
    """
    if not data:
        raise RuleBroken("file_empty", _("Ce fichier est vide. Choisissez-en un autre."), "file")
    if len(data) > max_bytes:
        raise RuleBroken(
            "file_too_big",
            _("Ce fichier dépasse %(limit)d Mo. Choisissez un fichier plus léger.")
            % {"limit": max_bytes // 1_000_000},
            "file",
        )
    content_type = sniff(data)
    if content_type == PDF:
        _check_pdf(data)
        kept = data
    else:
        kept = _redraw(data, content_type)
    return CleanFile(kept, content_type, safe_name(filename, content_type))


def sniff(data: bytes) -> str:
    """Return the type that the content shows; raises RuleBroken unless PDF, JPEG or PNG."""
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        raise RuleBroken(
            "file_heic",
            _(
                "Les photos au format HEIC ne sont pas acceptées. Sur un iPhone : Réglages, "
                "Appareil photo, Formats, « Le plus compatible » ; puis reprenez la photo, "
                "ou envoyez un PDF."
            ),
            "file",
        )
    if b"%PDF-" in data[:1024]:
        return PDF
    try:
        guesses = {match.mime_type for match in puremagic.magic_string(data[:4096])}
    except (puremagic.PureError, ValueError):
        guesses = set()
    for known, magic in ((JPEG, b"\xff\xd8\xff"), (PNG, b"\x89PNG\r\n\x1a\n")):
        if data.startswith(magic) and known in guesses:
            return known
    raise RuleBroken(
        "file_type",
        _("Ce type de fichier n’est pas accepté. Envoyez un PDF ou une photo JPEG ou PNG."),
        "file",
    )


def _damaged() -> RuleBroken:
    return RuleBroken(
        "file_damaged",
        _("Ce fichier est abîmé ou incomplet : il ne s’ouvre pas. Envoyez-le de nouveau."),
        "file",
    )


def _check_pdf(data: bytes) -> None:
    try:
        reader = PdfReader(io.BytesIO(data))
        locked = reader.is_encrypted and not reader.decrypt("")
        pages = 0 if locked else len(reader.pages)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _damaged() from error
    if locked:
        raise RuleBroken(
            "file_locked",
            _("Ce PDF est protégé par un mot de passe. Envoyez-le sans protection."),
            "file",
        )
    if pages == 0:
        raise _damaged()
    if pages > MAX_PAGES:
        raise RuleBroken(
            "file_pages",
            _("Ce PDF a plus de %(limit)d pages. N’envoyez que celles qui sont demandées.")
            % {"limit": MAX_PAGES},
            "file",
        )


def _check_pixels(picture: Image.Image) -> None:
    if picture.width * picture.height > MAX_PIXELS:
        raise RuleBroken("file_pixels", _("Cette image est trop grande. Réduisez-la."), "file")


def _redraw(data: bytes, content_type: str) -> bytes:
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG", "PNG"]) as picture:
            _check_pixels(picture)
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((MAX_SIDE, MAX_SIDE))
            out = io.BytesIO()
            if content_type == JPEG:
                upright.convert("RGB").save(out, "JPEG", quality=85, optimize=True)
            else:
                mode = "RGBA" if upright.has_transparency_data else "RGB"
                # A picture made from the pixels alone carries no metadata along.
                upright.convert(mode).save(out, "PNG", optimize=True, pnginfo=None, exif=b"")
    except RuleBroken:
        raise
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        SyntaxError,
        ValueError,
    ) as error:
        raise _damaged() from error
    return out.getvalue()


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
