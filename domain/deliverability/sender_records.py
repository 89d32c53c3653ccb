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
        return Finding(check, "fail", f"no answer from the name servers ({error})", "Look at network and name servers.")


async def _spf(sender: Sender, records: Records) -> Finding:
    domain = sender.return_domain
    found = [each for each in await records.texts(domain) if _is_spf(each)]
    wanted = Publish(domain, f"v=spf1 {_mechanism(sender.relay)} ~all")
    how = "Publish it, with the include that your relay's operator names in place of a:… if there is one."
    if not found:
        return Finding("SPF", "fail", f"{domain} has no SPF record", how, wanted)
    if len(found) > 1:
        told = f"{domain} has {len(found)} SPF records, which receivers take for an error"
        return Finding("SPF", "fail", told, "Merge them into one.")
    try:
        cost = await _cost(found[0], records, seen=(domain.lower(),))
    except _Broken as broken:
        return Finding("SPF", "fail", str(broken), "Put the record right; receivers treat it as an error.")
    if cost > MOST_LOOKUPS:
        told = f"the record costs {cost} look-ups, and receivers stop at {MOST_LOOKUPS}"
        return Finding("SPF", "fail", told, "Leave out includes that are not needed.")
    last = _all(found[0])
    if last == "+":
        return Finding("SPF", "fail", "the record ends with +all: it lets everybody send", "End it with ~all.")
    if last in ("", "?") and "redirect=" not in found[0].lower():
        return Finding("SPF", "warn", "the record does not say what of other senders", "End it with ~all.")
    return Finding("SPF", "pass", f"{domain}: one record, {cost} of {MOST_LOOKUPS} look-ups")


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
            raise _Broken(f"the SPF record holds {term[:40]!r}, which is no term")
        name, target = found[2].lower(), (found[3] or "").lower()
        if name in ("a", "mx", "ptr", "exists"):
            cost += 1
        elif name in ("include", "redirect"):
            cost += 1 + await _inside(target, records, seen)
        elif name not in ("all", "ip4", "ip6", "exp") and "=" not in term:
            raise _Broken(f"the SPF record holds {term[:40]!r}, which is no term")
        if cost > 4 * MOST_LOOKUPS:
            break  # far above the limit; nothing more needs to be known
    return cost


async def _inside(target: str, records: Records, seen: tuple[str, ...]) -> int:
    if "%" in target:
        return 0  # a macro is known only with a sender
    if target in seen or len(seen) > MOST_LOOKUPS:
        raise _Broken(f"the SPF record leads back to {target[:80]}")
    found = [each for each in await records.texts(target) if _is_spf(each)]
    if len(found) != 1:
        raise _Broken(f"the SPF record includes {target[:80]}, which has {len(found) or 'no'} SPF records")
    return await _cost(found[0], records, seen=(*seen, target))


def _is_spf(text: str) -> bool:
    return text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")


def _all(record: str) -> str:
    terms = [each.lower() for each in record.split()[1:] if each.lower().lstrip("+-?~") == "all"]
    return "" if not terms else terms[0][0] if terms[0][0] in "+-?~" else "+"


async def _dkim(sender: Sender, records: Records) -> Finding:
    if sender.dkim_record is None:
        how = (
            "Make a key with `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048` and name its file in "
            "PLIXO_DKIM_KEY_FILE."
        )
        return Finding("DKIM", "fail", "mail is not signed", how)
    name = f"{sender.selector}._domainkey.{sender.from_domain}"
    wanted = Publish(name, sender.dkim_record)
    found = [each for each in await records.texts(name) if "p=" in each.replace(" ", "")]
    if not found:
        return Finding("DKIM", "fail", f"{name} is not published", "Publish the key.", wanted)
    if len(found) > 1:
        return Finding(
            "DKIM", "fail", f"{name} has {len(found)} keys, of which receivers take any", "Leave one.", wanted
        )
    tags, ours = tags_of(found[0]), tags_of(sender.dkim_record)
    if not tags.get("p"):
        return Finding("DKIM", "fail", f"the key at {name} is revoked", "Publish the key.", wanted)
    if tags["p"] != ours["p"] or tags.get("k", "rsa").lower() != ours.get("k", "rsa").lower():
        told = f"{name} holds another key than the one that mail is signed with"
        return Finding("DKIM", "fail", told, "Publish this one.", wanted)
    if "y" in tags.get("t", "").lower().split(":"):
        return Finding("DKIM", "warn", f"{name} says that the key is a test (t=y)", "Take t=y out.", wanted)
    return Finding("DKIM", "pass", f"{name} holds the key that mail is signed with")


async def _dmarc(sender: Sender, records: Records, *, signed: bool, spf: bool) -> Finding:
    domain = sender.from_domain
    wanted = Publish(f"_dmarc.{domain}", "v=DMARC1; p=none")
    place, record = await policy_of(domain, records)
    if record is None:
        return Finding("DMARC", "fail", f"{domain} has no DMARC record", "Publish one; p=none only watches.", wanted)
    if record == "":
        return Finding("DMARC", "fail", f"_dmarc.{place} has several DMARC records", "Leave one.")
    tags = tags_of(record)
    if tags.get("p", "").lower() not in ("none", "quarantine", "reject"):
        return Finding(
            "DMARC", "fail", f"_dmarc.{place} states no policy", "Set p to none, quarantine or reject.", wanted
        )
    by_dkim = signed and sender.dkim_record is not None
    by_spf = spf and await aligned(domain, sender.return_domain, records, strict=tags.get("aspf", "r").lower() == "s")
    if not by_dkim and not by_spf:
        told = f"nothing aligns with {domain}: mail is not signed, and it returns to {sender.return_domain}"
        return Finding("DMARC", "fail", told, f"Sign with DKIM, or let PLIXO_MAIL_DOMAIN be a part of {domain}.")
    how = " and ".join(name for name, holds in (("DKIM", by_dkim), ("SPF", by_spf)) if holds)
    if not by_dkim:
        return Finding("DMARC", "warn", f"aligned by {how} only, which forwarding breaks", "Sign with DKIM.")
    return Finding("DMARC", "pass", f"policy {tags['p'].lower()} at _dmarc.{place}, aligned by {how}")


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
