"""Sender records: what the DNS says of our sending domain (SPF, DKIM, DMARC), judged as a receiver would judge it.

Only records are judged here; the look-ups are a port, so that tests and deployments may ask their own servers. Each
finding carries the exact record to publish. Sources: RFC 7208 (SPF, its ten look-ups in 4.6.4), RFC 6376 (DKIM), RFC
7489 (DMARC and its alignment).
"""

import re
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal, Protocol

from domain.deliverability import sender_words as words
from domain.kernel.speech import say

MOST_LOOKUPS = 10
"""Look-ups that evaluating one SPF record may cost; above it receivers answer permerror."""

MOST_LABELS = 8
"""Parents of a domain that are asked for a DMARC record."""

_MECHANISM = re.compile(r"([+?~-]?)([a-z0-9]+)(?:[:=](\S*?))?(/\d+)?(//\d+)?", re.IGNORECASE)


class Unanswered(Exception):
    """The name servers gave no answer, so nothing can be said."""


class Records(Protocol):
    """Whatever looks up TXT records."""

    async def texts(self, name: str) -> tuple[str, ...]:
        """Return the TXT records of a name, each put together; nothing when there are none or no such name.

        Raises:
            Unanswered: No name server answered.
        """


@dataclass(frozen=True, slots=True)
class Publish:
    """A record to publish, word for word."""

    name: str
    value: str
    type: str = "TXT"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one of the three."""

    check: Literal["SPF", "DKIM", "DMARC"]
    state: Literal["pass", "warn", "fail"]
    found: str
    remedy: str = ""
    publish: Publish | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """How we send."""

    from_domain: str
    return_domain: str
    """Domain of the envelope's sender, which SPF is about."""
    relay: str
    """Host name of the relay that hands our mail on."""
    selector: str
    dkim_record: str | None
    """What is to be published for our key; None while mail is not signed."""


async def judge(sender: Sender, records: Records) -> tuple[Finding, ...]:
    """Return the three findings; one that cannot be looked up fails and says so."""
    spf = await _guarded("SPF", _spf(sender, records))
    dkim = await _guarded("DKIM", _dkim(sender, records))
    dmarc = await _guarded("DMARC", _dmarc(sender, records, signed=dkim.state != "fail", spf=spf.state != "fail"))
    return spf, dkim, dmarc


async def _guarded(check: Literal["SPF", "DKIM", "DMARC"], work: Awaitable[Finding]) -> Finding:
    try:
        return await work
    except Unanswered as error:
        return Finding(check, "fail", say(words.NO_ANSWER, why=error), say(words.LOOK_AT_NETWORK))


async def _spf(sender: Sender, records: Records) -> Finding:
    domain = sender.return_domain
    found = [each for each in await records.texts(domain) if _is_spf(each)]
    wanted = Publish(domain, f"v=spf1 {_mechanism(sender.relay)} ~all")
    if not found:
        return Finding("SPF", "fail", say(words.NO_SPF, domain=domain), say(words.PUBLISH_SPF), wanted)
    if len(found) > 1:
        told = say(words.SEVERAL_SPF, domain=domain, count=len(found))
        return Finding("SPF", "fail", told, say(words.MERGE))
    try:
        cost = await _cost(found[0], records, seen=(domain.lower(),))
    except _Broken as broken:
        return Finding("SPF", "fail", str(broken), say(words.PUT_RIGHT))
    if cost > MOST_LOOKUPS:
        told = say(words.COSTLY, cost=cost, most=MOST_LOOKUPS)
        return Finding("SPF", "fail", told, say(words.LEAVE_OUT))
    last = _all(found[0])
    if last == "+":
        return Finding("SPF", "fail", say(words.LETS_EVERYBODY), say(words.END_IT))
    if last in ("", "?") and "redirect=" not in found[0].lower():
        return Finding("SPF", "warn", say(words.OPEN_END), say(words.END_IT))
    return Finding("SPF", "pass", say(words.SPF_GOOD, domain=domain, cost=cost, most=MOST_LOOKUPS))


def _mechanism(relay: str) -> str:
    """Return the term that lets a relay send, by its name or its address."""
    try:
        return f"ip{ip_address(relay).version}:{relay}"
    except ValueError:
        return f"a:{relay}"


class _Broken(Exception):
    """The record cannot be evaluated."""


async def _cost(record: str, records: Records, *, seen: tuple[str, ...]) -> int:
    """Return how many look-ups evaluating a record may take (RFC 7208, 4.6.4).

    Raises:
        _Broken: A term is not understood, or an included record is missing or leads back.
    """
    cost = 0
    for term in record.split()[1:]:
        found = _MECHANISM.fullmatch(term)
        if found is None:
            raise _Broken(say(words.NO_TERM, term=repr(term[:40])))
        name, target = found[2].lower(), (found[3] or "").lower()
        if name in ("a", "mx", "ptr", "exists"):
            cost += 1
        elif name in ("include", "redirect"):
            cost += 1 + await _inside(target, records, seen)
        elif name not in ("all", "ip4", "ip6", "exp") and "=" not in term:
            raise _Broken(say(words.NO_TERM, term=repr(term[:40])))
        if cost > 4 * MOST_LOOKUPS:
            break  # far above the limit; nothing more needs to be known
    return cost


