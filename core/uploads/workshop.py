"""A program of its own that opens hostile files, so that the service never has to.

It reads one order and its files from the standard input, writes one answer to the standard
output, and ends. It knows neither Django nor the database; its memory, its processor time and
the size of what it may write are bounded before it opens anything. What overruns a bound, or
crashes a decoder, dies here.

An order is a line of JSON (``files``: kind and size of each; limits; ``join``; ``sizes`` for small
pictures), then the bytes. An answer is a line of JSON (``error``, or ``type``, ``pages``,
``rewritten``, ``lengths`` of several pictures), then the bytes.
"""

from __future__ import annotations

import io
import json
import sys
from dataclasses import dataclass, field
from typing import IO, Any

#: Bounds of this process: bytes of address space, seconds of processor.
MEMORY = 1_500_000_000
SECONDS = 25
#: An A4 page and its margin, in points.
A4 = (595.0, 842.0)
MARGIN = 14.0
#: More objects than any letter, bill or form has.
MAX_OBJECTS = 300_000
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
GIF, WEBP = "image/gif", "image/webp"
#: A picture narrower or lower shows nothing: a counter's pixel, an icon.
MIN_SIDE = 48

#: What makes a PDF do something, or carry something, beside being read.
_ACTIVE_KEYS = frozenset(
    {"/JS", "/JavaScript", "/AA", "/EF", "/EmbeddedFiles", "/XFA", "/RichMediaContent"}
)
_ACTIVE_ACTIONS = frozenset(
    {
        "/GoToE",
        "/GoToR",
        "/ImportData",
        "/JavaScript",
        "/Launch",
        "/Movie",
        "/Rendition",
        "/RichMediaExecute",
        "/Sound",
        "/SubmitForm",
    }
)
_ACTIVE_SUBTYPES = frozenset(
    {"/3D", "/FileAttachment", "/Movie", "/RichMedia", "/Screen", "/Sound"}
)


class Refused(Exception):
    """A file that may not be kept; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Order:
    """What is asked: the files with their sniffed types, and the limits."""

    files: list[tuple[str, bytes]]
    max_pages: int
    max_pixels: int
    max_side: int
    join: bool
    #: Widest and highest that each small picture may be, for an order of those.
    sizes: list[tuple[int, int]] = field(default_factory=list)


# -- pictures ---------------------------------------------------------------------------------


def _open_picture(kind: str, data: bytes, order: Order) -> Any:
    """Return an upright picture, shrunk, with nothing but its pixels left to write."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = order.max_pixels
    if kind == "heic":
        import pi_heif

        pi_heif.register_heif_opener(thumbnails=False, aux_images=False, depth_images=False)
    formats = {
        "heic": ["HEIF"],
        JPEG: ["JPEG", "MPO"],
        PNG: ["PNG"],
        GIF: ["GIF"],
        WEBP: ["WEBP"],
    }[kind]
    try:
        with Image.open(io.BytesIO(data), formats=formats) as picture:
            if picture.width * picture.height > order.max_pixels:
                raise Refused("file_pixels")
            # A JPEG is decoded at the size it is kept in, not at the size it was taken in.
            picture.draft("RGB", (order.max_side, order.max_side))
            upright: Any = ImageOps.exif_transpose(picture)
            upright.thumbnail((order.max_side, order.max_side))
            return upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise Refused("file_pixels") from bomb
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError) as broken:
        raise Refused("file_damaged") from broken


def _on_white(picture: Any) -> Any:
    from PIL import Image

    if picture.mode != "RGBA":
        return picture
    paper = Image.new("RGB", picture.size, "white")
    paper.paste(picture, mask=picture.getchannel("A"))
    return paper


def _write_picture(picture: Any, kind: str) -> bytes:
    out = io.BytesIO()
    if kind == PNG:
        picture.save(out, "PNG", optimize=True)
    else:
        _on_white(picture).save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()


def _small_pictures(order: Order) -> tuple[dict[str, Any], bytes]:
    """Return one picture in each of the sizes asked, never enlarged, as WebP on white."""
    ((kind, given),) = order.files
    picture = _on_white(_open_picture(kind, given, order))
    if min(picture.size) < MIN_SIDE:
        raise Refused("file_small")
    made = []
    for wide, high in order.sizes:
        copy = picture.copy()
        copy.thumbnail((wide, high))
        out = io.BytesIO()
        copy.save(out, "WEBP", quality=80, method=4)
        made.append(out.getvalue())
    return {"type": WEBP, "pages": 1, "lengths": [len(one) for one in made]}, b"".join(made)


# -- PDF --------------------------------------------------------------------------------------


def _open_pdf(data: bytes, order: Order) -> Any:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise Refused("file_locked")
    pages = len(reader.pages)
    if pages == 0:
        raise Refused("file_damaged")
    if pages > order.max_pages:
        raise Refused("file_pages")
    return reader


