"""``make screenshots``: the README's pictures, taken in a running demo."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("DEMO", "1")

import django

django.setup()

from PIL import Image
from playwright.sync_api import sync_playwright

from core.demo import DEMO_PEOPLE
from core.seeding import DEMO_PASSWORD, DEMO_TOTP_SECRET
from tests.demo_run import ROOT, running_demo
from tests.journeys.browser import FLAGS, chromium_path, totp_code

FOLDER = ROOT / "docs" / "screenshots"
LARGEST = 100_000
#: Name of the picture, whose page, its address, and a link to follow from there (or none).
SHOTS = (
    ("parent-home", "parent", "/", ""),
    ("parent-canteen", "parent", "/cantine/", "a[href*='/cantine/enfant/']"),
    ("agent-queue", "enrolment_agent", "/inscriptions/dossiers/", ""),
    ("catalogue", "teacher", "/ressources/?q=fractions+CM1", ""),
    ("fleet", "it_manager", "/parc/tableau-de-bord/", ""),
)


def main() -> int:
    """Take every picture; return 1 when a page could not be had."""
    path = chromium_path()
    if path is None:
        sys.exit("Il faut chromium pour prendre les images (CHROMIUM=chemin pour le désigner).")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_demo(Path(folder) / "var") as demo,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for name, person, address, link in SHOTS:
            context = browser.new_context(
                base_url=demo.address, locale="fr-FR", viewport={"width": 1000, "height": 720}
            )
            page = context.new_page()
            sign_in(page, person)
            response = page.goto(address)
            if link:
                page.locator(link).first.click()
                page.wait_for_load_state()
            if response is None or not response.ok:
                sys.exit(f"{address}: {response and response.status}")
            size = save(page.screenshot(), FOLDER / f"{name}.png")
            print(f"docs/screenshots/{name}.png  {size // 1000} kB")
            context.close()
        browser.close()
    return 0


def sign_in(page: Any, key: str) -> None:
    """Sign in through the pages, with the code an authenticator would show."""
    email = next(person.email for person in DEMO_PEOPLE if person.key == key)
    page.goto("/compte/connexion/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", DEMO_PASSWORD)
    page.locator("form:has(input[name=password]) button[type=submit]").first.click()
    page.wait_for_load_state()
    if page.locator("input[name=code]").count():
        page.fill("input[name=code]", totp_code(DEMO_TOTP_SECRET))
        page.locator("form:has(input[name=code]) button[type=submit]").first.click()
        page.wait_for_load_state()


def save(png: bytes, path: Path) -> int:
    """Write a picture with as many colours as fit in 100 kB; return its size in bytes."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in (256, 128, 64, 32):
        out = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() < LARGEST:
            break
    path.write_bytes(out.getvalue())
    return out.tell()


if __name__ == "__main__":
    sys.exit(main())