async def _inside(target: str, records: Records, seen: tuple[str, ...]) -> int:
    if "%" in target:
        return 0  # a macro is known only with a sender
    if target in seen or len(seen) > MOST_LOOKUPS:
        raise _Broken(say(words.LEADS_BACK, domain=target[:80]))
    found = [each for each in await records.texts(target) if _is_spf(each)]
    if len(found) != 1:
        told = words.INCLUDES_SEVERAL if found else words.INCLUDES_NONE
        raise _Broken(told.format(domain=target[:80], count=len(found)))
    return await _cost(found[0], records, seen=(*seen, target))


def _is_spf(text: str) -> bool:
    return text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")


def _all(record: str) -> str:
    terms = [each.lower() for each in record.split()[1:] if each.lower().lstrip("+-?~") == "all"]
    return "" if not terms else terms[0][0] if terms[0][0] in "+-?~" else "+"


async def _dkim(sender: Sender, records: Records) -> Finding:
    if sender.dkim_record is None:
        return Finding("DKIM", "fail", say(words.UNSIGNED), say(words.MAKE_KEY))
    name = f"{sender.selector}._domainkey.{sender.from_domain}"
    wanted = Publish(name, sender.dkim_record)
    found = [each for each in await records.texts(name) if "p=" in each.replace(" ", "")]
    if not found:
        return Finding("DKIM", "fail", say(words.UNPUBLISHED, name=name), say(words.PUBLISH_KEY), wanted)
    if len(found) > 1:
        return Finding(
            "DKIM", "fail", say(words.SEVERAL_KEYS, name=name, count=len(found)), say(words.LEAVE_ONE), wanted
        )
    tags, ours = tags_of(found[0]), tags_of(sender.dkim_record)
    if not tags.get("p"):
        return Finding("DKIM", "fail", say(words.REVOKED, name=name), say(words.PUBLISH_KEY), wanted)
    if tags["p"] != ours["p"] or tags.get("k", "rsa").lower() != ours.get("k", "rsa").lower():
        told = say(words.OTHER_KEY, name=name)
        return Finding("DKIM", "fail", told, say(words.PUBLISH_THIS), wanted)
    if "y" in tags.get("t", "").lower().split(":"):
        return Finding("DKIM", "warn", say(words.TEST_KEY, name=name), say(words.TAKE_OUT), wanted)
    return Finding("DKIM", "pass", say(words.DKIM_GOOD, name=name))


async def _dmarc(sender: Sender, records: Records, *, signed: bool, spf: bool) -> Finding:
    domain = sender.from_domain
    wanted = Publish(f"_dmarc.{domain}", "v=DMARC1; p=none")
    place, record = await policy_of(domain, records)
    if record is None:
        return Finding("DMARC", "fail", say(words.NO_DMARC, domain=domain), say(words.PUBLISH_DMARC), wanted)
    if record == "":
        return Finding("DMARC", "fail", say(words.SEVERAL_DMARC, name=f"_dmarc.{place}"), say(words.LEAVE_ONE))
    tags = tags_of(record)
    if tags.get("p", "").lower() not in ("none", "quarantine", "reject"):
        return Finding("DMARC", "fail", say(words.NO_POLICY, name=f"_dmarc.{place}"), say(words.SET_POLICY), wanted)
    by_dkim = signed and sender.dkim_record is not None
    by_spf = spf and await aligned(domain, sender.return_domain, records, strict=tags.get("aspf", "r").lower() == "s")
    if not by_dkim and not by_spf:
        told = say(words.NOT_ALIGNED, domain=domain, other=sender.return_domain)
        return Finding("DMARC", "fail", told, say(words.ALIGN, domain=domain))
    if not by_dkim:
        return Finding("DMARC", "warn", say(words.SPF_ONLY), say(words.SIGN))
    told = say(words.BY_BOTH) if by_spf else words.BY_DKIM
    return Finding("DMARC", "pass", told.format(policy=tags["p"].lower(), name=f"_dmarc.{place}"))


async def policy_of(domain: str, records: Records) -> tuple[str, str | None]:
    """Return the nearest DMARC record at the domain or above it; an empty one when there are several."""
    labels = domain.split(".")
    for n in range(max(0, min(len(labels) - 1, MOST_LABELS))):
        place = ".".join(labels[n:])
        found = [each for each in await records.texts(f"_dmarc.{place}") if each.lower().startswith("v=dmarc1")]
        if found:
            return place, found[0] if len(found) == 1 else ""
    return domain, None


async def aligned(one: str, other: str, records: Records, *, strict: bool) -> bool:
    """Tell whether two domains belong together: the same, or relaxed, one policy of DMARC over both."""
    one, other = one.lower().rstrip("."), other.lower().rstrip(".")
    if strict or one == other:
        return one == other
    if one.endswith(f".{other}") or other.endswith(f".{one}"):
        return True
    (place, record), (there, record_there) = await policy_of(one, records), await policy_of(other, records)
    return bool(record and record_there) and place == there


def tags_of(record: str) -> Mapping[str, str]:
    """Return the tags of a DKIM or DMARC record; white space inside values is not part of them."""
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): re.sub(r"\s", "", value) for name, sign, value in pairs if sign}
