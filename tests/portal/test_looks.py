"""Looks: with any colour of a merchant, text in it and on it can be read; logo and style are named by their content."""

import re
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.letters.brand import Brand, contrast
from portal import looks

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")

GROUNDS = {"light": ("#f4f6f8", "#ffffff"), "dark": ("#0f151c", "#18212b")}


def png(width: int = 40, height: int = 20) -> bytes:
    """Return a PNG of one colour."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = (b"\x00" + b"\x20\x60\xa0" * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def variables(css: str) -> dict[str, dict[str, str]]:
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in re.findall(r"\{([^{}]+)\}", css))
    return {"light": light, "dark": dark}


@given(colour=COLOURS)
def test_text_on_and_in_any_colour_can_be_read_in_light_and_dark(colour: str) -> None:
    for scheme, found in variables(looks.rules(colour)).items():
        for fill in ("accent", "accent-strong"):
            assert contrast(found["on-accent"], found[fill]) >= looks.AA, (scheme, fill)
        for ground in GROUNDS[scheme]:
            assert contrast(found["link"], ground) >= looks.AA, (scheme, ground)
            assert contrast(found["link-strong"], ground) >= looks.AA, (scheme, ground)


def test_the_grounds_are_those_of_the_style_sheet() -> None:
    roots = re.findall(r":root \{(.*?)\}", looks.STYLE.decode(), re.DOTALL)

    for block, grounds in zip(roots, GROUNDS.values(), strict=True):
        said = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
        assert (said["ground"], said["card"]) == grounds


@pytest.mark.parametrize("colour", ["#12634b", "#0a3d91"])
def test_a_colour_that_can_be_read_stays_as_it_is(colour: str) -> None:
    assert looks.legible(colour, GROUNDS["light"]) == colour


def test_a_merchant_without_a_brand_gets_ours() -> None:
    look = looks.look(None)

    assert (look.style.body, look.logo) == (looks.STYLE, None)


def test_colour_and_logo_come_from_the_brand_of_the_letters(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(png())
    (tmp_path / "brand.toml").write_text('colour = "#0A3D91"\nlogo = "logo.png"\nlogo_width = 120\n')

    look = looks.look(tmp_path)

    assert b"--accent: #0a3d91" in look.style.body
    assert b"#0a3d91" in look.icon.body
    assert look.logo is not None
    assert (look.logo.body, look.logo.content_type, look.logo_width) == (png(), "image/png", 120)
    assert set(look.files) == {look.style.name, look.icon.name, look.logo.name}
    assert look.style.name != looks.look(None).style.name


def test_a_brand_that_is_broken_leaves_the_pages_plain(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(b"<svg onload='x'>")
    (tmp_path / "brand.toml").write_text('logo = "logo.png"\n')

    assert looks.look(tmp_path) == looks.look(None)


def test_the_default_colour_is_the_one_of_the_style_sheet() -> None:
    assert f"--accent: {Brand().colour};".encode() in looks.STYLE
