"""One mail as the rules look at it: each fact is worked out once, when the first rule asks for it."""

import html
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from domain.deliverability.reading import found_addresses, grammar, mime, phrases, prose, report, returned
from domain.deliverability.reading.folding import plain
from domain.deliverability.reading.once import once
from domain.deliverability.reading.readings import Reason

MAX_PROSE = 48 * 1024
"""Characters of prose that the rules look at; the longest real report fills a tenth."""

_UNSEEN = re.compile(r"<(script|style|head|title)\b|<!--", re.IGNORECASE)
_LINE_ENDS = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d|/td|hr|/pre)\b[^>]{0,200}>", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"&#[xX]?[0-9a-fA-F]{9,}")
"""No letter has so long a number; Python refuses to read one of more than 4,300 figures."""
_TAGS = re.compile(r"<(?![^<>\s]{1,200}@)[^<>]{0,2000}>")
_RECIPIENT_FIELD = re.compile(rb"[Rr]ecipient:")
_FOOTERS = re.compile(
    r"^.{0,200}(?:scanned (?:by|for)|checked for viruses|virus[- ]?(?:scan|check|free)|antivirus).{0,300}$",
    re.IGNORECASE | re.MULTILINE,
)
"""What gateways add below a report; it says nothing about this mail."""

_CODES = re.compile(
    r"[45](?<![^\s(>:;<].)\d\d[ -]+#?[45]\.\d{1,3}\.\d{1,3}\b"
)  # begins with what is rare, so it is fast
_MARKED_CODE = re.compile(r"#[45]\.\d{1,2}\.\d{1,3}\b")
_SMTP = re.compile(
    r"\bsmtp;\s*[45]\d\d\b|rcpt to:\s*<[^<>\s]+>[\s\S]{0,200}?[45]\d\d[ -]|\bsmtp error\b", re.IGNORECASE)  # fmt: skip

_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
_DATE = re.compile(r"(?:[A-Za-z]{3},? +)?(\d{1,2}) ([A-Za-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)(?!\d)")
"""Nearly every Date header; the others are left to the standard library."""

_REPLY_PREFIX = re.compile(
    r"^\s*(?:re|aw|antw?|fwd?|wg|tr|rv|sv|vs|vb|vl|odp|pd|res|enc|i|r|rif|inoltr|doorst|ynt|ilt|i̇lt|cev|továbbítás|atb"
    r"|απ|πρθ|σχετ|отв|ответ|пересл|на|відп|回复|答复|回覆|答覆|转发|轉寄|轉發|返信|転送|회신|답장|전달|fw)"
    r"\s*(?:\[\d+\]|\(\d+\))?\s*[:：]",
    re.IGNORECASE,
)
"""How mail programs mark answers and forwarded mail, in their languages."""

_ANOTHERS_REPORT = re.compile(
    r"^[>\s*|]*[^\W\d_][^:：\n]{0,20}[:：][^\n]{0,120}(?:mailer-daemon|mail delivery (?:sub)?system)",
    re.IGNORECASE | re.MULTILINE,
)
"""The sender of a report, as somebody shows it who forwards or quotes one."""


