"""The style sheet: text can be read in light and dark, and nothing is fetched from elsewhere."""

import re

import pytest

from portal.looks import ICON, STYLE

CSS = STYLE.decode()

READ_TOGETHER = [
    ("ink", "ground"),
    ("ink", "card"),
    ("quiet", "ground"),
    ("quiet", "card"),
    ("link", "ground"),
    ("link", "card"),
    ("link-strong", "card"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("late", "card"),
    ("good-ink", "good-ground"),
    ("wait-ink", "wait-ground"),
    ("bad-ink", "bad-ground"),
]

AA = 4.5
"""WCAG's least contrast of text."""


def palettes() -> dict[str, dict[str, str]]:
    """Return the colours of light and dark; dark inherits what it does not say."""
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    )
    return {"light": light, "dark": light | dark}


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return sum(weight * each for weight, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), READ_TOGETHER)
def test_text_stands_out_from_its_ground(scheme: str, text: str, ground: str) -> None:
    colours = palettes()[scheme]

    assert contrast(colours[text], colours[ground]) >= AA


def test_nothing_is_fetched_from_elsewhere() -> None:
    assert "url(" not in CSS
    assert "@import" not in CSS
    assert b"href" not in ICON
    assert b"<script" not in ICON
