"""Help: made from the one table of commands, and only what the reader may do; topics first, all of one when asked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot import blocks, text
from bot.blocks import Block, Message
from bot.routes import Group
from domain.kernel.speech import counted, phrase, say, say_as

FEW = 12
"""So many commands are shown at once, with no topics to choose from."""

SECTION = 2_800
"""Characters of the commands in one paragraph; Slack cuts longer ones off."""

WHOLE = 12_000
"""Characters of all commands; what is longer says only how they are typed."""

SHOWN = 3
"""Commands of each topic that are shown with it."""


@dataclass(frozen=True, slots=True)
class HelpLine:
    """One command as help shows it."""

    group: str
    usage: str
    does: str
    example: str
    words: str = ""
    """The command without what follows it."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What commands are about, as help lists it."""

    word: str
    """By which all of it is asked for; no command is called so."""
    first: tuple[str, ...]
    """The commands that are used most."""


TOPICS: Mapping[str, Topic] = {
    Group.WORK: Topic("work", ("queue", "next", "mails")),
    Group.CUSTOMER: Topic("customers", ("invoice", "account", "why")),
    Group.DRAFTS: Topic("drafts", ("draft", "approve", "preview")),
    Group.PROMISES: Topic("promises", ("promise", "plan", "plan list")),
    Group.DISPUTES: Topic("disputes", ("dispute", "dispute list", "credit")),
    Group.MONEY: Topic("money", ("cash", "import", "ageing")),
    Group.STOPS: Topic("stops", ("hold", "unhold", "suppressions")),
    Group.POLICY: Topic("policies", ("maintenance", "policy", "workload")),
    Group.PEOPLE: Topic("people", ("role", "role grant", "audit")),
    Group.SELF: Topic("you", ("settings", "away", "access")),
}

BEGIN: Mapping[str, str] = {
    "next": phrase("`/plixo next` the case that comes first"),
    "queue": phrase("`/plixo queue` all that needs somebody"),
    "mails": phrase("`/plixo mails` what customers wrote"),
}
"""With which commands a day begins, in their order."""


def topic(said: str) -> str | None:
    """Return the group of commands that a word names, in English or as the reader calls it."""
    for group, each in TOPICS.items():
        if said in {each.word, group.casefold(), say(group).casefold()}:
            return group
    return None


def topics(lines: Sequence[HelpLine], *, roles: Sequence[str], note: str = "") -> Message:
    """Return what the reader may do by topics, each with the commands that are used most."""
    if len(lines) <= FEW:
        return listed(lines, roles=roles, note=note)
    shown = [
        blocks.section("\n".join([_title(group, len(theirs)), *(_line(each) for each in _first(group, theirs))]))
        for group, theirs in _by_group(lines)
    ]
    more = (
        say("`/plixo help promise` shows all about a word, with examples; `/plixo help all` shows everything."),
        say("An invoice's number alone shows it."),
    )
    return _message(lines, roles=roles, shown=[*shown, blocks.context(*more)], note=note, begin=_begin(lines))


def listed(lines: Sequence[HelpLine], *, roles: Sequence[str], note: str = "", detailed: bool = False) -> Message:
    """Return the commands that the reader may use, by what they are about; the details come with examples."""
    rows = [(group, [_line(each, detailed=detailed) for each in theirs]) for group, theirs in _by_group(lines)]
    if sum(len(row) for _, theirs in rows for row in theirs) > WHOLE:
        rows = [(group, [_bare(each) for each in theirs]) for group, theirs in _by_group(lines)]
    shown = [
        blocks.section(part) for group, theirs in rows for part in _parts([f"*{text.escape(say(group))}*", *theirs])
    ]
    if not detailed:
        shown.append(blocks.context(say("Examples: `/plixo help promise`. An invoice's number alone shows it.")))
    return _message(lines, roles=roles, shown=shown, note=note, begin="" if detailed else _begin(lines))


def _message(
    lines: Sequence[HelpLine], *, roles: Sequence[str], shown: Sequence[Block], note: str, begin: str
) -> Message:
    held = text.foreign(", ".join(roles), limit=80) if roles else say_as("roles of a person", "no role")
    head = say("*What you may do* ({held})", held=held)
    sentence = counted(
        "You have {held}; {n} command is yours.", "You have {held}; {n} commands are yours.", len(lines), held=held
    )
    return Message(
        text=sentence,
        blocks=(
            blocks.section(f"{head}{begin}"),
            *shown,
            *([blocks.context(text.said(note, limit=160))] if note else ()),
        ),
    )


def _title(group: str, count: int) -> str:
    return counted(
        "*{topic}*: `/plixo help {word}` shows {n} command", "*{topic}*: `/plixo help {word}` shows all {n}", count,
        topic=text.escape(say(group)), word=TOPICS[group].word,
    )  # fmt: skip


def _first(group: str, lines: Sequence[HelpLine]) -> Sequence[HelpLine]:
    """Return the commands of a topic that are used most, and others where the reader may not use them."""
    places = {words: place for place, words in enumerate(TOPICS[group].first)}
    return sorted(lines, key=lambda each: places.get(each.words, len(places)))[:SHOWN]


def _by_group(lines: Sequence[HelpLine]) -> Iterator[tuple[str, list[HelpLine]]]:
    order = {group: place for place, group in enumerate(dict.fromkeys(each.group for each in lines))}
    for group, theirs in groupby(sorted(lines, key=lambda each: order[each.group]), key=lambda each: each.group):
        yield group, list(theirs)


def _begin(lines: Sequence[HelpLine]) -> str:
    mine = {line.usage.split()[0] for line in lines}
    ways = [say(does) for command, does in BEGIN.items() if command in mine]
    return "\n" + say("*Begin here*: {ways}.", ways=", ".join(ways)) if ways else ""


def _parts(rows: Sequence[str]) -> Iterator[str]:
    """Yield the rows as paragraphs, none longer than Slack shows."""
    part: list[str] = []
    for row in rows:
        if part and sum(len(each) + 1 for each in part) + len(row) > SECTION:
            yield "\n".join(part)
            part = []
        part.append(row)
    if part:
        yield "\n".join(part)


def _line(line: HelpLine, *, detailed: bool = False) -> str:
    typed = text.escape(f"/plixo {line.example}")
    example = "\n      " + say("_e.g. {typed}_", typed=typed) if detailed and line.example != line.usage else ""
    return f"{_bare(line)}  {text.escape(say(line.does))}{example}"


def _bare(line: HelpLine) -> str:
    return f"`/plixo {text.escape(line.usage)}`"
