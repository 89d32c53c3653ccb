"""Company names: what is left of them without legal form, case, accents and punctuation, to be compared by."""

import re
import unicodedata

_LEGAL_FORMS = """
    gmbh mbh ag kg ohg gbr ug se ev eg kgaa co cokg haftungsbeschraenkt partg
    ltd limited llc llp lp inc incorporated corp corporation company plc pty pte lda
    sa sas sarl sasu eurl sci snc sl slu srl spa sapa sc bv nv bvba sprl vof cv
    ab as asa aps oy oyj kft zrt bt doo dd sro spzoo spz sp zoo oo kk gk
    und and et y e the der die das
"""

LEGAL_FORMS = frozenset(_LEGAL_FORMS.split())
"""Words that say how a company is set up, and no more; "and" goes with them, since ``&`` does."""

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa", "œ": "oe"})

_DOTTED = re.compile(r"\b(?:\w\.\s?){2,}")
"""``G.m.b.H.``, ``S. A.``: letters with dots, which are one word."""


def normal(name: str) -> str:
    """Return the words of a name by which it is compared; empty when nothing but a legal form is left."""
    text = unicodedata.normalize("NFKC", name).casefold().translate(_UMLAUTS)
    text = _DOTTED.sub(lambda found: re.sub(r"[.\s]", "", found[0]) + " ", text)
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    words = re.findall(r"[^\W_]+", plain.replace("'", "").replace("’", ""))
    return " ".join(word for word in words if word not in LEGAL_FORMS)
