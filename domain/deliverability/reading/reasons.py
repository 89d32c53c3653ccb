"""Decide why a mail was refused, and whether the address is dead, from the words of the refusing server.

A status code alone misleads more often than not, so the words come first and the code is the fall-back. An address
is called dead on good evidence only: the server of its domain said so when it was asked for that recipient (or with
a status that means nothing else). The same words after the mail was transferred come from a filter behind the door.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from domain.deliverability.reading import grammar, phrases
from domain.deliverability.reading.finder import Finder
from domain.deliverability.reading.folding import folded, plain
from domain.deliverability.reading.readings import OUTCOMES, Outcome, Reason

MAX_DIAGNOSTIC = 600
"""Characters of a diagnostic that are kept and looked at; real ones say what they mean in the first two lines."""


class Stage(StrEnum):
    """What the refusing server had been told when it refused."""

    CONNECTION = "connection"
    SENDER = "sender"
    RECIPIENT = "recipient"
    MESSAGE = "message"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why, and whether the address is dead."""

    reason: Reason
    hard: bool
    status: str
    because: tuple[str, ...] = ()


_STAGES: tuple[tuple[Stage, tuple[str, ...]], ...] = (
    (Stage.MESSAGE, (
        "end of data", "reply to data", "after data", "final data", "response to data", "[data]", "for text command",
        "smtp command data", "after sending the message", ">>> data", "data command", "bdat")),
    (Stage.RECIPIENT, (
        "rcpt to", "rcpt_to", "rcpt command", "smtp:rcpt", "in rcpt", "does not like recipient", "rcpt response",
        ">>> rcpt")),
    (Stage.SENDER, (
        "after mail from", "after pipelined mail from", "reply to mail from", "our mail from", "mail command",
        "[mail_from]", "does not like sender", ">>> mail from", "response to mail from")),
    (Stage.CONNECTION, (
        "initial connection", "reply to helo", "reply to ehlo", "reply to connect", "after helo", "after ehlo",
        ">>> helo", ">>> ehlo", "my name was rejected", "our helo", "our ehlo", "refused to talk to me",
        "smtp greeting", "response to helo", "response to ehlo", "did not like our greeting")),
)  # fmt: skip
"""Words that tell what had been said to the server before it refused; the first one in a text counts."""

_STAGE_LINES = tuple((phrase, stage) for stage, said in _STAGES for phrase in said)
_STAGE_WORDS = Finder(phrase for phrase, _ in _STAGE_LINES)

_ENHANCED = re.compile(r"([245](?<![\d.].)\.\d{1,2}\.\d{1,3})(?![\d.])")  # begins with what is rare, so it is fast
_REPLY = re.compile(r"(?:^|[\s;:'\"(])([45]\d\d)(?=[\s\-:;,'\"#]|$)")
_WORD = re.compile(r"[^\W\d_]{3,}")
MANY_WORDS = 5
"""Words of a refusal, at least three letters long, that mean something of their own when nobody understands them."""

_LETTERS = re.compile("[a-z]{3}")
_HOST = re.compile(r"host [\w-]+(?:\.[\w-]+)+")
_PRODUCTS = re.compile(
    r"(?:e-?mail|mail|messaging|internet|web|network) (?:security|protection|filter)"
    r"(?: (?:suite|gateway|appliance|cloud|service|system|server)\b)+"
    r"|(?:anti-?(?:spam|virus)|security) (?:suite|gateway|appliance|engine)|spam firewall"
    r"|spam filter appliance|\w+ antivirus for \w+ gateways?"
)
"""Names of products in which a reason seems to stand."""

_BLOCKLIST = re.compile(r"\b[\w-]*spam[\w-]*(?:\.[\w-]+)+")
"""A list of hosts that send spam; what is on it is refused for its host and not for its words."""

