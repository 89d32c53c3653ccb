"""Find e-mail addresses in headers and in the prose of reports, in the spellings that mail systems use."""

import re

_LOCAL = re.compile(r"""[^\s@<>()\[\]{},;:"`|\\\x00-\x20]{1,128}|"[^"\s@<>]{1,64}\"""")
_DOMAIN = re.compile(
    r"[A-Za-z0-9\u0080-\uffff][A-Za-z0-9\u0080-\uffff_-]{0,62}(?:\.[A-Za-z0-9\u0080-\uffff_-]{1,63}){0,8}"
)
"""Of an address as it stands in running text; the domain may be a single label, as inside a company."""

_UNQUOTED = re.compile(r"[^\s@<>,;]{1,128}@[A-Za-z0-9\u0080-\uffff][A-Za-z0-9\u0080-\uffff._-]{0,253}")

_BRACKETED = re.compile(r"<([^<>]{3,320})>")

MAX_FOUND = 500
"""Addresses looked at in one text."""

_SYSTEM_NAME = re.compile(
    r"mail(er)?[ -]?(delivery|daemon)|delivery (sub)?system|system administrator|content-filter at|ndr admin"
    r"|\bpostmaster\b|systemadministrator|administrateur syst|mail system|mail server",
    re.IGNORECASE,
)
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_DAEMONS = frozenset(
    {
        "mailer-daemon", "mailerdaemon", "mailer_daemon", "mail-daemon", "maildaemon", "mdaemon", "postmaster",
        "mail.delivery.system", "mail-delivery-system", "process-daemon", "root-daemon", "bounce-daemon", "smtpd",
        "mailscanner", "mail_daemon", "mailadm", "mail-deamon", "mailsystem", "microsoftexchange",
    }
)  # fmt: skip
"""Local parts under which mail systems write, without what follows a plus or digits."""


_UNSPACED = "\u0e00-\u0eff\u3000-\u9fff\uac00-\ud7af\uff00-\uffee"
"""Letters and punctuation of languages that set no space between a word and a foreign one, or hang endings on it."""

_BORDER = re.compile(f"(?<=[{_UNSPACED}])(?=[!-~])|(?<=[!-~])(?=[{_UNSPACED}])")


def set_apart(line: str) -> str:
    """Part an address in a line from words of a language that does not, such as Chinese and Korean."""
    return line if line.isascii() or "@" not in line else _BORDER.sub(" ", line)


def clean(address: str) -> str:
    """Return the address lower case, without brackets, punctuation and source route around it."""
    address = address.strip().strip("<>").strip(" \t'`,;:()[]").rstrip(".")
    if '"@' not in address:
        address = address.strip('"')
    if address.startswith("@") and ":" in address:  # an RFC 821 source route
        address = address.partition(":")[2]
    address = address.removeprefix("mailto:")
    return address.lower() if is_address(address) else ""


def is_address(text: str) -> bool:
    """Tell whether the text is one address and nothing else."""
    return len(text) <= 320 and _UNQUOTED.fullmatch(text) is not None


def in_text(text: str) -> list[str]:
    """Return every address in a text, lower case, each once, in order; in time linear to the text."""
    found: dict[str, None] = {}
    text = set_apart(text)
    at = text.find("@")
    while at >= 0 and len(found) < MAX_FOUND:
        local = _LOCAL.match(text[max(0, at - 128) : at][::-1])
        domain = _DOMAIN.match(text, at + 1, at + 256)
        if local and domain and (address := clean(f"{local[0][::-1]}@{domain[0]}")):
            found[address] = None
        at = text.find("@", at + 1)
    return list(found)


def in_header(value: str) -> list[str]:
    """Return the addresses of a From or To header; those in angle brackets win over those in comments."""
    if "@" not in value:
        return []
    bracketed = [each for found in _BRACKETED.findall(value) if (each := clean(found))]
    return list(dict.fromkeys(bracketed)) or in_text(value)


def of_field(value: str) -> tuple[str, str]:
    """Return address and rest of a ``Final-Recipient: rfc822; …`` field; the address is empty when there is none.

    The rest holds the text when it is no address, such as a pipe or a mailbox file.
    """
    kind, semicolon, address = value.partition(";")
    if not semicolon:
        kind, address = "", value
    address = address.strip()
    if kind.strip().lower() == "utf-8":
        address = re.sub(r"\\x\{([0-9A-Fa-f]{1,6})\}", lambda m: _character(int(m[1], 16)), address)
    if bracketed := re.search(r"<([^<>\s]+@[^<>\s]+)>", address):
        address = bracketed[1]
    whole = clean(address)
    if whole:
        return whole, ""
    if "+" in address and (decoded := clean(_XTEXT.sub(lambda m: _character(int(m[1], 16)), address))):
        return decoded, ""
    return "", address


def _character(number: int) -> str:
    return chr(number) if 32 < number < 0x110000 and not 0xD800 <= number < 0xE000 else "?"


def is_daemon(sender: str) -> bool:
    """Tell whether a From header names a mail system and not a person; an empty sender is one."""
    found = in_header(sender)
    if not found:
        local = sender.strip().strip("<>\"' ").lower()
        return local in ("", "null") or local.split("@")[0].strip() in _DAEMONS or _system_name(sender)
    local = found[0].rpartition("@")[0].partition("+")[0].strip('"')
    return (
        local in _DAEMONS
        or local.startswith(("mailer-daemon", "postmaster", "microsoftexchange"))
        or local.endswith(("-bounces", "-owner"))
        or (_system_name(sender.partition("<")[0]) and not sender.lstrip().startswith("<"))
    )


def is_mailer(sender: str) -> bool:
    """Tell whether a From header names a program that delivers mail and has nothing else to write."""
    local = next(iter(in_header(sender)), "").partition("@")[0]
    return local in _DAEMONS and local != "postmaster"


def _system_name(name: str) -> bool:
    return _SYSTEM_NAME.search(name) is not None
