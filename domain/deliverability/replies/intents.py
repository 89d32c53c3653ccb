"""Guess what the writer of an answer wants, from its new text alone, sentence by sentence.

What it is worth is decided here: a question, a condition or a missing date makes it weaker, a denial takes it away.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from domain.deliverability.replies import amounts, date_words, dates, sentences
from domain.deliverability.replies.phrases import Hit
from domain.deliverability.replies.reply import Amount, Day, Intent, IntentKind
from domain.deliverability.replies.spoken import Spoken, listened

MAX_INTENTS = 8
NEAR = 8
"""Tokens between a word of paying and a figure without a currency that is still its amount."""


_SURE: dict[IntentKind, float] = {
    IntentKind.PROMISE: 0.7, IntentKind.PAID: 0.8, IntentKind.DISPUTE: 0.75, IntentKind.WRONG_CONTACT: 0.7,
    IntentKind.STOP: 0.8, IntentKind.CALL: 0.75, IntentKind.COPY: 0.75, IntentKind.INSTALMENTS: 0.75,
}  # fmt: skip
_KINDS = {
    "promise": IntentKind.PROMISE, "paid": IntentKind.PAID, "dispute": IntentKind.DISPUTE,
    "wrong_contact": IntentKind.WRONG_CONTACT, "stop": IntentKind.STOP, "call": IntentKind.CALL,
    "copy": IntentKind.COPY, "instalments": IntentKind.INSTALMENTS,
}  # fmt: skip
_MONEY = frozenset({IntentKind.PROMISE, IntentKind.PAID, IntentKind.INSTALMENTS, IntentKind.DISPUTE})


def intents(new_text: str, *, today: date, language: str = "") -> tuple[Intent, ...]:
    """Return the guesses, the surest first, at most eight; *language* may be a locale such as ``en-US``.

    A text in which nothing is found is out of scope: somebody must read it.
    """
    said = [listened(each, today=today, language=language) for each in sentences.sentences(new_text)]
    alone = len(said) == 1
    found = [
        guess for at, each in enumerate(said) for guess in _guesses(each, said[at + 1 : at + 3], today, alone=alone)
    ]
    if not found and said:
        first = next((each for each in said if len(each.tokens) >= NEAR), said[0]).sentence
        return (Intent(IntentKind.OTHER, 0.3, first.text, first.start, first.start + len(first.text)),)
    everywhere = tuple(dict.fromkeys(number for each in said for number in each.marks.invoices))[:10]
    named = (each if each.invoices else replace(each, invoices=everywhere) for each in _best(found))
    return tuple(named)


def _best(found: list[Intent]) -> list[Intent]:
    """Return each guess once: the surest of a kind, and several promises or questions."""
    kept: list[Intent] = []
    for guess in sorted(found, key=lambda each: -each.confidence):
        alike = [each for each in kept if (each.kind, each.detail) == (guess.kind, guess.detail)]
        several = guess.kind in (IntentKind.PROMISE, IntentKind.QUESTION, IntentKind.PAID) and guess.days != ()
        if not alike or (several and len(alike) < 3 and all(each.days != guess.days for each in alike)):
            kept.append(guess)
    return kept[:MAX_INTENTS]


def _guesses(said: Spoken, following: list[Spoken], today: date, *, alone: bool) -> Iterator[Intent]:
    """Yield what one sentence says."""
    found: dict[tuple[IntentKind, str], Hit] = {}
    few = len(said.tokens) < NEAR and sum(token.word[0].isalnum() for token in said.tokens) <= 2
    refused = None
    for hit in said.hits:
        section, _, detail = hit.section.partition(", " if ", " in hit.section else " ")
        kind = _KINDS.get(section)
        if hit.section == "refusal" and not _denied(said, hit, wide=False):
            refused = refused or hit
        if kind is None or detail == "weak" or (detail == "alone" and not few):
            continue
        if _denied(said, hit, wide=kind in (IntentKind.PROMISE, IntentKind.PAID)):
            refused = hit if kind is IntentKind.PROMISE and refused is None else refused
            continue
        if kind is IntentKind.PAID and _not_yet(said, hit):
            continue
        key = (kind, "" if detail in ("alone", "later") else detail)
        if key not in found or hit.length > found[key].length:
            found[key] = hit
    _settle(found)
    for (kind, detail), hit in found.items():
        yield _intent(said, hit, kind, detail, list(found.values()), following, today)
    yield from _unsure(said, {kind for kind, _ in found}, refused, today, alone=alone)


def _settle(found: dict[tuple[IntentKind, str], Hit]) -> None:
    """Drop what another guess of the same sentence says better."""
    kinds = {kind for kind, _ in found}
    if IntentKind.INSTALMENTS in kinds:
        found.pop((IntentKind.PROMISE, ""), None)
    if {IntentKind.WRONG_CONTACT, IntentKind.COPY} <= kinds:
        _settle_copy(found)
    reasons = [detail for kind, detail in found if kind is IntentKind.DISPUTE]
    if len(reasons) > 1:
        found.pop((IntentKind.DISPUTE, "other"), None)


def _settle_copy(found: dict[tuple[IntentKind, str], Hit]) -> None:
    """Tell "send it again, to this address" from "send them to this address from now on": the longer wording counts."""
    here = found[IntentKind.WRONG_CONTACT, ""]
    copies = [key for key in found if key[0] is IntentKind.COPY]
    if all(found[key].last < here.last and found[key].first >= here.first for key in copies):
        for key in copies:
            del found[key]


def _denied(said: Spoken, hit: Hit, *, wide: bool) -> bool:
    """Tell whether the words around a wording deny it; one that denies by itself is not denied."""
    denials = said.of("negation") - said.of("no negation")
    inside = {at for at in denials if hit.first <= at <= hit.last}
    if wide:
        first, last = said.clause(hit)
        return any(first <= at <= last for at in denials)
    if inside:
        return False
    first, _ = said.clause(hit)
    return any(max(first, hit.first - NEAR) <= at < hit.first for at in denials)


def _not_yet(said: Spoken, hit: Hit) -> bool:
    """Tell whether a payment is wished for or awaited, and not made."""
    before = said.of("never before")
    first, _ = said.clause(hit)
    awaited = any(each.section == "conditional" and first - 1 <= each.last < hit.first for each in said.around)
    return awaited or any(at in before for at in range(max(first, hit.first - 3), hit.first))


def _intent(
    said: Spoken, hit: Hit, kind: IntentKind, detail: str, hits: list[Hit], following: list[Spoken], today: date
) -> Intent:
    """Make the guess of one wording, with what stands around it."""
    paid = kind is IntentKind.PAID
    if paid and not _days(said, hit, hits, today, ahead=False) and _days(said, hit, hits, today, ahead=True):
        kind, paid = IntentKind.PROMISE, False  # "we pay" and "we paid" are one word in some languages
    days = _days(said, hit, hits, today, ahead=not paid) if kind in _MONEY and kind is not IntentKind.DISPUTE else ()
    sums = _sums(said, hit, hits) if kind in _MONEY else ()
    if kind is IntentKind.DISPUTE:
        sums = tuple(each for each in sums if each.currency or "." in each.value)
    if kind is IntentKind.INSTALMENTS and following and not following[0].hits:
        days = days or tuple(each for each in dates.days(following[0].dates, following[0].sentence.text, ahead=True)
                             if each.on >= today)[:6]  # fmt: skip
    contact = _contact(said, hit, kind, following)
    references = said.marks.references if paid else ()
    if paid and not references and following and not any(each.section == "paid" for each in following[0].hits):
        references = following[0].marks.references
    sure = _SURE[kind] + min(0.1, 0.03 * (hit.length - 2))
    if kind is IntentKind.PROMISE:
        sure += (0.15 if days else -0.2) + (0.05 if sums else 0)
    elif paid:
        sure += 0.05 * (bool(days) + bool(references or sums))
    elif contact:
        sure += 0.15
    if kind is IntentKind.WRONG_CONTACT and not contact:
        sure -= 0.05
    if hit.section in ("promise, later", "paid, alone"):
        sure -= 0.25
    if said.sentence.asks and kind in (IntentKind.PROMISE, IntentKind.PAID):
        sure -= 0.35
    if kind in (IntentKind.PROMISE, IntentKind.PAID) and _conditional(said, hit):
        sure -= 0.2
    start, end = said.tokens[hit.first].start, said.tokens[hit.last].end
    return Intent(
        kind, round(max(0.1, min(0.95, sure)), 2), said.sentence.text[start:end], said.sentence.start + start,
        said.sentence.start + end, detail, sums, days, _count(said) if kind is IntentKind.INSTALMENTS else None,
        references, said.marks.invoices, contact,
    )  # fmt: skip


def _conditional(said: Spoken, hit: Hit) -> bool:
    return any(each.section == "conditional" and each.first < hit.last + NEAR for each in said.around)


_BY = re.compile(r"\b(?:by|until|till|bis|avant|antes|hasta)\s(?:the |the end of |zum |le |el |del? )?$")
"""In front of the day until which something is to have happened."""


def _nearest(said: Spoken, start: int, hits: list[Hit]) -> Hit:
    """Return the wording that something at this place belongs to: the last one before it, or else the first."""
    before = [hit for hit in hits if said.tokens[hit.first].start <= start]
    return max(before, key=lambda hit: hit.first) if before else min(hits, key=lambda hit: hit.first)


def _money_hits(hits: list[Hit]) -> list[Hit]:
    return [hit for hit in hits if hit.section.startswith(("promise", "paid", "instalments"))]


def _days(said: Spoken, hit: Hit, hits: list[Hit], today: date, *, ahead: bool) -> tuple[Day, ...]:
    """Return the dates of one wording that lie on the right side of today."""
    near = [each for each in said.dates if _nearest(said, each.start, _money_hits(hits)) is hit]
    near = [each for each in near if ahead or not _BY.search(said.lower, max(0, each.start - 12), each.start)]
    found = dates.days(near, said.sentence.text, ahead=ahead)
    right = [each for each in found if (each.on >= today if ahead else each.on <= today)]
    return tuple(right[:6])


def _sums(said: Spoken, hit: Hit, hits: list[Hit]) -> tuple[Amount, ...]:
    money = _money_hits(hits) or [hit]
    own = [each for each in said.amounts if _nearest(said, each.start, money) is hit or hit not in money]
    return tuple(each.amount for each in own if not each.bare or _close(said, each, hit))[:6]


def _close(said: Spoken, one: amounts.Found, hit: Hit) -> bool:
    at = next((at for at, token in enumerate(said.tokens) if token.start <= one.start < token.end), None)
    return at is not None and hit.first - 4 <= at <= hit.last + NEAR


def _count(said: Spoken) -> int | None:
    """Return the small number that stands in front of instalments or parts."""
    wished = sorted({at for hit in said.hits if hit.section == "instalments" for at in range(hit.first, hit.last + 1)})
    for at in [*wished, *(each - 1 for each in wished), *(each - 2 for each in wished)]:
        count = date_words.number(said.tokens[at].word) if at >= 0 else None
        if count is not None and 2 <= count <= 60:
            return count
    return None


_NAMED = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Herrn?|Frau|Mme|Madame|Monsieur|M|Sra?|Señora?|Don|Doña)\.? )?"
    r"[A-ZÀ-Þ][\w'-]{1,30}(?: (?:de |van |von |der |la )?[A-ZÀ-Þ][\w'-]{1,30}){0,2}"
)


def _contact(said: Spoken, hit: Hit, kind: IntentKind, following: list[Spoken]) -> str:
    """Return whom or where to turn to: an address or a name for a wrong contact, a number for a call."""
    if kind is IntentKind.CALL:
        return next((phone for each in (said, *following) for phone in each.marks.phones), "")
    if kind is not IntentKind.WRONG_CONTACT:
        return ""
    address = next((one for each in (said, *following) for one in each.marks.addresses), "")
    if address:
        return address
    start = said.tokens[hit.first].end
    if not any(token.named for token in said.tokens[hit.first + 1 : hit.last + 4]):
        return ""
    names = (found[0] for found in _NAMED.finditer(said.sentence.text, start))
    return next((name for name in names if " " in name), "")


def _unsure(said: Spoken, kinds: set[IntentKind], refused: Hit | None, today: date, *, alone: bool) -> Iterator[Intent]:
    """Yield what a sentence hints at: a question, a refusal, or a date and an amount without a verb."""
    whole = said.sentence
    start, end = whole.start, whole.start + len(whole.text)
    if refused is not None and IntentKind.PROMISE not in kinds:
        later = _later(said, today)
        if later:
            yield Intent(IntentKind.PROMISE, 0.4, whole.text, start, end, days=later)
        else:
            yield Intent(IntentKind.OTHER, 0.6, whole.text, start, end, "refusal", invoices=said.marks.invoices)
    answered = {IntentKind.COPY, IntentKind.CALL, IntentKind.INSTALMENTS, IntentKind.WRONG_CONTACT, IntentKind.STOP}
    if whole.asks and not kinds & answered:
        yield Intent(IntentKind.QUESTION, 0.6 if len(said.tokens) > 3 else 0.4, whole.text, start, end,
                     invoices=said.marks.invoices)  # fmt: skip
    if kinds or refused is not None or whole.asks:
        return
    hit = next((each for each in said.hits if each.section == "promise, weak"), None)
    days = tuple(each for each in dates.days(list(said.dates), whole.text, ahead=True) if each.on >= today)
    if hit is not None and days and not _denied(said, hit, wide=True):
        sums = tuple(each.amount for each in said.amounts if not each.bare or _close(said, each, hit))
        yield Intent(IntentKind.PROMISE, 0.45, whole.text, start, end, "", sums, days, invoices=said.marks.invoices)
    elif days and len(said.tokens) <= NEAR and (said.amounts or (alone and len(said.tokens) <= 4)):
        sums = tuple(each.amount for each in said.amounts)
        yield Intent(IntentKind.PROMISE, 0.4, whole.text, start, end, "", sums, days, invoices=said.marks.invoices)


_BUT_AT = frozenset(
    {
        "until",
        "till",
        "before",
        "but",
        "vor",
        "bis",
        "sondern",
        "erst",
        "avant",
        "mais",
        "qu'au",
        "antes",
        "hasta",
        "sino",
    }
)
"""Words in front of the date on which somebody who cannot pay now can."""


def _later(said: Spoken, today: date) -> tuple[Day, ...]:
    """Return the date before which somebody cannot pay, or on which instead."""
    found = []
    for each in said.dates:
        before = [token.word for token in said.tokens if token.end <= each.start][-3:]
        before += said.sentence.text[each.start : each.end].lower().split()[:1]
        day = each.day(said.sentence.text, ahead=True) if _BUT_AT.intersection(before) else None
        if day is not None and day.on >= today:
            found.append(day)
    return tuple(found[-1:])
