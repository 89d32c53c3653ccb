"""The font check: whether names in every script can be printed on receipts, statements and reports."""

from domain.ledger.papers import glyphs
from plixo.check_results import Result

SAMPLES = {
    "Greek": "ΑΩαω",
    "Cyrillic": "ЖЯжяїў",
    "Hebrew": "אבת",
    "Arabic": "ابي",
    "Chinese": "北京公司限",
    "Japanese": "株式あアー",
    "Korean": "한국주",
    "Devanagari": "भारत",
    "Tamil": "தமி",
    "Thai": "กไย",
}
"""Letters that names of companies have, by script."""


def check() -> Result:
    """Say which scripts no font of this machine can print."""
    lacking = [script for script, letters in SAMPLES.items() if glyphs.missing(letters)]
    if lacking:
        return Result(
            "fonts",
            "warn",
            f"names in {', '.join(lacking)} are printed as {glyphs.UNPRINTED} in PDF files",
            "Install free fonts, on Debian: apt-get install fonts-noto-core fonts-droid-fallback; then restart.",
        )
    return Result("fonts", "ok", f"PDF files show names in {len(SAMPLES)} scripts")
