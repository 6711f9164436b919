"""Letters: tagged, embedded, readable; templates read nothing but their data."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from core import pdf

LETTER = b"""#import "/core/letter.typ": letter, facts, euros, day, note, reference
#let data = json(bytes(sys.inputs.data))
#show: letter.with(data, title: data.title, service: "Service", recipient: [Mme Benali])
#euros(-123456) #euros(5) #day("2026-09-01")
#facts((("Nom", data.name),))
#note[Attention] #reference("AB12")
#text(lang: "ar", dir: rtl)[%s]
""" % "مرحبا بكم".encode()


@pytest.fixture
def template(monkeypatch):
    def use(text: bytes) -> None:
        sources = {**pdf._sources(), "test/x.typ": text}
        monkeypatch.setattr(pdf, "_cached_sources", lambda: sources)

    return use


def test_a_letter_is_tagged_titled_and_says_what_it_should(template):
    template(LETTER)
    reader = PdfReader(
        io.BytesIO(pdf.render("test/x.typ", {"title": "Certificat #1 $x$", "name": "L'œuf *"}))
    )
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"] == "fr-FR"
    assert reader.metadata.title == "Certificat #1 $x$"
    text = reader.pages[0].extract_text()
    assert "L'œuf *" in text, "data is never taken for markup"
    assert "-1 234,56" in text.replace("\u202f", " ")
    assert "0,05" in text
    assert "1er septembre 2026" in text
    fonts = {
        font.get_object()["/BaseFont"].split("+")[1]
        for font in reader.pages[0]["/Resources"]["/Font"].values()
    }
    assert any("Arabic" in font for font in fonts)
    assert all("Noto" in font or "DejaVu" in font for font in fonts), fonts


def test_a_template_reads_no_file_of_the_machine(template):
    template(b'#read("/etc/hostname")')
    with pytest.raises(pdf.PdfError, match=r"test/x\.typ"):
        pdf.render("test/x.typ", {})


def test_every_template_of_the_house_is_found_and_an_unknown_one_is_not():
    assert "core/letter.typ" in pdf._sources()
    with pytest.raises(LookupError):
        pdf.render("core/nothing.typ", {})
