"""What an uploaded file may be."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from pypdf import PdfWriter

from core import uploads
from core.errors import RuleBroken


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
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
        uploads.clean(data, "x.pdf", max_bytes=max_bytes)
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
    assert uploads.clean(picture("PNG"), "facture.pdf", max_bytes=10**6).filename == "facture.png"
    assert uploads.clean(pdf(), "photo.jpg", max_bytes=10**6).content_type == "application/pdf"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"MZ\x90\x00" + b"\0" * 100, "file_type"),
        (b"<html><script>alert(1)</script></html>", "file_type"),
        (b"PK\x03\x04" + b"\0" * 100, "file_type"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 50, "file_heic"),
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
