"""What an uploaded file may be."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from zlib import crc32

import pytest
from PIL import Image
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from core import uploads
from core.errors import RuleBroken


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (60, 40), colour: str = "teal", **options: object
) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **options)
    return out.getvalue()


def pdf(pages: int = 1, password: str = "") -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    if password:
        writer.encrypt(password)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def refused(data: bytes, max_bytes: int = 1_000_000) -> str:
    with pytest.raises(RuleBroken) as caught:
        uploads.clean(data, "x", max_bytes=max_bytes)
    assert caught.value.message.endswith(".")
    return caught.value.code


def test_a_photo_loses_its_place_and_shrinks() -> None:
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (43.0, 17.0, 0.0)}
    exif[0x0112] = 6
    kept = uploads.clean(picture(size=(4000, 3000), exif=exif), "photo.JPG", max_bytes=10_000_000)
    with Image.open(io.BytesIO(kept.data)) as image:
        assert not image.getexif()
        assert max(image.size) == uploads.MAX_SIDE
        assert image.height > image.width, "turned upright before the orientation was dropped"
    assert kept.content_type == "image/jpeg"
    assert kept.filename == "photo.jpg"


def test_type_comes_from_the_content_not_the_name() -> None:
    assert uploads.clean(picture("PNG"), "photo.jpg", max_bytes=10**6).filename == "photo.png"
    assert uploads.clean(pdf(), "scan.2024", max_bytes=10**6).content_type == "application/pdf"


@pytest.mark.parametrize(
    ("data", "name", "word"),
    [
        (picture("PNG"), "facture.pdf", "image"),
        (pdf(), "photo.jpg", "PDF"),
        (pdf(), "facture.pdf.exe", "PDF"),
        (picture(), "page.html", "image"),
    ],
)
def test_a_name_that_says_something_else_is_refused_in_plain_words(data, name, word):
    with pytest.raises(RuleBroken) as caught:
        uploads.clean(data, name, max_bytes=10**6)
    assert caught.value.code == "file_mismatch"
    assert word in caught.value.message
    assert name.rsplit(".", 1)[1] in caught.value.message


def test_an_iphone_photo_is_kept_upright_as_a_jpeg_without_its_place() -> None:
    data = (Path(__file__).parent / "files" / "photo.heic").read_bytes()
    assert b"Essai" in data, "the fixture carries EXIF with a place"
    kept = uploads.clean(data, "IMG_0042.HEIC", max_bytes=10**6)
    assert (kept.content_type, kept.filename) == ("image/jpeg", "IMG_0042.jpg")
    assert b"Exif" not in kept.data
    assert b"Essai" not in kept.data
    with Image.open(io.BytesIO(kept.data)) as image:
        assert image.size == (480, 640)


def colour_of(page: PageObject) -> tuple[int, ...]:
    (image,) = page.images
    return image.image.convert("RGB").resize((1, 1)).getpixel((0, 0))


def test_photos_of_pages_become_one_pdf_in_their_order() -> None:
    pages = [
        (picture(size=(400, 600), colour="red"), "a.jpg"),
        (picture("PNG", size=(600, 400), colour="lime"), "b.png"),
        (pdf(pages=2), "c.pdf"),
        (picture(size=(9000, 100), colour="blue"), "d.jpg"),
    ]
    kept = uploads.join(pages, max_bytes=10**6)
    assert (kept.content_type, kept.filename, kept.pages) == ("application/pdf", "a.pdf", 5)
    found = PdfReader(io.BytesIO(kept.data)).pages
    assert [colour_of(found[n]).index(max(colour_of(found[n]))) for n in (0, 1, 4)] == [0, 1, 2]
    assert not found[2].images
    upright, across = found[0].mediabox, found[1].mediabox
    assert upright.height > upright.width
    assert across.width > across.height
    assert max(found[4].images[0].image.size) == uploads.MAX_SIDE


def test_joined_pages_are_counted_together() -> None:
    with pytest.raises(RuleBroken) as caught:
        uploads.join([(pdf(pages=3), "a.pdf"), (picture(), "b.jpg")], max_bytes=10**6, max_pages=3)
    assert caught.value.code == "file_pages"
    assert "3" in caught.value.message
    with pytest.raises(RuleBroken) as caught:
        uploads.join([(picture(), "a.jpg")] * 11, max_bytes=10**6)
    assert caught.value.code == "file_many"


def test_one_bad_page_among_good_ones_refuses_the_whole() -> None:
    with pytest.raises(RuleBroken) as caught:
        uploads.join([(picture(), "a.jpg"), (picture()[:300], "b.jpg")], max_bytes=10**6)
    assert caught.value.code == "file_damaged"


def test_a_quiet_pdf_is_kept_to_the_byte() -> None:
    data = pdf(pages=3)
    kept = uploads.clean(data, "x.pdf", max_bytes=10**6)
    assert kept.data == data
    assert kept.pages == 3


def test_a_pdf_loses_its_scripts_and_the_files_it_carries() -> None:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    script = DictionaryObject(
        {
            NameObject("/S"): NameObject("/JavaScript"),
            NameObject("/JS"): TextStringObject("app.alert('coucou')"),
        }
    )
    opening = DictionaryObject({NameObject("/O"): writer._add_object(script)})
    writer.pages[0][NameObject("/AA")] = opening
    writer.add_attachment("virus.exe", b"MZ-attached")
    launch = DictionaryObject(
        {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("calculator")}
    )
    writer._root_object[NameObject("/OpenAction")] = launch
    link = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/FileAttachment"),
            NameObject("/Rect"): ArrayObject([NumberObject(0)] * 4),
        }
    )
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(link)])
    out = io.BytesIO()
    writer.write(out)
    traces = (b"JavaScript", b"alert", b"MZ-attached", b"calculator", b"/Launch", b"FileAttachment")
    for trace in traces:
        assert trace in out.getvalue(), f"the test no longer hides {trace!r}"
    kept = uploads.clean(out.getvalue(), "x.pdf", max_bytes=10**6)
    for trace in traces:
        assert trace not in kept.data, trace
    assert len(PdfReader(io.BytesIO(kept.data)).pages) == kept.pages == 1


def bomb_of_pixels() -> bytes:
    """Return a PNG of a few kilobytes that says it is 40,000 by 40,000."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", crc32(name + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(b"\0" * 5_000_000))
    return b"\x89PNG\r\n\x1a\n" + head + body + chunk(b"IEND", b"")


