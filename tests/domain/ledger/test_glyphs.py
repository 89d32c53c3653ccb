"""A letter that no font has is printed as (?) and never as a box, and the paper stays accessible."""

from domain.ledger.papers import glyphs, typesetting
from plixo import font_check

NOBODYS = "\U00018b00\U00018b01"
"""Khitan letters, of which no font that anybody installs has any."""

TEMPLATE = b'#let f = json(bytes(sys.inputs.facts))\n#set document(title: "x")\n#f.name'


def test_letters_without_a_glyph_are_told_and_marks_and_pictures_go_with_them() -> None:
    facts = {"name": f"Acme {NOBODYS} {NOBODYS}\u0301 GmbH", "rows": [[NOBODYS, "Ødegård"], ("\U000f1234",)], "n": 3}

    shown = glyphs.printable(facts)

    assert shown == {"name": "Acme (?) GmbH", "rows": [["(?)", "Ødegård"], ["(?)"]], "n": 3}


def test_what_the_fonts_have_stays_as_it_is() -> None:
    facts = {"name": "ООО Ромашка · Παπαδόπουλος · שלום · شركة · भारत"}

    assert glyphs.printable(facts) == facts


def test_a_paper_with_such_letters_is_as_accessible_as_any() -> None:
    assert b"pdfuaid" in typesetting.typeset(TEMPLATE, {"name": f"Acme {NOBODYS}"})


def test_many_letters_of_one_script_are_not_looked_for_one_by_one() -> None:
    many = "".join(map(chr, range(0x18B10, 0x18B10 + 400)))

    assert len(glyphs.missing(many)) == 400


def test_the_check_names_the_scripts_that_cannot_be_printed() -> None:
    lacking = [script for script, letters in font_check.SAMPLES.items() if glyphs.missing(letters)]

    found = font_check.check()

    assert found.state == ("warn" if lacking else "ok")
    assert all(script in found.what for script in lacking)
    assert not {"Greek", "Cyrillic", "Hebrew"} & set(lacking), "these come with typst"
