"""Letters: what the payer reads, as sandboxed templates by letter, language and tone, checked before they are used."""

from domain.letters.fields import EXAMPLE, FIELDS, Fields, Instalment, Line
from domain.letters.folders import LettersBroken, check, problems, templates
from domain.letters.kinds import KINDS, LANGUAGES, TONES, Kind, fitting
from domain.letters.languages import chosen
from domain.letters.rendering import LOGO_ID, MOST_LINES, Contents, Edited, Letter, render

__all__ = [
    "EXAMPLE",
    "FIELDS",
    "KINDS",
    "LANGUAGES",
    "LOGO_ID",
    "MOST_LINES",
    "TONES",
    "Contents",
    "Edited",
    "Fields",
    "Instalment",
    "Kind",
    "Letter",
    "LettersBroken",
    "Line",
    "check",
    "chosen",
    "fitting",
    "problems",
    "render",
    "templates",
]