def bomb_of_objects() -> bytes:
    """Return a PDF whose list of objects says it unpacks to 300 megabytes."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b"\0" * 10_000_000) for _ in range(30)) + packer.flush()
    stream = (
        b"%PDF-1.5\n1 0 obj\n<</Type/XRef/Size 4/W[1 2 1]/Root 2 0 R/Filter/FlateDecode/Length "
        + str(len(packed)).encode()
        + b">>stream\n"
        + packed
        + b"\nendstream\nendobj\n"
    )
    return stream + b"startxref\n9\n%%EOF\n"


def test_bombs_die_in_the_process_that_opens_them() -> None:
    assert refused(bomb_of_pixels()) == "file_pixels"
    assert refused(bomb_of_objects(), max_bytes=10_000_000) in ("file_heavy", "file_damaged")


def test_a_decoder_that_crashes_or_hangs_takes_nothing_with_it(monkeypatch, tmp_path) -> None:
    for body, code in (
        ("import os; os.abort()", "file_heavy"),
        ("import time; time.sleep(60)", "file_heavy"),
        ("raise SystemExit(3)", "file_damaged"),
    ):
        program = tmp_path / "program.py"
        program.write_text(body)
        monkeypatch.setattr(uploads.workshop, "__file__", str(program))
        monkeypatch.setattr(uploads, "PATIENCE", 1)
        assert refused(picture()) == code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"MZ\x90\x00" + b"\0" * 100, "file_type"),
        (b"<html><script>alert(1)</script></html>", "file_type"),
        (b"PK\x03\x04" + b"\0" * 100, "file_type"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 50, "file_damaged"),
        (b"\0\0\0\x18ftypavif" + b"\0" * 50, "file_type"),
        (picture()[:300], "file_damaged"),
        (picture("PNG")[:60], "file_damaged"),
        (b"%PDF-1.7\nnothing else", "file_damaged"),
        (pdf(password="secret"), "file_locked"),
        (pdf(pages=61), "file_pages"),
        (b"x" * 1_000_001, "file_too_big"),
    ],
)
def test_refusals_are_told_apart(data: bytes, code: str) -> None:
    assert refused(data) == code


def test_a_picture_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_PIXELS", 1000)
    assert refused(picture("PNG", size=(100, 100))) == "file_pixels"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\n\\acte de naissance.PDF", "acte de naissance.pdf"),
        ("évil\u202egnp.exe", "évil gnp.pdf"),
        ('a"b\r\nSet-Cookie: x=1.pdf', "a b Set-Cookie x 1.pdf"),
        ("....", "document.pdf"),
        ("", "document.pdf"),
        ("مستند.pdf", "مستند.pdf"),
    ],
)
def test_names_carry_no_trap(given: str, kept: str) -> None:
    assert uploads.safe_name(given, "application/pdf") == kept
