"""Mails that are small to send and hard to read."""

import base64


def nested_parts() -> bytes:
    """Return a thousand multiparts, each in the one before."""
    opened = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(1000))
    return b"Subject: nested\r\n" + opened + b"Content-Type: text/plain\r\n\r\nx\r\n"


def many_headers() -> bytes:
    """Return fifty thousand headers."""
    return b"".join(b"X-Header-%d: value\r\n" % n for n in range(50_000)) + b"\r\nx\r\n"


def one_huge_header() -> bytes:
    """Return one header of a million folded lines' size."""
    return b"Subject: " + b"=?utf-8?B?w6Q=?=\r\n " * 100_000 + b"x\r\n\r\nx\r\n"


def packed_in_base64() -> bytes:
    """Return a message in base64 in a message in base64, eight times over."""
    inner = b"Subject: innermost\r\n\r\n" + b"x" * 50_000
    for _ in range(8):
        packed = base64.encodebytes(inner).replace(b"\n", b"\r\n")
        inner = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + packed
    return inner


def many_blocks() -> bytes:
    """Return a report about ten thousand recipients."""
    head = b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
    blocks = b"".join(
        b"Final-Recipient: rfc822; a%d@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n" % n for n in range(10_000)
    )
    status = b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n" + blocks
    return b"From: MAILER-DAEMON@mx.example\r\n" + head + status + b"--b--\r\n"


def many_brackets() -> bytes:
    """Return a sender of twenty thousand opened comments."""
    return b"From: " + b"(" * 20_000 + b"\r\nSubject: x\r\n\r\nx\r\n"


def many_parts() -> bytes:
    """Return fifty thousand parts beside each other."""
    return b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * 50_000 + b"--b--\r\n"


def one_long_line() -> bytes:
    """Return a text of one line of three megabytes."""
    return b"Subject: x\r\n\r\n" + b"no end, " * 400_000 + b"\r\n"


ALL = [
    nested_parts,
    many_headers,
    one_huge_header,
    packed_in_base64,
    many_blocks,
    many_brackets,
    many_parts,
    one_long_line,
]