_BY_STATUS: tuple[tuple[str, Reason], ...] = (
    ("5.1.1", Reason.USER_UNKNOWN), ("5.1.10", Reason.USER_UNKNOWN), ("5.1.351", Reason.USER_UNKNOWN),
    ("5.1.2", Reason.HOST_UNKNOWN), ("5.4.4", Reason.HOST_UNKNOWN), ("5.4.310", Reason.HOST_UNKNOWN),
    ("5.1.6", Reason.MOVED), ("5.7.17", Reason.MOVED), ("5.7.18", Reason.MOVED),
    ("5.7.27", Reason.SENDER), ("5.1.7", Reason.SENDER), ("5.1.8", Reason.SENDER), ("4.1.8", Reason.SENDER),
    ("5.2.1", Reason.DISABLED), ("4.2.1", Reason.DISABLED),
    ("5.2.2", Reason.MAILBOX_FULL), ("4.2.2", Reason.MAILBOX_FULL),
    ("5.2.3", Reason.SIZE), ("5.3.4", Reason.SIZE), ("4.3.4", Reason.SIZE), ("5.2.0", Reason.FILTERED),
    ("5.7.25", Reason.REPUTATION), ("5.7.26", Reason.AUTHENTICATION), ("5.7.28", Reason.RATE), ("4.7.28", Reason.RATE),
    ("4.3.2", Reason.RATE), ("4.4.7", Reason.EXPIRED), ("5.4.7", Reason.EXPIRED), ("5.4.6", Reason.LOOP),
    ("5.4.14", Reason.LOOP), ("5.4.316", Reason.NETWORK), ("5.4.312", Reason.NETWORK), ("5.4.300", Reason.EXPIRED),
    ("5.7.5", Reason.AUTHENTICATION), ("5.7.6", Reason.POLICY), ("5.7.7", Reason.POLICY), ("5.7.1", Reason.POLICY),
    ("5.6", Reason.CONTENT), ("4.4", Reason.NETWORK), ("5.4", Reason.NETWORK), ("5.3", Reason.SYSTEM),
    ("4.3", Reason.SYSTEM), ("5.5", Reason.SYNTAX), ("5.7", Reason.POLICY), ("4.7", Reason.POLICY),
)  # fmt: skip
"""What a status means when the words say nothing; the first line that it equals, or that it starts with, counts."""

_BEFORE_THE_RECIPIENT = {Stage.CONNECTION: Reason.REPUTATION, Stage.SENDER: Reason.SENDER}
_SURE = frozenset({"5.1.1", "4.1.1", "5.1.10", "5.1.0", "5.1.3", "5.1.351", "5.1.6", "5.5.0", "5.7.1"})
_SURE_AFTER_DATA = frozenset({"5.1.1", "5.1.10", "5.5.0"})
"""Statuses that, with words of an unknown user, make a dead address; fewer do once the mail had been transferred."""

_NO_HOST = frozenset({"5.1.2", "5.4.4", "5.4.310"})
"""Statuses that speak of the recipient's domain and of nothing else."""

_LOCAL_FAULT = re.compile(
    r"(?:could ?n[o']?t|can(?:no|')t|unable to|failed to)"
    r" (?:create|open|write|lock|stat|read|execute|chdir|chown|access)\b"
)
"""What a program that delivers says of its own machine."""

_AFTER_USER = frozenset({Reason.NETWORK, Reason.LOOP, Reason.EXPIRED, Reason.SYSTEM, Reason.SYNTAX})
"""Reasons whose words are looked for only after "user unknown" was not found; they often stand beside it."""


