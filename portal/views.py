"""Views: the invoice page's facts as texts in the payer's words and number format; pure, and free of HTML."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from domain.kernel import locales
from domain.kernel.core import Merchant
from domain.kernel.ports import Collectable
from domain.ledger.papers import methods
from domain.pay_links import parts
from domain.pay_links.queries import Banner, HistoryLine, PayerPage
from portal import days, declines, part_form
from portal.part_form import PartView, Tried
from portal.texts import Texts


@dataclass(frozen=True, slots=True)
class BannerView:
    """What must be read first."""

    tone: str
    """``good``, ``wait`` or ``bad``."""
    title: str
    lines: tuple[str, ...]
    reference: str
    leads_to: str = ""
    """An address at the payment provider where the payer goes on, and the words of the link."""
    link: str = ""


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of the history."""

    what: str
    amount: str
    when: str
    how: str
    receipt: str
    receipt_number: str


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """Everything that stands on the invoice page."""

    page_title: str
    number: str
    customer: str
    due_label: str
    due: str
    due_when: str
    late: bool
    pay: str
    """The button's words; empty when there is nothing to press."""
    pay_all: str
    """The words of a second button, where less than the whole balance is asked for."""
    part: PartView | None
    why_not: str
    """Why there is no button although something is owed."""
    note: str
    """Why less than the balance is asked for, where that is not a plan."""
    banner: BannerView | None
    details: tuple[tuple[str, str], ...]
    history: tuple[LineView, ...]
    no_history: str
    """What stands in place of an empty history."""
    has_paper: bool
    """Whether the invoice itself can be downloaded."""
    sees_account: bool
    """Whether statements can be."""
    errors: tuple[tuple[str, str], ...]
    """What could not be taken: the field's id and a sentence; stands above the page and at the field."""


_UNDER_WAY = (Banner.PROCESSING, Banner.TO_VERIFY)


class _Words:
    """How this payer reads texts, sums and dates."""

    def __init__(self, page: PayerPage, merchant: Merchant, texts: Texts) -> None:
        self.t, self.zone = texts, merchant.zone
        self.locale = locales.formats(page.locale or merchant.locale, page.country or merchant.country, texts.language)

    def day(self, day: date) -> str:
        return days.long(day, self.locale)

    def moment(self, at: datetime, zone: ZoneInfo) -> str:
        return self.day(at.astimezone(zone).date())


def locale(page: PayerPage, *, merchant: Merchant, texts: Texts) -> str:
    """Return how this payer reads and types numbers."""
    return _Words(page, merchant, texts).locale


def invoice(
    page: PayerPage, *, merchant: Merchant, texts: Texts, collectable: Collectable | None, tried: Tried | None = None
) -> InvoiceView:
    """Return the page's texts; *collectable* is what the payment provider can collect in the invoice's currency."""
    words = _Words(page, merchant, texts)
    t, owed, asked = texts, page.balance.format(words.locale), page.asked.amount.format(words.locale)
    banner = _banner(page, words)
    in_part = page.payable and page.asked.is_part
    pays = page.payable and collectable is not None and collectable.takes(page.asked.amount)
    pays_all = in_part and collectable is not None and collectable.takes(page.balance)
    choices = parts.choices(page.balance, collectable) if page.payable and page.takes_parts else None
    payable = pays or pays_all or choices is not None
    wants = choices is not None or (tried is not None and page.payable)
    part = part_form.view(page.balance, choices, texts, words.locale, tried) if wants else None
    return InvoiceView(
        page_title=_page_title(page, banner, t, tried),
        number=page.invoice_number,
        customer=page.account_name,
        due_label=_due_label(page, t),
        due=_due(page, words),
        due_when=_due_when(page, words),
        late=_late(page),
        pay=t("pay", amount=asked) if pays else "",
        pay_all=t("pay_all", amount=owed) if pays_all else "",
        part=part,
        why_not="" if payable or not page.payable else t("pay_not_online", contact=merchant.contact),
        note=_note(page, words),
        banner=banner,
        details=_details(page, words),
        history=tuple(_line(each, page, words) for each in page.history),
        no_history=t("history_none" if page.balance == page.total else "history_earlier"),
        has_paper=page.has_paper,
        sees_account=page.sees_account,
        errors=(("amount", part.error),) if part and part.error else (),
    )


def _page_title(page: PayerPage, banner: BannerView | None, t: Texts, tried: Tried | None) -> str:
    title = t("invoice", number=page.invoice_number)
    if tried is not None:
        return t("error_title", title=title)
    if banner is None:
        return title
    return f"{t('problem', title=banner.title) if banner.tone == 'bad' else banner.title} – {title}"


def _due(page: PayerPage, words: _Words) -> str:
    """Return the sum that stands largest on the page: what is being paid, or else what is asked for."""
    if page.banner in _UNDER_WAY and page.attempt is not None:
        return page.attempt.amount.format(words.locale)
    return page.asked.amount.format(words.locale) if page.is_open else ""


def _late(page: PayerPage) -> bool:
    """Tell whether to warn; who has paid and waits for the bank or for us, or disputes it all, is not late."""
    waits = page.banner in (*_UNDER_WAY, Banner.IN_REVIEW) or not page.asked.asked
    return page.is_open and page.days_past_due > 0 and not waits


