"""Folders: a merchant's own letters are checked to the line before any of them is used."""

import struct
import zlib
from pathlib import Path

import pytest

from domain import letters
from domain.letters import KINDS, LettersBroken, brand, parts, samples, sandbox
from domain.letters.brand import Brand, BrandBroken
from domain.letters.folders import SHIPPED

WORDS = """{% block subject %}Bill {{ invoice_number }}{% endblock %}
{% block preheader %}Hello{% endblock %}
{% block opening %}Please pay {{ amount_due }} for {{ invoice_number }}.{% endblock %}
{% block action %}Pay{% endblock %}
{% block closing %}Bye{% endblock %}
"""
"""A merchant's own words for the letter new-link."""


def own(folder: Path, text: str = WORDS, *, name: str = "new-link/en/neutral.txt") -> Path:
    """Write one file of a merchant's folder."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def a_png(width: int = 40, height: int = 20) -> bytes:
    """Return a small picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + b"\x12\x63\x4b" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_the_letters_that_ship_are_in_order() -> None:
    assert letters.check(None) == ()


def test_a_file_of_the_merchant_takes_the_place_of_ours_and_all_others_stay(tmp_path: Path) -> None:
    own(tmp_path)

    mine = letters.render("new-link", samples.contents("new-link", "en"), folder=tmp_path)
    german = letters.render("new-link", samples.contents("new-link", "de"), language="de", folder=tmp_path)

    assert mine.subject == "Bill INV-1042"
    assert "Please pay €1,250.00 for INV-1042." in mine.text
    assert german.subject == "Ihr neuer Link zur Rechnung INV-1042"


def test_a_tone_of_our_own_is_nearer_than_the_merchants_neutral_words(tmp_path: Path) -> None:
    text = (SHIPPED / "reminder-due/en/neutral.txt").read_text().replace("A short note", "MINE")
    own(tmp_path, text, name="reminder-due/en/neutral.txt")
    given = samples.contents("reminder-due", "en")

    made = {
        tone: letters.render("reminder-due", given, tone=tone, folder=tmp_path).text for tone in ("Neutral", "Formal")
    }

    assert "MINE" in made["Neutral"]
    assert "MINE" not in made["Formal"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{{ invoice_numbr }}", "there is no field 'invoice_numbr' here"),
        ("{{ receipt_number }}", "there is no field 'receipt_number' here"),
        ("{{ total_due }}", "there is no field 'total_due' here"),
        ("{{ invoice_number.upper() }}", "call is not possible"),
        ("{{ invoice_number.__class__ }}", "a field has no parts"),
        ("{{ invoice_number['__class__'] }}", "getitem is not possible"),
        ("{{ 'x' * 10000000 }}", "mul is not possible"),
        ("{{ 9 ** 9999999 }}", "pow is not possible"),
        ("{{ '%99999999d' % 3 }}", "mod is not possible"),
        ("{{ range(9) }}", "call is not possible"),
        ("{{ [1, 2] }}", "list is not possible"),
        ("{{ 1.5 }}", "only texts and whole numbers"),
        ("{% for a in invoice_number %}x{% endfor %}", "a loop walks through one of"),
        ("{% for a in 'abc' %}x{% endfor %}", "a loop walks through one of"),
        ("{% set a = 1 %}", "assign is not possible"),
        ("{% include 'x' %}", "include is not possible"),
        ("{% import 'x' as y %}", "import is not possible"),
        ("{% macro a() %}{% endmacro %}", "macro is not possible"),
        ("{{ invoice_number | upper }}", "the only filter is counted"),
        ("{{ invoice_number | counted('a', 'b') }}", "only a field that is a count"),
        ("{{ days_overdue | counted('a') }}", "the only filter is counted, with two words"),
        ("{% if tone == 'Formall' %}x{% endif %}", "tone is never 'Formall'"),
        ("{% if amount_due > 5 %}x{% endif %}", "amount_due cannot be compared"),
        ("{% if days_overdue == 'x' %}x{% endif %}", "compared with whole numbers"),
        ("{% if 1 < days_overdue %}x{% endif %}", "a comparison is between one field and one written value"),
        ("{% if days_overdue %}", "not a template"),
        ("{{ unfinished", "not a template"),
    ],
)
def test_what_a_letter_cannot_say_is_refused_with_file_and_line(tmp_path: Path, line: str, says: str) -> None:
    file = own(tmp_path, WORDS.replace("Please pay", f"Please\n\n{line} pay"))

    problems = letters.check(tmp_path)

    assert any(each.startswith(f"{file}:") and says in each for each in problems), problems
    if "not a template" not in says:
        assert any(each.startswith(f"{file}:5: ") for each in problems)
    with pytest.raises(LettersBroken, match="cannot be used"):
        letters.templates(tmp_path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (WORDS.replace("{% block closing %}Bye{% endblock %}", ""), "the block 'closing' is missing"),
        (WORDS + "{% block subject_many %}x{% endblock %}", "there is no block 'subject_many' here"),
        (WORDS + "Outside", "stands outside of every block"),
        (WORDS.replace("{{ invoice_number }}", "yours"), "does not say invoice_number"),
        ("\xff" * 70_000, "larger than 64 KB"),
    ],
)
def test_what_is_missing_or_too_much_is_refused(tmp_path: Path, text: str, says: str) -> None:
    own(tmp_path, text)

    assert any(says in each for each in letters.check(tmp_path))


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"\x80abc"])
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, body: bytes) -> None:
    own(tmp_path).write_bytes(body)

    assert any("cannot be read as UTF-8" in each for each in letters.check(tmp_path))


