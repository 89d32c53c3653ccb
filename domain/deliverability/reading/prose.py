"""Find the failed recipients in the prose of a report, and what is said of each.

Mail systems name recipients in few ways: at the head of a line, behind a label, in the dialogue with the other
server, or in a sentence. The strongest way that occurs in a report is believed and the weaker ones are left.
"""

import re
from dataclasses import dataclass

from domain.deliverability.reading import found_addresses, grammar, phrases, reasons
from domain.deliverability.reading.folding import plain

MAX_LINES = 400
MAX_LINE = 1000

_CHARACTER = r"""[^\s@<>()\[\]{},;:"'`|\\]"""
_BRACKETED = (
    rf"""(?:[<"']{{0,2}}(?P<address>(?:"[^"\s@]{{1,64}}"|{_CHARACTER}{{1,128}})@"""
    rf"""{_CHARACTER}{{0,254}}[^\s@<>()\[\]{{}},;:"'`|\\.])"""
    r"""(?=\.{2,}|\.?(?:[\s:;,()\[\]<>"'#]|$))[>"']{0,2})"""
)
"""An address, with or without brackets or quotes, up to where it surely ends."""

_HEAD = re.compile(
    r"^(?:[*•–-]\s+|[・●○◆■▪◦]\s*|rcpt:\s*|-{4}\s|>>>\s+)?" + _BRACKETED
    + r"\s*(?P<rest>$|<.*|[:;#.(（：[].*|\.{2,}.*|on [A-Z][a-z]{2}, .*|\S{1,6} \d{1,4}[./年-].*"
    r"|delivery failed.*|\d{3}[ -].*|-\s.*|,\s.*unknown.*)",
    re.IGNORECASE)  # fmt: skip
_LABELS = (
    r"recipients?", r"address(?:es)?", r"error-for", r"rcpt", r"user", r"mailbox", r"to", r"x-failed-recipients?",
    r"adresse", r"empfänger", r"destinataire", r"destinatario", r"destinatário", r"宛先", r"收件人",
    r".{0,60}could not be delivered to", r"did not reach", r"unable to deliver message to",
    r".{0,30}delivery failed \d+ attempts", r"unknown user", r"user mailbox exceeds allowed size",
    r"was not delivered to", r".{0,80}recipient\w* of", r"addressed to", r".{0,40}originally addressed to",
    r".{0,40}generated (?:by|from)", r".{0,40}following (?:recipient|address)\w*.{0,60}",
)  # fmt: skip
"""What stands in front of a recipient on the same line."""

_LABEL = re.compile(
    r"^(?:[*#>-]+\s*)?"
    r"(?:(?:failed|final|original|intended|e-?mail|undeliverable|recipient'?s?|destination|target|bad)\s+){0,2}"
    rf"(?:{'|'.join(_LABELS)})\s*(?:\([^)]{{0,20}}\)\s*)?[:=]?\s+{_BRACKETED}\s*(?P<rest>.*)$",
    re.IGNORECASE)  # fmt: skip
_ANY_LABEL = re.compile(
    rf"^[^\w<]*(?P<label>[^\W\d_][^:：<>@=]{{0,39}}?)\s*[:：]\s*{_BRACKETED}\s*(?:$|[(（\[].*)", re.IGNORECASE
)  # fmt: skip
_DIALOGUE = re.compile(r"rcpt[ _]to:\s*<?([^<>\s]{1,320}@[^<>\s]{1,255})>?", re.IGNORECASE)
_PERMANENT_ERRORS = re.compile(r"permanent errors?:\s*(?P<list>[^\s].{3,400}?)\.?\s+reason:", re.IGNORECASE)
_REFUSAL = re.compile(r"^(?:<<<\s*|.{0,40}said:?\s*)?[45]\d\d[ -]")
_FAILED_SENTENCE = re.compile(
    r"deliver|reach|not a valid|does ?n[o']t (?:exist|have)|doesn.t|cannot|could not|couldn|unable|reject|refus|fail"
    r"|unavailable|unknown|not listed|not known|quota|full|exceed|addressed to|disabled|invalid|no such|not found"
    r"|blocked|bounce|member of",
    re.IGNORECASE)  # fmt: skip
_ASIDE = re.compile(
    r"contact|assistance|question|help|please send|send mail to|e-?mail to|write to|reply|support|abuse"
    r"|administrator|visit|mail from|from:|sender:|reply-to|unsubscribe|copyright|scanned"
    r"|sent by|bounces\+|^subject|^to:|^cc:|message.id",
    re.IGNORECASE)  # fmt: skip
