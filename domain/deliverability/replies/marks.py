"""Find what a sentence names exactly: addresses, phone numbers, numbers of invoices, references of payments.

Whatever is found here is no amount. Each pattern is bounded, so that no text can make it slow.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from domain.deliverability.replies import tables

_FIGURE = re.compile(r"\d")
_ADDRESS = re.compile(r"[a-z0-9][\w.+&'=-]{0,63}@(?:[\w-]{1,63}\.){1,6}[a-z]{2,24}", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"]{1,500}", re.IGNORECASE)
_ACCOUNT = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_NUMBER = r"(?:no|nr|number|nummer|num|numéro|numero|número|n°|nº|id|code|#)?"
_CODE = r"([A-Za-z]{0,6}[-/_]?\d[A-Za-z0-9]{0,20}(?:[-/_.][A-Za-z0-9]{1,20}){0,4}|[A-Z]{2,6}(?:-[A-Z0-9]{1,12}){1,3})"
_AND = rf"(?:(?:,| and| und| et| y| \+| &)[ ]?{_CODE})?"
_REFERENCE = re.compile(
    r"(?<![^\W_])(?:ref(?:erence|erenz|erenznummer|erencia)?|réf(?:érence)?|transaction|transaktion(?:snummer)?|"
    r"transacción|trn|utr|confirmation|verwendungszweck|bank ref|cheque|check|scheck|chèque|confirmación|operación|"
    rf"swift|avis|bordereau)(?![^\W_])[\s.:-]{{0,3}}{_NUMBER}[\s.:#-]{{0,3}}{_CODE}",
    re.IGNORECASE,
)
_INVOICE = re.compile(
    r"(?<![^\W_])(?:invoices?|inv|bills?|rechnung(?:en|snummer|s)?|re|rg|factures?|facturas?|fra|fact)(?![^\W_])"
    rf"[\s.:-]{{0,3}}{_NUMBER}[\s.:#-]{{0,3}}{_CODE}{_AND}{_AND}",
    re.IGNORECASE,
)
_INVOICE_CODE = re.compile(
    r"(?<![\w@.-])(?:INV|RE|RG|RN|FAC|FACT|FA|FT|FV|SI|BILL)[-_/ ]?\d{2,12}(?:[-/_]\d{1,8}){0,2}(?![\w@])"
)
_NUMBERED_CODE = re.compile(r"(?<![\w@.-])#\s?(\d{3,12})(?!\w)")
_ORDER = re.compile(
    r"(?<![^\W_])(?:po|purchase order|order|bestellung|bestellnummer|commande|pedido|customer|kunde|kundennummer|"
    rf"client|cliente|ticket|case|vat|ust-id|iban|bic|siret|hrb)(?![^\W_])[\s.:-]{{0,3}}{_NUMBER}[\s.:#-]{{0,3}}{_CODE}",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
_NEEDED = {name: frozenset(lines[0].split()) for name, lines in tables.sections("wordings/marks.txt").items()}
"""Words of which a pattern needs one; most sentences have none, and are not looked at."""
_PHONE = re.compile(r"(?<![\w.,/-])(?:\+|00|\()?\d(?:[\s()./-]{0,3}\d){6,16}(?![\w€$£%]|[.,]\d)")
_PHONE_WORD = re.compile(
    r"(?:tel|phone|telefon|telefono|teléfono|téléphone|mobile|mobil|handy|móvil|portable|fax|call|anrufen|unter|at|au|on|al|direct|"
    r"durchwahl|cell|erreichbar|numéro|number|nummer|número)\W{0,4}(?:me|us|mich|uns|nous)?\W{0,4}(?:on|at|unter|au|al)?\W{0,3}$",
    re.IGNORECASE,
)
_CALENDAR = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4}")


@dataclass(frozen=True, slots=True)
class Marks:
    """What a sentence names, and where those names stand."""

    addresses: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    invoices: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    address_spans: tuple[tuple[int, int], ...] = ()


NOTHING = Marks()


def found(sentence: str) -> Marks:
    """Return what a sentence, as it was written, names."""
    figures = _FIGURE.search(sentence) is not None
    if not figures and "@" not in sentence and "www" not in sentence and "://" not in sentence:
        return NOTHING
    spans: list[tuple[int, int]] = []

    def free(match: re.Match[str]) -> bool:
        start, end = match.span()
        if any(start < other_end and end > other for other, other_end in spans):
            return False
        spans.append((start, end))
        return True

    addresses = [match for match in _ADDRESS.finditer(sentence) if free(match)] if "@" in sentence else []
    if "://" in sentence or "www" in sentence.lower():
        for match in _LINK.finditer(sentence):
            free(match)
    if not figures:
        return Marks(_once(each[0].lower() for each in addresses), spans=tuple(spans),
                     address_spans=tuple(each.span() for each in addresses))  # fmt: skip
    for match in _ACCOUNT.finditer(sentence):
        free(match)
    references, invoices = _numbers(sentence, free)
    phones = [match[0] for match in _PHONE.finditer(sentence) if _is_phone(match, sentence) and free(match)]
    return Marks(_once(each[0].lower() for each in addresses), _once(each.strip(" ./-") for each in phones),
                 _once(each.rstrip(".-/") for each in invoices), _once(each.rstrip(".-/") for each in references),
                 tuple(spans), tuple(each.span() for each in addresses))  # fmt: skip


def _numbers(sentence: str, free: Callable[[re.Match[str]], bool]) -> tuple[list[str], list[str]]:
    """Return the references of payments and the numbers of invoices; what names something else is only taken."""
    words = set(_WORD.findall(sentence.lower()))
    references, invoices = list[str](), list[str]()
    if not words.isdisjoint(_NEEDED["reference"]):
        references += [match[1] for match in _REFERENCE.finditer(sentence) if _is_code(match[1]) and free(match)]
    invoices += [match[0] for match in _INVOICE_CODE.finditer(sentence) if free(match)]
    if not words.isdisjoint(_NEEDED["invoice"]):
        invoices += [code for match in _INVOICE.finditer(sentence) if _is_code(match[1]) and free(match)
                     for code in match.groups() if code and _is_code(code)]  # fmt: skip
    if not words.isdisjoint(_NEEDED["order"]):
        for match in _ORDER.finditer(sentence):
            if _is_code(match[1]):
                free(match)
    if "#" in sentence:
        invoices += [match[1] for match in _NUMBERED_CODE.finditer(sentence) if free(match)]
    return references, invoices


def _once(found_texts: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found_texts))[:10]  # type: ignore[call-overload]


def _is_code(text: str) -> bool:
    """Tell whether a text may be a number of something: it has a figure and is no date."""
    return _FIGURE.search(text) is not None and not _CALENDAR.fullmatch(text)


def _is_phone(match: re.Match[str], sentence: str) -> bool:
    """Tell a phone number from an amount, a date or an account's number."""
    text = match[0]
    if _CALENDAR.match(text.strip()):
        return False
    if text.startswith(("+", "00", "(0", "0")):
        return True
    if _PHONE_WORD.search(sentence[max(0, match.start() - 40) : match.start()]):
        return True
    return text.count("-") >= 2 or text.startswith("(")
