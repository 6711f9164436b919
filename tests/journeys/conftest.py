"""Fixtures of the browser journeys: pages at desktop and phone size, on a live server.

``desktop``, ``phone`` and ``no_js`` are Playwright pages whose addresses are relative to
the live server. A journey also fails when a page raised a script error, broke the content
policy, missed an asset, answered 5xx or called a third party. A failure leaves a
screenshot in ``var/test-shots/``.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from django.conf import settings as project

from tests.journeys import browser as driving
from tests.journeys import patience
from tests.journeys.patience import Watch
from tests.payments.sandbox import Sandbox

NO_CHROMIUM = "no chromium: browser journeys not run"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Any:
    """Let fixtures know how the test went."""
    report = yield
    setattr(item, f"report_{report.when}", report)
    return report


_watch = Watch()
#: What drives browsers, and this worker's one browser once there is one.
_held: dict[str, Any] = {}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Tell a journey again, once and loudly, if its browser stopped answering."""
    if "journeys" not in item.path.parts:
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for last in (False, True):
        _watch.fired = False
        try:
            reports = runtestprotocol(item, nextitem=nextitem, log=False)
        finally:
            _watch.end()
        browser = _held.get("browser")
        silent = _watch.fired or (browser is not None and not browser.is_connected())
        if last or not silent or all(report.passed for report in reports):
            break
        told = "\n".join(str(r.longrepr) for r in reports if r.failed).splitlines()
        waiting = "\n".join(line for line in told if "tests/" in line)
        item.warn(pytest.PytestWarning(f"the browser was silent, told again:\n{waiting}"))
        patience.end_browsers()
        _held["browser"] = None
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.fixture(scope="session")
def driver() -> Iterator[Any]:
    """Return what starts browsers."""
    path = driving.chromium_path()
    if path is None:
        if driving.chromium_required():
            pytest.fail("chromium is required here and was not found (set CHROMIUM)")
        pytest.skip(NO_CHROMIUM)
    playwright = patience.start_driver()
    yield lambda: playwright.chromium.launch(executable_path=path, args=driving.FLAGS)
    patience.stop_driver(playwright, _held.get("browser"))


@pytest.fixture
def chromium(driver: Callable[[], Any]) -> Any:
    """Return the one browser of this worker, another if it ended; its time begins to count."""
    _watch.begin()
    if _held.get("browser") is None or not _held["browser"].is_connected():
        _held["browser"] = driver()
    return _held["browser"]


@pytest.fixture
def live(live_server: Any, settings: Any) -> Iterator[Any]:
    """Return the live server; tasks run as soon as they are committed.

    A task that fails fails the journey, even though nobody waits for its result.
    """
    from celery.signals import task_failure

    from portal.celery import app

    settings.PUBLIC_URL = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    failures: list[str] = []

    def note(sender: Any = None, exception: Any = None, **_rest: Any) -> None:
        failures.append(f"{sender.name}: {exception!r}")

    task_failure.connect(note)
    app.conf.task_always_eager = True
    yield live_server
    app.conf.task_always_eager = False
    task_failure.disconnect(note)
    assert not failures, f"tasks failed: {failures}"


@contextmanager
def _page(
    request: pytest.FixtureRequest, chromium: Any, url: str, size: str, **options: Any
) -> Iterator[Any]:
    complaints = driving.Complaints(url)
    context = chromium.new_context(
        base_url=url,
        locale="fr-FR",
        timezone_id="Europe/Paris",
        reduced_motion="reduce",
        **driving.SIZES[size],
        **options,
    )
    context.set_default_timeout(10_000)
    context.escale_url = url
    context.scripts_on = options.get("java_script_enabled", True)
    complaints.listen(context)
    page = context.new_page()
    page.complaints = complaints
    yield page
    report = getattr(request.node, "report_call", None)
    if report is not None and report.failed:
        folder = project.BASE_DIR / "var" / "test-shots"
        folder.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"[^\w-]+", "_", f"{request.node.name}-{size}")
        for number, shown in enumerate(context.pages):
            shown.screenshot(path=folder / f"{name}-{number}.png", full_page=True)
    context.close()
    if report is not None and report.passed:
        assert not complaints.found, "\n".join(complaints.found)


@pytest.fixture
def desktop(request: pytest.FixtureRequest, live: Any, chromium: Any) -> Iterator[Any]:
    """Return a page 1280 pixels wide."""
    with _page(request, chromium, live.url, "desktop") as page:
        yield page


@pytest.fixture
def phone(request: pytest.FixtureRequest, live: Any, chromium: Any) -> Iterator[Any]:
    """Return a page 390 pixels wide, touched by a finger."""
    with _page(request, chromium, live.url, "phone") as page:
        yield page


@pytest.fixture
def no_js(request: pytest.FixtureRequest, live: Any, chromium: Any) -> Iterator[Any]:
    """Return a desktop page whose JavaScript is off."""
    with _page(request, chromium, live.url, "desktop", java_script_enabled=False) as page:
        yield page


@pytest.fixture
def new_page(
    request: pytest.FixtureRequest, live: Any, chromium: Any
) -> Iterator[Callable[..., Any]]:
    """Return a maker of further people's pages: ``new_page("phone")``."""
    opened: list[Any] = []

    def make(size: str = "desktop", **options: Any) -> Any:
        manager = _page(request, chromium, live.url, size, **options)
        opened.append(manager)
        return manager.__enter__()

    yield make
    for manager in reversed(opened):
        manager.__exit__(None, None, None)


@pytest.fixture
def sign_in() -> Callable[..., None]:
    """Return ``sign_in(page, user)``: through the pages, with the second factor."""
    return driving.sign_in


@pytest.fixture
def sign_in_fast() -> Callable[..., None]:
    """Return ``sign_in_fast(page, user)``: by a session cookie."""
    return driving.sign_in_fast


@pytest.fixture
def assert_accessible() -> Callable[..., None]:
    """Return ``assert_accessible(page)``: axe finds nothing, one h1, no side scroll."""
    return driving.assert_accessible


@pytest.fixture
def stand_in(live: Any, settings: Any) -> Iterator[Sandbox]:
    """Return the payment provider's stand-in, which tells the live server what it took."""
    running = Sandbox(webhook=f"{live.url}/factures/notifications/stripe/")
    settings.STRIPE_API_BASE = running.url
    policy = copy.deepcopy(settings.CONTENT_SECURITY_POLICY)
    policy["DIRECTIVES"]["form-action"].append(running.url)
    settings.CONTENT_SECURITY_POLICY = policy
    yield running
    running.stop()


@pytest.fixture
def open_page(new_page):
    """Return a maker of pages: ``phone``, ``desktop`` or ``no_js``."""

    def make(size):
        if size == "no_js":
            return new_page("desktop", java_script_enabled=False)
        return new_page(size)

    return make