def _due_label(page: PayerPage, t: Texts) -> str:
    if not page.is_open:
        return t("nothing_due")
    if page.banner in _UNDER_WAY:
        return t("amount_under_way")
    if not page.asked.is_part:
        return t("amount_due")
    return t("asked_next") if page.days_past_due < 0 and page.asked.position else t("due_now")


def _note(page: PayerPage, words: _Words) -> str:
    """Say why a dispute makes less than the balance be asked for."""
    t, disputed = words.t, page.asked.disputed
    if not page.payable or not disputed:
        return ""
    if not page.asked.asked:
        return t("disputed_all")
    return t("disputed_part", amount=disputed.format(words.locale))


def _due_when(page: PayerPage, words: _Words) -> str:
    t = words.t
    if not page.is_open:
        return t("settled_on", date=words.day(page.settled_on)) if page.settled_on else ""
    due = _due_on(page, words)
    if page.asked.position is None or page.banner in _UNDER_WAY:
        return due
    return t("instalment", position=page.asked.position, parts=page.asked.parts, due=due)


def _due_on(page: PayerPage, words: _Words) -> str:
    t, day = words.t, words.day(page.asked.due_on or page.due_on)
    match page.days_past_due if _late(page) or page.days_past_due == 0 else -1:
        case 0:
            return t("due_today", date=day)
        case days if days > 0:
            return t.count("overdue", days, date=day)
        case _:
            return t("due_past" if page.days_past_due > 0 else "due_in", date=day)


def _details(page: PayerPage, words: _Words) -> tuple[tuple[str, str], ...]:
    t = words.t
    paid = page.total - page.balance
    lines = (
        (t("total"), page.total.format(words.locale)),
        (t("paid_so_far"), paid.format(words.locale) if paid and page.is_open else ""),
        (t("still_open"), page.balance.format(words.locale) if page.is_open and page.asked.is_part else ""),
        (t("disputed_now"), page.asked.disputed.format(words.locale) if page.asked.disputed else ""),
        (t("issued_on"), words.day(page.issued_on) if page.issued_on else ""),
        (t("due_on"), words.day(page.due_on)),
        (t("mailed_to"), page.address),
    )
    return tuple((name, value) for name, value in lines if value)


def _banner(page: PayerPage, words: _Words) -> BannerView | None:
    t, attempt = words.t, page.attempt
    reference = t("reference", reference=attempt.reference) if attempt else ""
    match page.banner:
        case Banner.NONE:
            return None
        case Banner.PAID:
            receipts = [line.receipt_number for line in page.history if line.receipt_number]
            shown = t("reference", reference=receipts[-1]) if receipts else reference
            lines: tuple[str, ...] = (t("paid_text"),)
            if page.history:
                lines += (t("paid_next", address=page.address),)
            return BannerView("good", t("paid_title"), lines, shown)
        case Banner.PART_PAID:
            assert attempt is not None, "what was paid was an attempt"
            got, rest = attempt.amount.format(words.locale), page.balance.format(words.locale)
            thanks = (t("part_paid_text", amount=got, rest=rest), t("part_paid_next", address=page.address))
            return BannerView("good", t("part_paid_title"), thanks, reference)
        case Banner.TO_VERIFY:
            assert attempt is not None, "what is to be confirmed is an attempt"
            begins = t("verify_text", amount=attempt.amount.format(words.locale))
            return BannerView(
                "wait",
                t("verify_title"),
                (begins, t("verify_next")),
                reference,
                leads_to=attempt.verify_url or "",
                link=t("verify_button"),
            )
        case Banner.PROCESSING:
            assert attempt is not None, "a debit under way is an attempt"
            started = t(
                "processing_text",
                amount=attempt.amount.format(words.locale),
                date=words.moment(attempt.at, words.zone),
            )
            return BannerView("wait", t("processing_title"), (started, t("processing_next")), reference)
        case Banner.FAILED:
            said = declines.said(attempt.code if attempt else None)
            return BannerView("bad", t("failed_title"), (t(said.why), t(said.next)), reference)
        case Banner.LEFT:
            assert attempt is not None, "a page that was left is an attempt"
            begun = t("unpaid_text", amount=attempt.amount.format(words.locale))
            return BannerView("wait", t("unpaid_title"), (begun, t("unpaid_next")), reference)
        case Banner.IN_REVIEW:
            return BannerView("wait", t("review_title"), (t("review_text"), t("review_next")), reference)
        case Banner.CLOSED:
            return BannerView("good", t("closed_title"), (t("closed_text"),), "")


def _method(method: str, t: Texts) -> str:
    known = methods.named(method)
    return t(known[0], **known[1]) if known else method


def _line(line: HistoryLine, page: PayerPage, words: _Words) -> LineView:
    t = words.t
    receipt = ""
    if line.receipt_number:
        receipt = t("receipt", number=line.receipt_number)
    elif line.payment_id is not None:
        receipt = t("receipt_coming", address=page.address)
    return LineView(
        what=t(f"line_{line.kind}"),
        amount=(-line.amount if line.kind in ("refund", "chargeback") else line.amount).format(words.locale),
        when=words.moment(line.at, words.zone),
        how=t("by_method", method=_method(line.method, t)) if line.method else "",
        receipt=receipt,
        receipt_number=line.receipt_number or "",
    )
