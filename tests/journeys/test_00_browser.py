"""The browser sees what a person would see, and says what is wrong."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.patience import NotAnswered, Watch

WRONG = """<!doctype html><html lang="fr"><head><title>x</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body>
<h1>Une page</h1><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="></body></html>"""
RIGHT = """<!doctype html><html lang="fr"><head><title>Une page</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body>
<main><h1>Une page</h1><p>Bonjour</p></main></body></html>"""


@pytest.fixture(params=["desktop", "phone", "no_js"])
def page(request):
    return request.getfixturevalue(request.param)


def test_axe_finds_what_is_wrong_and_nothing_else(page, assert_accessible):
    page.set_content(WRONG)
    with pytest.raises(AssertionError, match="image-alt"):
        assert_accessible(page)
    page.set_content(RIGHT)
    assert_accessible(page)


def test_a_page_too_wide_is_refused(phone, assert_accessible):
    phone.set_content(RIGHT.replace("<p>", "<p style='width:900px'>"))
    with pytest.raises(AssertionError, match="sideways"):
        assert_accessible(phone)


def test_third_parties_are_noticed(desktop):
    desktop.set_content(RIGHT + "<img alt='' src='http://192.0.2.1/x.png'>", wait_until="commit")
    desktop.wait_for_timeout(200)
    assert "192.0.2.1" in str(desktop.complaints.found)
    desktop.complaints.found.clear()


def test_a_browser_that_never_answers_is_given_up(driver):
    watch, page = Watch(), driver().new_page()
    assert page.evaluate("1") == 1
    try:
        watch.begin(2.0)
        with pytest.raises(NotAnswered):
            page.evaluate("new Promise(() => 0)")
    finally:
        watch.end()
    assert watch.fired
    assert page.evaluate("2") == 2
    page.context.browser.close()


#: In a process of its own: a thread drives browsers with one Playwright at a time.
STARTING = """
import sys
from tests.journeys.patience import NotAnswered, start_driver, stop_driver
try:
    playwright = start_driver(float(sys.argv[1]))
    print(playwright.chromium.name)
    stop_driver(playwright, None)
except NotAnswered:
    print("given up")
"""


@pytest.mark.parametrize(("silent", "patience", "said"), [(1, 10, "chromium"), (3, 3, "given up")])
def test_what_drives_browsers_is_begun_again_when_it_does_not_come_up(
    tmp_path, silent, patience, said
):
    from playwright._impl._driver import compute_driver_executable

    node, starts = compute_driver_executable()[0], tmp_path / "starts"
    slow = tmp_path / "node"
    slow.write_text(
        f"#!/bin/sh\necho one >> {starts}\n"
        f'[ "$(wc -l < {starts})" -gt {silent} ] || exec tail -f /dev/null "$@"\n'
        f'exec {node} "$@"\n'
    )
    slow.chmod(0o755)
    told = subprocess.run(
        [sys.executable, "-c", STARTING, str(patience)],
        env={**os.environ, "PLAYWRIGHT_NODEJS_PATH": str(slow)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert told.stdout.strip() == said, told.stderr
    assert len(starts.read_text().splitlines()) == min(silent + 1, 3)
