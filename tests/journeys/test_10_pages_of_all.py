"""What everybody meets: welcome, help, errors, the style guide, in three languages."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.journeys.browser import assert_accessible

PAGES = [
    "/",
    "/aide/",
    "/accessibilite/",
    "/mentions-legales/",
    "/donnees-personnelles/",
    "/demo/",
    "/nulle-part/",
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_pages_of_all_are_accessible(size: str, request: pytest.FixtureRequest) -> None:
    page: Any = request.getfixturevalue(size)
    for path in PAGES:
        page.goto(path)
        assert_accessible(page)


@pytest.mark.parametrize("language", ["fr", "en", "ar"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_style_guide_is_accessible(
    language: str, theme: str, size: str, request: pytest.FixtureRequest
) -> None:
    page: Any = request.getfixturevalue(size)
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.goto(f"/styleguide/?langue={language}")
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    assert_accessible(page)


def test_language_and_theme_are_chosen_without_javascript(no_js: Any) -> None:
    no_js.goto("/aide/")
    no_js.locator("details.pop > summary").first.click()
    no_js.locator("button[name=language][value=ar]").click()
    no_js.wait_for_url("**/aide/")
    assert no_js.locator("html").get_attribute("dir") == "rtl"
    no_js.locator("details.pop > summary").first.click()
    no_js.locator("button[name=theme][value=dark]").click()
    assert no_js.locator("html").get_attribute("data-theme") == "dark"
    ground = no_js.evaluate("getComputedStyle(document.body).backgroundColor")
    assert re.fullmatch(r"rgb\(12, 26, 38\)", ground)


def test_keyboard_reaches_the_content_first(desktop: Any) -> None:
    desktop.goto("/aide/")
    desktop.keyboard.press("Tab")
    assert desktop.evaluate("document.activeElement.className") == "skip-link"
    desktop.keyboard.press("Enter")
    assert desktop.evaluate("document.activeElement.id") == "contenu"
