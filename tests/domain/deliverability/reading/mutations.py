"""Break mails as the world breaks them: each mutation takes a mail and a source of chance, and gives a damaged mail."""

import base64
import quopri
import random
import textwrap
from collections.abc import Callable

Mutation = Callable[[bytes, random.Random], bytes]

CHARSETS = (b"us-ascii", b"iso-8859-1", b"iso-2022-jp", b"koi8-r", b"utf-16", b"utf-7", b"big5", b"x-unknown", b"idna",
            b"unicode_escape", b"gb2312", b"shift_jis", b"punycode", b"utf-8-sig", b"cp037")  # fmt: skip


def cut_off(raw: bytes, chance: random.Random) -> bytes:
    """Cut the end off, anywhere."""
    return raw[: chance.randrange(len(raw) + 1)]


def cut_out(raw: bytes, chance: random.Random) -> bytes:
    """Take some lines out of the middle."""
    lines = raw.split(b"\n")
    at = chance.randrange(len(lines))
    return b"\n".join(lines[:at] + lines[at + chance.randrange(1, 6) :])


def duplicated(raw: bytes, chance: random.Random) -> bytes:
    """Repeat a stretch of lines."""
    lines = raw.split(b"\n")
    at = chance.randrange(len(lines))
    some = lines[at : at + chance.randrange(1, 20)]
    return b"\n".join(lines[:at] + some + lines[at:])


def glued(raw: bytes, chance: random.Random) -> bytes:
    """Put the mail behind itself, as a broken spool does."""
    return raw + chance.choice((b"", b"\n", b"\n\n", b"\r\n.\r\n")) + raw


def reencoded(raw: bytes, chance: random.Random) -> bytes:
    """Encode the body of a mail of one part anew, and say so; of others, encode one text."""
    head, blank, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    if b"multipart/" in head.lower() or b"content-transfer-encoding" in head.lower():
        return raw
    if chance.random() < 0.5:
        return head + b"\nContent-Transfer-Encoding: base64" + blank + base64.encodebytes(body)
    return head + b"\nContent-Transfer-Encoding: quoted-printable" + blank + quopri.encodestring(body)


def rewrapped(raw: bytes, chance: random.Random) -> bytes:
    """Wrap the lines of the body at another width, or fold the headers at every space."""
    head, blank, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    if chance.random() < 0.3:
        return b"\n".join(line.replace(b"; ", b";\n ") for line in head.split(b"\n")) + blank + body
    width = chance.choice((40, 60, 76, 998))
    if b"multipart/" in head.lower():
        return raw
    lines = body.decode("latin-1").split("\n")
    wrapped = [
        piece for line in lines for piece in (textwrap.wrap(line, width, break_long_words=False) if line else [""])
    ]
    return head + blank + "\n".join(wrapped).encode("latin-1")


def truncated_base64(raw: bytes, chance: random.Random) -> bytes:
    """Send the body as base64 and lose its end."""
    head, blank, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    if b"multipart/" in head.lower() or b"content-transfer-encoding" in head.lower():
        return raw
    coded = base64.encodebytes(body)
    return head + b"\nContent-Transfer-Encoding: base64" + blank + coded[: chance.randrange(len(coded) + 1)]


def other_line_ends(raw: bytes, chance: random.Random) -> bytes:
    """End the lines otherwise, all of them or one here and there."""
    unix = raw.replace(b"\r\n", b"\n")
    if chance.random() < 0.5:
        return unix.replace(b"\n", b"\r\n")
    return b"".join(line + chance.choice((b"\n", b"\r\n", b"\n")) for line in unix.split(b"\n"))


def other_charset(raw: bytes, chance: random.Random) -> bytes:
    """Claim another charset for every text."""
    charset = chance.choice(CHARSETS)
    head, blank, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    if b"charset=" not in raw.lower():
        return head + b"\nX-Charset: " + charset + blank + body if b"content-type" in head.lower() else (
            head + b"\nContent-Type: text/plain; charset=" + charset + blank + body)  # fmt: skip
    pieces = raw.split(b"charset=")
    return b"charset=".join([pieces[0], *(charset + b";x=" + piece for piece in pieces[1:])])


def noise(raw: bytes, chance: random.Random) -> bytes:
    """Change some bytes into others."""
    changed = bytearray(raw)
    for _ in range(chance.randrange(1, 12) if changed else 0):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def fewer_headers(raw: bytes, chance: random.Random) -> bytes:
    """Lose every header line with a certain chance."""
    head, blank, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    return b"\n".join(line for line in head.split(b"\n") if chance.random() < 0.8) + blank + body


KEEP_MEANING: tuple[Mutation, ...] = (reencoded, other_line_ends)
"""What a reader must not even notice."""

LOSE_NOTHING: tuple[Mutation, ...] = (duplicated, glued, rewrapped, *KEEP_MEANING)
"""Everything that was said is still there."""

ALL: tuple[Mutation, ...] = (cut_off, cut_out, truncated_base64, noise, fewer_headers, other_charset, *LOSE_NOTHING)