def _walk(root: Any, *, strip: bool) -> bool:
    """Look at every object that ``root`` leads to; tell whether one is active.

    With ``strip``, take the active parts out on the way.
    """
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

    found, seen, stack = False, set(), [root]
    while stack:
        item = stack.pop()
        if isinstance(item, IndirectObject):
            key = (item.idnum, item.generation)
            if key in seen:
                continue
            seen.add(key)
            if len(seen) > MAX_OBJECTS:
                raise Refused("file_heavy")
            item = item.get_object()
        if not isinstance(item, DictionaryObject | ArrayObject):
            continue
        parts = item.items() if isinstance(item, DictionaryObject) else enumerate(item)
        active = [place for place, value in parts if _is_active(place, value)]
        found = found or bool(active)
        if strip:
            for place in reversed(active):
                del item[place]
        stack.extend(item.values() if isinstance(item, DictionaryObject) else item)
    return found


def _is_active(place: str | int, value: Any) -> bool:
    from pypdf.generic import DictionaryObject

    if place in _ACTIVE_KEYS:
        return True
    found = value.get_object() if hasattr(value, "get_object") else value
    if not isinstance(found, DictionaryObject):
        return False
    subtype = found.get("/Subtype")
    is_annotation = "/Rect" in found
    return found.get("/S") in _ACTIVE_ACTIONS or (is_annotation and subtype in _ACTIVE_SUBTYPES)


def _clean_pdf(data: bytes, order: Order) -> tuple[bytes, int, bool]:
    """Return a PDF without what it could do or carry; untouched when it held nothing such."""
    from pypdf import PdfReader, PdfWriter

    reader = _open_pdf(data, order)
    root = reader.trailer["/Root"]
    if not _walk(root, strip=False):
        return data, len(reader.pages), False
    _walk(root, strip=True)
    out = io.BytesIO()
    PdfWriter(clone_from=reader).write(out)
    again = PdfReader(io.BytesIO(out.getvalue()))
    if _walk(again.trailer["/Root"], strip=False):
        raise Refused("file_active")
    return out.getvalue(), len(again.pages), True


def _add_picture(writer: Any, picture: Any) -> None:
    """Put a picture on an A4 page of its own, upright or across as the picture is."""
    from pypdf.generic import DictionaryObject, NameObject, NumberObject, StreamObject

    across = picture.width > picture.height
    width, height = (A4[1], A4[0]) if across else A4
    scale = min((width - 2 * MARGIN) / picture.width, (height - 2 * MARGIN) / picture.height)
    drawn = (picture.width * scale, picture.height * scale)
    image = StreamObject()
    image._data = _write_picture(picture, JPEG)
    grey = picture.mode == "L"
    image.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Image"),
            NameObject("/Width"): NumberObject(picture.width),
            NameObject("/Height"): NumberObject(picture.height),
            NameObject("/ColorSpace"): NameObject("/DeviceGray" if grey else "/DeviceRGB"),
            NameObject("/BitsPerComponent"): NumberObject(8),
            NameObject("/Filter"): NameObject("/DCTDecode"),
        }
    )
    page = writer.add_blank_page(width, height)
    left, bottom = (width - drawn[0]) / 2, (height - drawn[1]) / 2
    content = StreamObject()
    content._data = (
        f"q {drawn[0]:.2f} 0 0 {drawn[1]:.2f} {left:.2f} {bottom:.2f} cm /Photo Do Q".encode()
    )
    photos = DictionaryObject({NameObject("/Photo"): writer._add_object(image)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): photos})
    page[NameObject("/Contents")] = writer._add_object(content)


def _join(order: Order) -> tuple[bytes, int]:
    """Return one PDF of all the files, in their order."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    for kind, data in order.files:
        if kind == PDF:
            for page in PdfReader(io.BytesIO(_clean_pdf(data, order)[0])).pages:
                writer.add_page(page)
        else:
            _add_picture(writer, _on_white(_open_picture(kind, data, order)))
        if len(writer.pages) > order.max_pages:
            raise Refused("file_pages")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue(), len(writer.pages)


# -- the program ------------------------------------------------------------------------------


def work(order: Order) -> tuple[dict[str, Any], bytes]:
    """Carry an order out; raises Refused, or whatever a damaged file makes a library raise."""
    if order.sizes:
        return _small_pictures(order)
    if order.join:
        data, pages = _join(order)
        return {"type": PDF, "pages": pages, "rewritten": True}, data
    ((kind, given),) = order.files
    if kind == PDF:
        data, pages, rewritten = _clean_pdf(given, order)
        return {"type": PDF, "pages": pages, "rewritten": rewritten}, data
    data = _write_picture(_open_picture(kind, given, order), kind)
    return {"type": PNG if kind == PNG else JPEG, "pages": 1, "rewritten": True}, data


def read_order(stream: IO[bytes]) -> Order:
    """Read an order and the files it announces."""
    asked = json.loads(stream.readline())
    files = [(kind, stream.read(size)) for kind, size in asked.pop("files")]
    return Order(files=files, **asked)


def _bound() -> None:
    import contextlib
    import resource

    for what, limit in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (limit, limit))


def main() -> None:
    """Answer one order."""
    _bound()
    data = b""
    try:
        answer, data = work(read_order(sys.stdin.buffer))
    except Refused as refused:
        answer = {"error": refused.code}
    except (MemoryError, RecursionError):
        answer = {"error": "file_heavy"}
    except Exception as broken:  # noqa: BLE001 - a damaged file breaks libraries in many ways
        answer = {"error": "file_damaged", "detail": type(broken).__name__}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + data)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
