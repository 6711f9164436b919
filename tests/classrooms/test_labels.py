"""Labels: bars by the standard, sheets as sold, whom they let print, what the log keeps."""

import re
from itertools import pairwise

import pypdfium2
import pytest
import zxingcpp
from django.conf import settings
from django.db import Error, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from classrooms import code128, labels, sheets
from classrooms.audits.models import LabelPrint
from core.accounts.roles import Role
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import CartFactory, DeviceFactory
from tests.people import sign_in_client


def decode(text):
    """Read bars back as a scanner does: widths, symbols, check digit, text."""
    bars, modules = code128.bars(text)
    edges = [edge for offset, width in bars for edge in (offset, offset + width)]
    assert edges[-1] == modules
    widths = [after - before for before, after in pairwise(edges)]
    groups = [widths[at : at + 6] for at in range(0, len(widths) - 7, 6)]
    values = [code128.WIDTHS.index("".join(map(str, group))) for group in groups]
    assert "".join(map(str, widths[-7:])) == code128.WIDTHS[code128.STOP]
    assert values.pop() == code128.check_digit(values)
    code_set, read = {104: "B", 105: "C"}[values[0]], ""
    for value in values[1:]:
        if value in (99, 100) and code128.SWITCH["C" if value == 99 else "B"] == value != code_set:
            if code_set == "B" and value == 99:
                code_set = "C"
                continue
            if code_set == "C" and value == 100:
                code_set = "B"
                continue
        read += f"{value:02}" if code_set == "C" else chr(value + 32)
    return read


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=20))
def test_bars_are_read_back_as_the_text(text):
    assert decode(text) == text


def test_check_digits_are_those_of_published_examples():
    assert code128.check_digit([103, 40, 41, 99, 34, 56, 78]) == 67  # HI345678
    assert code128.check_digit([103, 48, 42, 42, 17, 18, 19, 35]) == 54  # PJJ123C
    wikipedia = code128.symbols("Wikipedia")
    assert (wikipedia[0], wikipedia[-2:]) == (104, [88, 106])


def test_pairs_of_digits_share_a_symbol():
    assert code128.symbols("12345678")[:5] == [105, 12, 34, 56, 78]
    assert len(code128.symbols("PM-26-000123")) < len("PM-26-000123") + 3
    with pytest.raises(ValueError, match="ASCII"):
        code128.symbols("é")


def test_symbols_have_the_widths_that_the_standard_gives_them():
    assert len(set(code128.WIDTHS)) == 107
    for pattern in code128.WIDTHS[:-1]:
        widths = list(map(int, pattern))
        assert sum(widths) == 11
        assert sum(widths[::2]) % 2 == 0, "bars are even in all"


@pytest.mark.parametrize(
    ("code", "count", "left", "top"),
    [("L4731", 189, 8.6, 13.5), ("L7651", 65, 4.75, 10.7), ("L7159", 24, 7.25, 12.9),
     ("L7163", 14, 4.65, 15.15), ("L7160", 21, 7.25, 15.15)],
)  # fmt: skip
def test_sheets_are_those_one_buys(code, count, left, top):
    sheet = sheets.SHEETS[code]
    assert (sheet.count, round(sheet.left, 2), round(sheet.top, 2)) == (count, left, top)
    x, y = sheet.corner(count)
    assert x + sheet.width <= sheets.PAGE_WIDTH - left + 0.01
    assert y + sheet.height <= sheets.PAGE_HEIGHT - top + 0.01


def test_a_sheet_begun_goes_on_where_it_was_left():
    sheet = sheets.SHEETS["L7163"]
    assert sheets.places(4, sheet, 13) == [(1, 13), (1, 14), (2, 1), (2, 2)]


def test_bars_are_drawn_only_where_a_reader_tells_them():
    rooms = {code: labels.room_for_bars(sheet) for code, sheet in sheets.SHEETS.items()}
    assert labels.barcode("PM-26-00001", rooms["L7651"])
    assert labels.barcode("PM-26-00001", rooms["L4731"]) is None
    assert labels.barcode("Numéro 1", rooms["L7163"]) is None


@pytest.fixture
def cart(db):
    return CartFactory(filled=3)


@pytest.fixture
def technician(cart, client):
    user = UserFactory(roles=[(Role.IT_TECHNICIAN, cart.school.uai)])
    sign_in_client(client, user)
    return user


def test_a_print_is_logged_and_shown_on_the_sheet(client, technician, cart):
    url = reverse("audits:labels")
    page = client.get(url, {"chariot": cart.code}).content.decode()
    tags = re.findall(r'name="appareil" value="([^"]+)"', page)
    assert len(tags) == 3
    sent = {"chariot": [cart.code], "appareil": tags[:2], "sheet": "L7163", "start": 14,
            "reason": "worn"}  # fmt: skip
    response = client.post(url, sent)
    assert response["Content-Type"] == "application/pdf"
    assert response.content.count(b"/Type /Page\n") == 2 or b"/Count 2" in response.content
    prints = LabelPrint.objects.order_by("pk")
    assert [(p.place, p.by) for p in prints] == [(n, technician) for n in (14, 1, 2)]
    sheet = client.get(reverse("classrooms:device", args=[tags[0]])).content.decode()
    assert "Étiquette abîmée" in sheet
    with pytest.raises(Error), transaction.atomic():
        prints.update(reason="first")


@pytest.mark.parametrize("sheet", sheets.SHEETS)
def test_another_program_reads_every_label(client, technician, cart, sheet):
    devices = {device.asset_tag: device for device in cart.devices.all()}
    sent = {"appareil": list(devices), "sheet": sheet, "start": 1, "reason": "first"}
    page = pypdfium2.PdfDocument(client.post(reverse("audits:labels"), sent).content)[0]
    image = page.render(scale=300 / 72, grayscale=True).to_pil()
    read = {(code.format, code.text) for code in zxingcpp.read_barcodes(image)}
    links = {
        settings.PUBLIC_URL + reverse("classrooms:label", args=[device.label_token])
        for device in devices.values()
    }
    assert {text for kind, text in read if kind == zxingcpp.BarcodeFormat.QRCode} == links
    # The smallest sheet has room for the square only.
    bars = set(devices) if sheet != "L4731" else set()
    assert {text for kind, text in read if kind == zxingcpp.BarcodeFormat.Code128} == bars


def test_labels_of_another_school_are_neither_offered_nor_printed(client, technician):
    theirs = DeviceFactory()
    url = reverse("audits:labels")
    for asked in ({"q": theirs.serial}, {"appareil": theirs.asset_tag}):
        assert f'value="{theirs.asset_tag}"' not in client.get(url, asked).content.decode()
    sent = {"appareil": [theirs.asset_tag], "sheet": "L7160", "start": 1, "reason": "first"}
    assert client.post(url, sent).status_code == 409
    assert not LabelPrint.objects.exists()


def test_a_place_beyond_the_sheet_is_refused(client, technician, cart):
    sent = {"chariot": [cart.code], "sheet": "L7163", "start": 15, "reason": "first"}
    response = client.post(reverse("audits:labels"), sent)
    assert response.status_code == 409
    assert "14 places" in response.content.decode().replace("\u00a0", " ")
