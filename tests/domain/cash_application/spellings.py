"""Spellings: what payers and banks make of invoice numbers and names."""

import random
import re

_FIRST = (
    "Adler Becker Cramer Dietz Ebert Falk Gerber Hansen Imhof Jansen Keller Lorenz Möller Neumann Opitz Peters Quandt"
    " Richter Schäfer Thiele Ulrich Vogel Weiß Zander Alpha Baltic Crown Delta Elbe Fjord Gamma Harbour Iris Juno"
)
_SECOND = (
    "Bau Technik Handel Logistik Systems Trading Foods Metall Papier Optik Energie Design Consulting Textil Pharma"
    " Software Werkzeug Garten Druck Motors"
)
_FORMS = ("GmbH", "AG", "GmbH & Co. KG", "Ltd", "Inc.", "S.A.", "BV", "e.K.")
_TOWNS = ("Nord", "Süd", "Hamburg", "Berlin", "Lyon", "Porto", "Leeds", "Gent", "Turin", "Bergen", "Graz", "Basel")
_SAID = (
    "thanks", "payment", "Zahlung", "as agreed", "monthly payment", "Überweisung", "re our call", "invoice", "Rechnung",
    "SEPA credit transfer", "acc. to statement", "March 2026", "10.03.2026", "EREF+NOTPROVIDED SVWZ+Zahlung",
)  # fmt: skip


def company(chance: random.Random, n: int) -> str:
    """Return a name; of a hundred customers two have that of another one but for the legal form."""
    if n % 50 == 49:
        n, form = n - 1, "OHG"
    else:
        form = _FORMS[n % len(_FORMS)]
    del chance
    first, second = _FIRST.split(), _SECOND.split()
    a, rest = n % len(first), n // len(first)
    b, rest = rest % len(second), rest // len(second)
    c, rest = rest % len(_TOWNS), rest // len(_TOWNS)
    more = f" {rest + 1}" if rest else ""
    return f"{first[a]} {second[b]} {_TOWNS[c]}{more} {form}"


def on_statement(chance: random.Random, name: str) -> str:
    """Return a name as a bank prints it."""
    return chance.choice((name, name.upper(), name[:27], name.replace("ö", "oe").replace("ä", "ae").upper()))


def chatter(chance: random.Random) -> str:
    """Return a text without any number of ours."""
    return chance.choice(_SAID)


def clean(chance: random.Random, numbers: list[str]) -> str:
    """Return the numbers as they are, among other words."""
    listed = chance.choice((", ", " ", " + ", " und ", "; ")).join(numbers)
    return chance.choice(("{}", "Rechnung {}", "Invoice no. {} thanks", "SVWZ+{} vom 10.03.2026", "pay {}")).format(
        listed
    )


def mangled(chance: random.Random, numbers: list[str]) -> str:
    """Return the numbers with other separators, lost zeros, or letters for figures."""
    return " ".join(rewritten(chance, each) for each in numbers)


def rewritten(chance: random.Random, number: str) -> str:
    """Return one number as somebody typed it anew."""
    ways = (
        lambda: number.replace("-", ""),
        lambda: number.replace("-", " "),
        lambda: number.replace("-", "/").lower(),
        lambda: re.sub(r"(?<=[A-Z-])0+(?=\d)", "", number),
        lambda: number[:4] + number[4:].replace("0", "O"),
        lambda: number[:4] + number[4:].replace("1", "l"),
        lambda: re.sub(r"([A-Z])(\d)", r"\1 \2", number),
    )
    return chance.choice(ways)()


def glued(chance: random.Random, numbers: list[str]) -> str:
    """Return several numbers as one word."""
    return chance.choice(("+", "/", "&", "")).join(numbers)


def bare(chance: random.Random, numbers: list[str]) -> str:
    """Return the numbers without their letters."""
    return f"{chance.choice(('Rechnung ', 'Rg.Nr. ', 'invoice #', ''))}{re.sub(r'^[A-Z-]+', '', numbers[0])}"


def cut(chance: random.Random, numbers: list[str]) -> str:
    """Return the last figures of a number."""
    return f"{chance.choice(('Rechnung ', 'inv '))}{numbers[0][-4:]}"