_TURN_TO = re.compile(
    r"(?:please (?:send|contact|write|reply|e-?mail)[^.]*|^to the address|contact us at)\W*$", re.IGNORECASE
)
_LONE_WORD = re.compile(r"^([\w.+-]{2,64})(?:\s{2,}.*)?$")
_LIST_FOLLOWS = re.compile(
    r"(?:following|these) (?:recipient|address)|not delivered to|could not be delivered", re.IGNORECASE
)
_COMMAND = re.compile(r"^>>>\s*(.*)$")
_ANSWER = re.compile(r"^<<<\s*([45]\d\d.*)$")
_EXPANDED = re.compile(
    r"expanded from:?\s*<?([^<>\s()]+@[^<>\s()]+)>?|generated (?:from|by):?\s*<?([^<>\s()]+@[^<>\s()]+)>?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One recipient in the prose, and what is said."""

    address: str
    said: str
    stage: reasons.Stage | None = None
    weak: bool = False
    """Whether it is only an address in a sentence that speaks of failure, as people and shops write them too."""


def entries(text: str, *, not_these: frozenset[str], domain: str = "") -> list[Entry]:
    """Return the failed recipients, strongest way first; *not_these* are left out where others remain.

    *domain* is that of the reporting host, for reports that name local parts only.
    """
    lines = [line for line in _lines(text) if not line.startswith("> ")]
    for way in (_heads, _dialogues, _labelled, lambda each: _lone_words(each, domain), _sentences, _mentions):
        found = [each for each in way(lines) if not _is_system(each.address)]
        if way is _mentions and len({each.address for each in found} - not_these) > 1:
            return []  # which of them it is about, nobody can tell
        kept = [each for each in found if each.address not in not_these] or found
        if kept:
            return _once(kept)
    return []


def _lines(text: str) -> list[str]:
    return [found_addresses.set_apart(line.strip()[:MAX_LINE]) for line in text.split("\n")[:MAX_LINES]]


def said_of(address: str, text: str) -> str:
    """Return what the prose says of one recipient: from its line on, to the next recipient."""
    lines = _lines(text)
    lower = address.lower()
    at = next((n for n, line in enumerate(lines) if lower in line.lower()), None)
    if at is None:
        return " ".join(lines)[: 2 * reasons.MAX_DIAGNOSTIC]
    taken = [lines[at]]
    for line in lines[at + 1 : at + 14]:
        other = _HEAD.match(line) if "@" in line else None
        if other and found_addresses.clean(other["address"]) != lower:
            break
        taken.append(line)
    return " ".join(taken)[: 2 * reasons.MAX_DIAGNOSTIC]


def transcript_stage(text: str) -> reasons.Stage | None:
    """Return at which command the other server first refused, in a dialogue of ``>>>`` and ``<<<`` lines."""
    if ">>>" not in text:
        return None
    command = ""
    for line in text.split("\n")[:MAX_LINES]:
        stripped = line.strip()
        if given := _COMMAND.match(stripped):
            command = given[1]
        elif command and _ANSWER.match(stripped):
            return reasons.stage_of(">>> " + command)
    return None


def _heads(lines: list[str]) -> list[Entry]:
    """Recipients at the head of a line or behind a label; what follows belongs to them."""
    starts: list[tuple[int, str, str]] = []
    for n, line in enumerate(lines):
        if "@" not in line:
            continue
        if several := _PERMANENT_ERRORS.search(line):
            starts += [(n, each, line[several.end() :]) for each in found_addresses.in_text(several["list"])]
            continue
        if _TURN_TO.search(lines[n - 1] or lines[n - 2]) and n > 1:
            continue
        match = _HEAD.match(line) or (None if _ASIDE.search(line.partition("@")[0]) else _LABEL.match(line))
        if match and (address := found_addresses.clean(match["address"])):
            starts.append((n, address, line if match.re is _LABEL else match["rest"]))
    ends = [*(n for n, _, _ in starts[1:]), len(lines)][: len(starts)]
    found = []
    for (n, address, rest), end in zip(starts, ends, strict=True):
        until = min(end, n + 14) if end > n else n + 14
        body = [line for line in lines[n + 1 : until] if line]
        found.append(Entry(address, " ".join([rest, *body])[: 2 * reasons.MAX_DIAGNOSTIC]))
    return _without_parents(found)


def _without_parents(found: list[Entry]) -> list[Entry]:
    """Leave out addresses that only say of what another one was expanded; the mailed one is the parent's."""
    parents = {found_addresses.clean(a or b) for each in found for a, b in _EXPANDED.findall(each.said)}
    kept = [each for each in found if each.address not in parents]
    return kept or found


def _dialogues(lines: list[str]) -> list[Entry]:
    """Recipients in the dialogue with the other server: ``RCPT TO``, and lines such as ``550 <a@b>… unknown``."""
    found: list[Entry] = []
    command, answer, asked = "", "", ""
    for line in lines:
        if given := _COMMAND.match(line):
            command, answer = given[1], ""
        elif refused := _ANSWER.match(line):
            answer = answer or refused[1]
        if named := _DIALOGUE.search(line):
            asked = found_addresses.clean(named[1])
            found.append(
                Entry(asked, " ".join(lines[lines.index(line) : lines.index(line) + 4]), reasons.Stage.RECIPIENT)
            )
        elif _REFUSAL.match(line) and "@" in line and not line.startswith("<<<"):
            for address in found_addresses.in_text(line)[:1]:
                stage = reasons.stage_of(">>> " + command) if answer else None
                found.append(Entry(address, f"{answer} {line}".strip(), stage))
    return [each for each in found if each.address]


def _labelled(lines: list[str]) -> list[Entry]:
    """Addresses alone behind a label of a few words in any language, unless it is one for a sender or for help."""
    found = []
    for n, line in enumerate(lines):
        match = _ANY_LABEL.match(line) if "@" in line else None
        if match is None or _ASIDE.search(match["label"]) or grammar.names_another(plain(match["label"])):
            continue
        if address := found_addresses.clean(match["address"]):
            said = " ".join([line, *(each for each in lines[n + 1 : n + 8] if each)])
            found.append(Entry(address, said[: 2 * reasons.MAX_DIAGNOSTIC]))
    return found


def _mentions(lines: list[str]) -> list[Entry]:
    """Addresses anywhere, outside of what gives help and of what is labelled as a sender."""
    found = []
    for n, line in enumerate(lines):
        before = line.partition("@")[0]
        if "@" in line and not _ASIDE.search(before) and not grammar.names_another(plain(before.partition(":")[0])):
            said = " ".join(lines[max(0, n - 1) : n + 4])[: 2 * reasons.MAX_DIAGNOSTIC]
            found += [Entry(each, said, weak=True) for each in found_addresses.in_text(line)]
    return found


def _sentences(lines: list[str]) -> list[Entry]:
    """Recipients in sentences that speak of failure; addresses to turn to for help are passed over."""
    found = []
    for n, line in enumerate(lines):
        if "@" not in line or (_ASIDE.search(line) and not re.search(r"your (?:message|mail) to", line, re.IGNORECASE)):
            continue
        around = " ".join(lines[max(0, n - 1) : n + 3])
        if _FAILED_SENTENCE.search(around):
            said = around[: 2 * reasons.MAX_DIAGNOSTIC]
            found += [Entry(each, said, weak=f"<{each}>" not in line.lower()) for each in found_addresses.in_text(line)]
    return found


def _lone_words(lines: list[str], domain: str) -> list[Entry]:
    """Local parts on lines of their own behind an announcement, as some providers list their own users."""
    for n, line in enumerate(lines):
        if domain and "@" not in line.partition(". ")[2] and _LIST_FOLLOWS.search(line):
            words = [each for each in lines[n + 1 : n + 6] if each]
            if words and (word := _LONE_WORD.match(words[0])):
                return [Entry(f"{word[1].lower()}@{domain}", " ".join([line, *words]))]
    return []


def _is_system(address: str) -> bool:
    return found_addresses.is_daemon(f"<{address}>")


def _once(found: list[Entry]) -> list[Entry]:
    merged: dict[str, Entry] = {}
    for each in found:
        before = merged.get(each.address)
        if before is None:
            merged[each.address] = each
        else:
            said = f"{before.said} {each.said}"[: 2 * reasons.MAX_DIAGNOSTIC]
            merged[each.address] = Entry(each.address, said, before.stage or each.stage)
    return list(merged.values())


def speaks_of_failure(text: str) -> bool:
    """Tell whether the first lines say that a mail was not delivered."""
    own = "\n".join(line for line in text[:2000].split("\n") if not line.lstrip().startswith(">"))
    return phrases.tables().texts.first(plain(own)) is not None
