"""Sentences as tests write them, and guesses as tests read them."""

from datetime import date

from domain.deliverability.replies import Amount, Day, Intent, Share, intents

TODAY = date(2026, 11, 22)
"""A Sunday."""


def guesses(text: str, *, language: str = "en", least: float = 0.4) -> list[str]:
    """Return the guesses in short form, the surest first; the unsure ones are left out."""
    found = intents.intents(text, today=TODAY, language=language)
    return [_short(each) for each in found if each.confidence >= least or each.kind.value == "out_of_scope"]


def _short(intent: Intent) -> str:
    told = [f"{intent.kind.value}:{intent.detail}" if intent.detail else intent.kind.value]
    told += [_amount(each) for each in intent.amounts]
    told += [_day(each) for each in intent.days]
    told += [f"x{intent.count}"] if intent.count else []
    told += [f"ref={each}" for each in intent.references]
    told += [f"#{each}" for each in intent.invoices]
    told += [f"@{intent.contact}"] if intent.contact else []
    return " ".join(told)


def _amount(amount: Amount) -> str:
    return f"{amount.value}{amount.currency}" if amount.share is Share.SUM else amount.share.value


def _day(day: Day) -> str:
    return f"{day.on:%m-%d}/{day.other:%m-%d}" if day.other else f"{day.on:%m-%d}"