def verdict(
    diagnostic: str, *, status: str = "", context: str = "", remote: str = "", stage: Stage | None = None
) -> Verdict:
    """Decide from the *diagnostic*, the report's *status* field, and the *context* that the report's prose gives.

    *remote* is the refusing host where the report names it.
    """
    said = " ".join(diagnostic.split())[:MAX_DIAGNOSTIC]
    around = " ".join(context[: 5 * MAX_DIAGNOSTIC].split())[: 2 * MAX_DIAGNOSTIC]
    codes = _ENHANCED.findall(said)
    best = next((code for code in codes if not code.endswith(".0.0")), status or next(iter(codes), ""))
    stage = stage or stage_of(said) or stage_of(around) or Stage.UNKNOWN
    found = _found(said, stage, remote or said)
    by_code = found.reason is Reason.UNDEFINED
    if by_code:
        found = _Found(_by_status(best, said.lower()), f"status {best}")
    in_prose = found.reason is Reason.UNDEFINED and around != ""
    if in_prose:
        found = _found(around, stage, remote)
        codes = codes or _ENHANCED.findall(around)
        best = best or next((code for code in codes if not code.endswith(".0.0")), "")
    if found.reason is Reason.UNDEFINED:
        found = _Found(_BEFORE_THE_RECIPIENT.get(stage, Reason.UNDEFINED), f"refused at the {stage.value}")
    if found.reason is Reason.USER_UNKNOWN:
        codes = codes or _ENHANCED.findall(around)
    hard, certain = False, False
    if OUTCOMES[found.reason] is Outcome.DEAD:
        certain = found.certain or phrases.tables().certain.first(folded(around.lower())) is not None
        hard = _dead(found.reason, said, best, codes, stage, certain=certain)
        if by_code and found.reason is Reason.USER_UNKNOWN and not certain and _says_something_else(said):
            hard = False
    if hard and around and not in_prose and _found(around, stage, remote).reason is Reason.MAILBOX_FULL:
        # the report contradicts itself; a full mailbox has an owner
        found, hard = _Found(Reason.MAILBOX_FULL, "the prose speaks of a full mailbox"), False
    return Verdict(found.reason, hard, best or _reply_class(said), _because(found, best, stage, certain=certain))


def _because(found: "_Found", status: str, stage: Stage, *, certain: bool) -> tuple[str, ...]:
    """Say what spoke for a verdict."""
    if found.reason is Reason.UNDEFINED:
        return ()
    told = [found.why]
    if status and status not in found.why:
        told.append(f"status {status}")
    if stage is not Stage.UNKNOWN and stage.value not in found.why:
        told.append(f"refused at the {stage.value}")
    if certain:
        told.append("words that need no second witness")
    return tuple(told)


def stage_of(text: str) -> Stage | None:
    """Return at which stage of the SMTP dialogue the refusal came, where the text tells."""
    lower = " ".join(text.lower().split())
    found = [(lower.find(phrase), stage) for phrase, stage in map(_STAGE_LINES.__getitem__, _STAGE_WORDS.all(lower))]
    return min(found)[1] if found else None


def is_challenge(text: str) -> bool:
    """Tell whether the refusing system wants the sender to prove to be a person."""
    return phrases.tables().challenges.first(plain(text)) is not None


@dataclass(frozen=True, slots=True)
class _Found:
    """A reason, and which words or which code gave it."""

    reason: Reason
    why: str = ""
    certain: bool = False


def _found(said: str, stage: Stage, remote: str) -> _Found:
    """Return the reason that the words give, and whether they need no second witness."""
    lower = folded(said.lower())
    tables = phrases.tables()
    if (line := tables.provider(lower, remote.lower())) is not None:
        return _Found(line.reason, f"a provider's words “{line.said}”", certain=True)
    words = _without_names(lower)
    places = tables.words.all(words)
    if places and grammar.of_sender(words, tables.words.phrases[places[0]]):
        return _Found(Reason.SENDER, f"words “{tables.words.phrases[places[0]]}” of a sender")
    if places and tables.sections[places[0]] == phrases.CERTAIN:
        return _Found(Reason.USER_UNKNOWN, f"words “{tables.words.phrases[places[0]]}”", certain=True)
    hits = [(Reason(tables.sections[n]), tables.words.phrases[n]) for n in places]
    early = [each for each in hits if each[0] is not Reason.USER_UNKNOWN and each[0] not in _AFTER_USER]
    unknown = [each for each in hits if each[0] is Reason.USER_UNKNOWN]
    reason, phrase = next(iter(early or unknown), (Reason.UNDEFINED, ""))
    if reason is Reason.UNDEFINED:
        reason, phrase = grammar.reason(words)
    if reason is Reason.UNDEFINED:
        reason, phrase = next(iter(hits), (Reason.UNDEFINED, ""))
    if OUTCOMES[reason] is Outcome.DEAD:
        reason = _BEFORE_THE_RECIPIENT.get(stage, reason)
    return _Found(reason, f"words “{phrase}”")