class Look:
    """What the rules ask about one mail."""

    def __init__(self, raw: bytes, *, envelope_from: str | None = None) -> None:
        self.raw = raw
        self.mail = mime.opened(raw)
        self._envelope_from = envelope_from
        self._depth = 0

    @once
    def headers(self) -> mime.Headers:
        """The outer headers."""
        return self.mail.headers

    @once
    def subject(self) -> str:
        """The subject, decoded."""
        return mime.words(self.headers.get("subject"))

    @once
    def sender(self) -> str:
        """The From header, decoded."""
        return mime.words(self.headers.get("from"))

    @once
    def sender_address(self) -> str:
        """The address of the From header, lower case, or an empty text."""
        return next(iter(found_addresses.in_header(self.sender)), "")

    @once
    def said_on(self) -> datetime | None:
        """The moment in the Date header, in UTC; a date without a zone is taken as UTC."""
        value = self.headers.get("date")[:200]
        try:
            if plain := _DATE.match(value):
                day, month, year, hour, minute, second, sign, hours, minutes = plain.groups()
                number = _MONTHS.index(month.lower()) // 3 + 1
                told = datetime(int(year), number, int(day), int(hour), int(minute), int(second), tzinfo=UTC)
                ahead = timedelta(hours=int(hours), minutes=int(minutes))
                return told - ahead if sign == "+" else told + ahead
            told = parsedate_to_datetime(value)
            return (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None

    @once
    def from_daemon(self) -> bool:
        """Whether a mail system is the sender; an empty From is one, a missing one tells nothing."""
        return "from" in self.headers and found_addresses.is_daemon(self.sender)

    @once
    def null_sender(self) -> bool:
        """Whether the envelope names no sender to return to, so far as can be told."""
        paths = [self._envelope_from] if self._envelope_from is not None else self.headers.all("return-path")
        return any(
            path.strip().strip("<>").lower() in ("", "null") or found_addresses.is_daemon(path) for path in paths
        )

    @once
    def answers(self) -> bool:
        """Whether it presents itself as an answer or a forwarded mail."""
        return bool(_REPLY_PREFIX.match(self.subject))

    @once
    def whole_text(self) -> str:
        """The prose in front of the first embedded mail, from text parts or else from HTML."""
        texts: list[mime.Part] = []
        pages: list[mime.Part] = []
        for part in self.mail.parts:
            if part.type in mime.EMBEDDED:
                break
            if part.type in ("text/plain", "text/html") and not (part.attached and (texts or pages)):
                (texts if part.type == "text/plain" else pages).append(part)
        shown = [part.text() for part in texts[:4]]
        if not any(text.strip() for text in shown):
            shown = [unmarked(part.text()) for part in pages[:2]]
        elif shown[0].lstrip()[:200].lower().startswith(("<!doctype", "<html")) or "<br>" in shown[0][:2000].lower():
            shown = [unmarked(text) for text in shown]
        text = "\n".join(shown)[:MAX_PROSE]
        return _FOOTERS.sub("", text) if "virus" in text or "scanned" in text else text

    @once
    def _parted(self) -> tuple[str, returned.Returned]:
        return returned.parted(self.whole_text)

    @once
    def text(self) -> str:
        """The prose without the copy of the returned mail behind it."""
        return self._parted[0]

    @once
    def start(self) -> str:
        """The first lines of the prose, folded, as phrases are looked for in them."""
        return plain(self.text[:3000])

    @once
    def returned(self) -> returned.Returned:
        """The mail that came back."""
        return returned.in_parts(self.mail) or self._parted[1]

    @once
    def wrapped(self) -> "Look | None":
        """The report that this report only wraps, as some gateways send the report of another host on as text."""
        copy = self.whole_text[len(self.text) :]
        start = re.search(r"^[A-Z][\w-]+: ", copy, re.MULTILINE)
        if self._depth or start is None or "multipart/report" not in copy[:8192]:
            return None
        look = Look(copy[start.start() :].encode("utf-8", "replace"))
        look._depth = 1
        return look

    @once
    def failed_recipients(self) -> list[str]:
        """Addresses of an ``X-Failed-Recipients`` header, as Exim and Google write it."""
        return [each for value in self.headers.all("x-failed-recipients") for each in found_addresses.in_text(value)]

    @once
    def failure_subject(self) -> bool:
        """Whether the subject is that of a report, and not of an answer to one."""
        return not self.answers and phrases.tables().subjects.first(plain(self.subject)) is not None

    @once
    def failure_text(self) -> bool:
        """Whether the prose begins as a report does."""
        if "\n>" in self.text or self.text.startswith(">"):
            return prose.speaks_of_failure(self.text)
        return phrases.tables().texts.first(self.start[:2000]) is not None

    @once
    def server_answer(self) -> bool:
        """Whether the prose holds the answer of a mail server that refuses, whatever language is around it."""
        text = self.text[:6000]
        if _CODES.search(text) or _MARKED_CODE.search(text):
            return True
        lower = text.lower()
        if text.isascii() and "smtp" not in lower and "rcpt to:" not in lower:
            return False
        return _SMTP.search(text) is not None

    @once
    def shows_anothers_report(self) -> bool:
        """Whether somebody who is no mail system shows what one wrote."""
        shown = self.whole_text[:8000]
        if self.from_daemon or not any(each in shown.lower() for each in ("mailer-daemon", "mail delivery s")):
            return False
        return _ANOTHERS_REPORT.search(shown) is not None

    @once
    def refusal_text(self) -> bool:
        """Whether the prose begins with a refusal, by its grammar."""
        return grammar.reason(self.start[:1000])[0] is not Reason.UNDEFINED

    @once
    def asks_to_confirm(self) -> bool:
        """Whether the prose demands that the sender prove to be a person."""
        return phrases.tables().challenges.first(self.start) is not None

    @once
    def tells_of_success(self) -> bool:
        """Whether the prose says that the mail arrived."""
        return phrases.tables().success_texts.first(self.start[:2000]) is not None

    @once
    def delayed(self) -> bool:
        """Whether the notice says that the mail is still being tried."""
        subject, text = plain(self.subject), self.start
        tables = phrases.tables()
        if tables.final_texts.first(text) is not None and "warning" not in text:
            return False
        told = tables.delay_texts.first(text) is not None
        return told or (tables.delay_subjects.first(subject) is not None and "fail" not in subject)

    @once
    def not_recipients(self) -> frozenset[str]:
        """Addresses that stand in a report for other reasons: its sender, whom it is sent to, who wrote the mail."""
        mine = {
            each
            for name in ("to", "delivered-to", "from", "reply-to", "x-original-to", "cc")
            for value in self.headers.all(name)
            for each in found_addresses.in_header(value)
        }
        return frozenset(mine) | self.returned.senders

    @once
    def status_text(self) -> str | None:
        """The fields of a delivery report: its own part, or prose that holds them, or None."""
        part = self.mail.first(*report.STATUS_TYPES)
        if part is not None:
            return part.text()
        for part in self.mail.parts:
            if part.type in mime.EMBEDDED:
                break
            if part.type.startswith(("text/", "message/", "application/octet")) and part.type != "text/html":
                text = part.text() if _names_recipient(part.body) or _is_encoded(part) else ""
                if report.has_status_fields(text):
                    return returned.parted(text)[0]
        return None

    @once
    def message_ids(self) -> tuple[str, ...]:
        """Message-IDs of the returned mail, then those that this mail answers."""
        back = returned.message_ids(self.returned.headers, "message-id", "x-original-message-id")
        answered = returned.message_ids(self.headers, "in-reply-to", "references", "x-original-message-id")
        return tuple(dict.fromkeys(back + answered))[: returned.MAX_IDS]

    @once
    def tokens(self) -> tuple[str, ...]:
        """Addresses in headers, returned mail and prose that look like signed ones of ours."""
        encoded = [
            part.content(65536)
            for part in self.mail.parts[:8]
            if part.type.startswith(("text/", "message/")) and _is_encoded(part)
        ]
        return returned.tokens(self.raw[: mime.MAX_HEADER_BYTES], *encoded)


def _names_recipient(body: bytes) -> bool:
    rare = body.find(b"ecipient:", 0, mime.MAX_TEXT)  # found much faster than what may begin with two letters
    return rare >= 0 and _RECIPIENT_FIELD.search(body, max(0, rare - 1), mime.MAX_TEXT) is not None


def _is_encoded(part: mime.Part) -> bool:
    return part.headers.get("content-transfer-encoding").strip().lower() in ("base64", "quoted-printable")


def unmarked(page: str) -> str:
    """Return the text of an HTML page, one line for each block."""
    page = _LINE_ENDS.sub("\n", _seen(page[: mime.MAX_TEXT]))
    shown = html.unescape(_LONG_NUMBER.sub("&#65533", _TAGS.sub(" ", page)))
    lines = (" ".join(line.split()) for line in shown.split("\n"))
    return "\n".join(line for line in lines if line)


def _seen(page: str) -> str:
    """Leave out what a browser does not show: scripts, styles, the head, comments; an unclosed one runs to the end."""
    lower = page.lower()
    kept, at = [], 0
    while (start := _UNSEEN.search(page, at)) is not None:
        kept.append(page[at : start.start()])
        close = f"</{start[1].lower()}" if start[1] else "-->"
        end = lower.find(close, start.end())
        at = len(page) if end < 0 else end + len(close)
    return " ".join([*kept, page[at:]])