@pytest.mark.parametrize(
    "name", ["new-lnk/en/neutral.txt", "new-link/it/neutral.txt", "new-link/en/angry.txt", "letter.txt"]
)
def test_a_file_that_nobody_would_ever_read_is_pointed_out(tmp_path: Path, name: str) -> None:
    file = own(tmp_path, name=name)

    assert any(each.startswith(f"{file}: is no file of a letter") for each in letters.check(tmp_path))


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert letters.check(tmp_path / "gone") == (f"{tmp_path / 'gone'}: is not a folder",)


def test_a_layout_that_keeps_something_from_its_reader_is_refused(tmp_path: Path) -> None:
    text = (SHIPPED / "layout.txt").read_text().replace("{{ opt_out_link }}", "")
    own(tmp_path, text, name="layout.txt")

    assert any("does not show opt_out_link" in each for each in letters.check(tmp_path))


def test_both_layouts_show_all_that_is_to_be_read() -> None:
    html, text = (sandbox.shown((SHIPPED / name).read_text()) for name in ("layout.html", "layout.txt"))

    assert html - text <= parts.ONLY_HTML
    assert text - html == set()


@pytest.mark.parametrize(
    ("letter", "tone", "says"),
    [
        ("reminder-du", "Neutral", "there is no letter 'reminder-du'; a step sends one of: reminder-due"),
        ("receipt", "Neutral", "receipt answers something that happened"),
        ("reminder-due", "Angry", "there is no tone 'Angry'; there are: Formal, Neutral, Confident"),
    ],
)
def test_a_step_that_cannot_be_sent_says_why(letter: str, tone: str, says: str) -> None:
    assert says in letters.problems(letter, tone)[0]


@pytest.mark.parametrize("letter", [name for name, kind in KINDS.items() if kind.of_cadence])
def test_a_step_may_send_every_letter_that_is_made_for_it(letter: str) -> None:
    assert letters.problems(letter, "Confident") == ()


def test_the_environment_lets_nothing_through_even_if_a_template_was_not_checked() -> None:
    for text in ("{{ x.__class__ }}", "{{ x.upper() }}", "{{ y.format(1) }}"):
        with pytest.raises(Exception, match=r"unsafe|not safely callable"):
            sandbox.environment(html=False).from_string(text).render(x="a", y="b")


def test_the_brand_is_in_the_letter_and_the_logo_goes_with_it(tmp_path: Path) -> None:
    own(tmp_path, 'colour = "#FFCC00"\nlogo = "logo.png"\nlogo_width = 120\n', name="brand.toml")
    (tmp_path / "logo.png").write_bytes(a_png())

    made = letters.render("new-link", samples.contents("new-link", "en"), folder=tmp_path)

    assert letters.check(tmp_path) == ()
    assert "#ffcc00" in made.html
    assert 'src="cid:logo" width="120" alt="Northwind Supplies"' in made.html
    assert made.logo == a_png()


@pytest.mark.parametrize(("colour", "ink"), [("#12634b", "#ffffff"), ("#ffcc00", "#000000"), ("#000000", "#ffffff")])
def test_words_on_the_brands_colour_can_be_read(colour: str, ink: str) -> None:
    assert Brand(colour).ink == ink


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("colour = green", "cannot be read"),
        ('colour = "green"', "it is written like #12634b"),
        ('color = "#12634b"', "knows no color"),
        ('logo = "../secret.png"', "name of a PNG file in the same folder"),
        ('logo = "gone.png"', "cannot be read"),
        ('logo = "fake.png"', "is not a PNG"),
        ('logo = "huge.png"', "would travel with every mail"),
        ('logo = "wide.png"', "pixels; at most"),
        ('logo = "logo.png"\nlogo_width = 9000', "number of pixels"),
    ],
)
def test_a_brand_that_cannot_be_used_says_why(tmp_path: Path, text: str, says: str) -> None:
    own(tmp_path, text, name="brand.toml")
    (tmp_path / "fake.png").write_bytes(b"GIF89a" + b"\0" * 40)
    (tmp_path / "huge.png").write_bytes(a_png() + b"\0" * 60_000)
    (tmp_path / "wide.png").write_bytes(a_png(5000, 1))
    (tmp_path / "logo.png").write_bytes(a_png())

    with pytest.raises(BrandBroken, match=says):
        brand.read(tmp_path)
    assert any("brand.toml" in each for each in letters.check(tmp_path))