def _without_names(lower: str) -> str:
    """Take addresses, links and host names out: a refusal is not spam because the host that refused is called so."""
    kept = (_HOST.sub("host", lower) if "host " in lower else lower).split()
    if "://" in lower or "www." in lower or "=" in lower:
        kept = [word for word in kept if "@" in word or not _is_link(word)]
    if "@" in lower:
        kept = [_behind(word) if "@" in word else word for word in kept]
    words = " ".join(kept)
    for bracket in '<>[]"':
        words = words.replace(bracket, " ")
    words = " ".join(words.split())
    if "spam" in words:
        words = _BLOCKLIST.sub("blocklist", words)
    if any(each in words for each in ("secur", "protect", "filter", "firewall", "virus", "anti")):
        words = _PRODUCTS.sub("", words)
    return words if _LETTERS.search(words) else lower  # nothing but a link, which then is the message


def _is_link(word: str) -> bool:
    return "://" in word or word.startswith(("www.", "size=", "id="))


def _behind(address: str) -> str:
    return address.rpartition(">")[2] if ">" in address else ""


def _by_status(status: str, words: str) -> Reason:
    if not status or status.endswith(".0.0"):
        return Reason.UNDEFINED
    if status == "5.1.0" and not ("address rejected" in words or "recipient" in words):
        return Reason.SENDER
    if status == "5.1.0" or (status == "5.1.3" and "recipient" in words):
        return Reason.USER_UNKNOWN
    if status == "5.4.1" and "recipient address rejected" in words:  # as Exchange Online says it
        return Reason.USER_UNKNOWN
    equal = next((reason for code, reason in _BY_STATUS if code == status), None)
    return equal or next((reason for code, reason in _BY_STATUS if status.startswith(code + ".")), Reason.UNDEFINED)


def _dead(reason: Reason, said: str, status: str, codes: list[str], stage: Stage, *, certain: bool) -> bool:
    """Tell whether the evidence for a reason that means "dead" is good enough to call the address so."""
    if reason is Reason.HOST_UNKNOWN and stage is Stage.MESSAGE and not _NO_HOST & {*codes, status}:
        return False  # whoever took the recipient knows its domain; it is another one that is unknown, as the sender's
    if reason is Reason.HOST_UNKNOWN:  # a name server may be wrong for an hour; a final status says that it was asked
        return not status.startswith("4") and "found, try again" not in said.lower()
    if reason is Reason.USER_UNKNOWN and "unavailable" in said.lower() and temporary(status, said):
        return False  # it is busy or locked, and there
    if reason is Reason.USER_UNKNOWN and _LOCAL_FAULT.search(said.lower()):
        return False  # a program that cannot reach its own files; the user that it misses is the machine's
    if reason is not Reason.USER_UNKNOWN or certain or stage is Stage.RECIPIENT:
        return True
    if stage is Stage.MESSAGE:
        return bool(_SURE_AFTER_DATA & {*codes, status})
    return bool(_SURE & {*codes, status}) or (status == "5.0.0" and _refused_for_good(said))


def _reply_class(said: str) -> str:
    code = _REPLY.search(said)
    return f"{code[1][0]}.0.0" if code else ""


def _says_something_else(said: str) -> bool:
    """Tell whether a server's answer, whose code alone means "dead", has many words that nobody understands."""
    code = _REPLY.search(said)
    return code is not None and len(_WORD.findall(_without_names(said[code.end() :].lower()))) > MANY_WORDS


def _refused_for_good(said: str) -> bool:
    """Tell whether the words begin with one of the codes by which a server refuses a recipient (RFC 5321, 4.2.3)."""
    code = _REPLY.search(said)
    return bool(code and code[1] in ("550", "551", "553"))


def temporary(status: str, said: str) -> bool:
    """Tell whether status or reply code are of the kind that is tried again."""
    if status:
        return status.startswith("4")
    code = _REPLY.search(said)
    return bool(code and code[1].startswith("4"))
