"""Policy terms: an SPF record taken apart, and the macros in its names filled in (RFC 7208, sections 5 to 7 and 12).

Pure. Any mistake anywhere in a record makes all of it an error, as the RFC wants.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import quote

LONGEST_NAME = 253
LONGEST_LABEL = 63

_DIRECTIVE = re.compile(r"([+?~-]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?=[:/]|$)(.*)", re.IGNORECASE)
_MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*)=(.*)")
_NAME_AND_BITS = re.compile(r"(?::([^ ]+?))?(?:/(0|[1-9]\d*))?(?://(0|[1-9]\d*))?")
_MACRO = re.compile(r"%\{([slodiphv])(\d*)(r?)([.+,/_=-]*)\}|%([%_-])", re.IGNORECASE)
_EXP_MACRO = re.compile(r"%\{[slodiphvcrt]\d*r?[.+,/_=-]*\}|%[%_-]", re.IGNORECASE)
_TOP = re.compile(r"\.(?=[A-Za-z0-9-]*[A-Za-z-])[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.?")
_LABEL_ENDS = re.compile(r"%\{[^}]*\}$")


class Malformed(Exception):
    """The record is an error (permerror)."""


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One mechanism of a record."""

    qualifier: str
    name: str
    target: str = ""
    """A name, perhaps with macros, or a network; empty for the domain itself."""
    bits4: int = 32
    bits6: int = 128


@dataclass(frozen=True, slots=True)
class Terms:
    """A record, taken apart."""

    mechanisms: tuple[Mechanism, ...]
    redirect: str | None
    """Of no meaning beside ``all``, which always matches first."""


@dataclass(frozen=True, slots=True)
class Macros:
    """What macros stand for."""

    address: IPv4Address | IPv6Address
    sender: str
    domain: str
    helo: str
    own_name: str


def is_record(text: str) -> bool:
    """Tell whether a text is an SPF record (4.5)."""
    return text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")


def is_domain(name: str) -> bool:
    """Tell whether a name may be asked for: two labels at least, none of them empty or too long (4.3)."""
    labels = name.split(".")
    return len(labels) > 1 and len(name) <= LONGEST_NAME and all(0 < len(each) <= LONGEST_LABEL for each in labels)


def parsed(record: str) -> Terms:
    """Take a record apart.

    Raises:
        Malformed: Any of it breaks the grammar.
    """
    if not (record.isascii() and record.isprintable()):
        raise Malformed("not plain ASCII")
    mechanisms, modifiers = list[Mechanism](), dict[str, str]()
    for term in record.split(" ")[1:]:
        modifier = _MODIFIER.fullmatch(term)
        if modifier is not None:
            _modifier(modifiers, modifier[1].lower(), modifier[2])
        elif term:
            mechanisms.append(_mechanism(term))
    return Terms(tuple(mechanisms), modifiers.get("redirect"))


def _modifier(known: dict[str, str], name: str, value: str) -> None:
    if name in ("redirect", "exp"):
        if name in known:
            raise Malformed(f"{name} twice")
        _checked(value)
        known[name] = value
    elif "%" in _EXP_MACRO.sub("", value):
        raise Malformed(f"the value of {name}")


def _mechanism(term: str) -> Mechanism:
    found = _DIRECTIVE.fullmatch(term)
    if found is None:
        raise Malformed(f"no term: {term[:40]}")
    qualifier, name, rest = found[1] or "+", found[2].lower(), found[3]
    if name == "all":
        if rest:
            raise Malformed("all takes nothing")
        return Mechanism(qualifier, name)
    if name in ("ip4", "ip6"):
        return Mechanism(qualifier, name, _network(name, rest))
    parts = _NAME_AND_BITS.fullmatch(rest)
    if parts is None:
        raise Malformed(f"no name: {rest[:40]}")
    target, bits4, bits6 = parts[1] or "", int(parts[2] or 32), int(parts[3] or 128)
    if name in ("include", "exists", "ptr") and (parts[2] or parts[3]):
        raise Malformed(f"{name} takes no length")
    if target or name in ("include", "exists"):
        _checked(target)
    if bits4 > IPv4Address(0).max_prefixlen or bits6 > IPv6Address(0).max_prefixlen:
        raise Malformed("a prefix that is too long")
    return Mechanism(qualifier, name, target, bits4, bits6)


def _network(name: str, rest: str) -> str:
    text = rest[1:]
    if not rest.startswith(":") or re.search(r"/(?!0$|[1-9]\d*$)", text):
        raise Malformed(f"no network: {text[:40]}")
    try:
        network = (IPv4Network if name == "ip4" else IPv6Network)(text, strict=False)
    except ValueError:
        raise Malformed(f"no network: {text[:40]}") from None
    return str(network)


def _checked(spec: str) -> None:
    """Refuse what is no domain-spec (7.1): macros that do not exist, or an end that is no label."""
    if not spec or "%" in _MACRO.sub("", spec):
        raise Malformed(f"no name: {spec[:40]}")
    ends = _MACRO.sub("x", spec)
    last_is_macro = _LABEL_ENDS.search(spec) is not None
    top = ends.rstrip(".").rfind(".")
    if not (last_is_macro or (top > -1 and _TOP.fullmatch(ends[top:]))):
        raise Malformed(f"no name: {spec[:40]}")


def asks_own_name(spec: str) -> bool:
    """Tell whether a name needs the validated name of the sending host."""
    return any((each[1] or "").lower() == "p" for each in _MACRO.finditer(spec))


def expanded(spec: str, macros: Macros) -> str:
    """Return a name with its macros filled in, without labels at its left that make it too long (7.3)."""
    name = _MACRO.sub(lambda match: _value(match, macros), spec).rstrip(".")
    return name if len(name) <= LONGEST_NAME else name[-LONGEST_NAME - 1 :].partition(".")[2]


def _value(match: "re.Match[str]", macros: Macros) -> str:
    if match[5]:
        return {"%": "%", "_": " ", "-": "%20"}[match[5]]
    letter, digits = match[1].lower(), match[2]
    if digits and int(digits[:9]) == 0:
        raise Malformed("a macro that keeps nothing")
    parts = re.split(f"[{re.escape(match[4] or '.')}]", _letter(letter, macros))
    parts = parts[::-1] if match[3] else parts
    value = ".".join(parts[-int(digits[:9]) :] if digits else parts)
    return quote(value, safe="-._~") if match[1].isupper() else value


def _letter(letter: str, macros: Macros) -> str:
    local, _, domain = macros.sender.rpartition("@")
    address = macros.address
    four = isinstance(address, IPv4Address)
    return {
        "s": macros.sender, "l": local, "o": domain, "d": macros.domain, "h": macros.helo, "p": macros.own_name,
        "v": "in-addr" if four else "ip6",
        "i": str(address) if four else ".".join(address.exploded.replace(":", "")),
    }[letter]  # fmt: skip
