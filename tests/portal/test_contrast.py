"""Every pair of colours that a page may put together can be read, in both themes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "portal" / "static" / "css" / "tokens.css"
TONES = ("plain", "info", "success", "warning", "urgent")
GROUNDS = ("bg", "bg-deep", "surface", "surface-raised")

#: WCAG 2.2: 1.4.3 asks 4.5 of text, 1.4.11 asks 3 of borders, icons and focus rings.
TEXT = [(text, ground, 4.5) for text in ("text", "text-soft", "link", "act") for ground in GROUNDS]
TEXT += [("urgent", ground, 4.5) for ground in ("bg", "surface", "surface-raised")]
TEXT += [(f"{tone}-text", f"{tone}-bg", 4.5) for tone in TONES]
TEXT += [
    ("on-act", "act", 4.5),
    ("on-act", "act-hover", 4.5),
    ("act-hover", "info-bg", 4.5),
    ("on-urgent", "urgent", 4.5),
    ("on-urgent", "urgent-hover", 4.5),
    ("on-sun", "sun", 4.5),
    ("on-band", "band", 4.5),
    ("on-band-soft", "band", 4.5),
    ("on-band-soft", "band-deep", 4.5),
    ("text-soft", "info-bg", 4.5),
]
EDGES = [("line-strong", ground, 3.0) for ground in GROUNDS]
EDGES += [("focus", ground, 3.0) for ground in GROUNDS]
EDGES += [("focus-halo", "focus", 3.0)]


def themes() -> dict[str, dict[str, str]]:
    """Read the hexadecimal colours of both themes."""
    css = TOKENS.read_text()
    blocks = {
        "light": re.search(r"^:root \{(.*?)^\}", css, re.S | re.M),
        "device": re.search(r':root:not\(\[data-theme="light"\]\) \{(.*?)\}', css, re.S),
        "dark": re.search(r':root\[data-theme="dark"\] \{(.*?)\}', css, re.S),
    }
    return {
        name: dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block.group(1)))
        for name, block in blocks.items()
        if block
    }


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("front", "ground", "least"), TEXT + EDGES)
def test_pair_can_be_read(theme: str, front: str, ground: str, least: float) -> None:
    colours = themes()[theme]
    assert contrast(colours[front], colours[ground]) >= least


def test_dark_theme_is_the_same_however_it_was_chosen() -> None:
    assert themes()["device"] == themes()["dark"]


def test_dark_theme_forgets_no_colour() -> None:
    assert set(themes()["dark"]) == set(themes()["light"])
