"""Where a mail ends, however its bytes are cut into pieces."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from inbound_mail.intake import Fate, Flooded, Intake, Room

LIMIT = 60
TEXTS = st.lists(st.sampled_from([b"\r", b"\n", b".", b"\0", b"x", b"\r\n", b"\r\n.\r\n"]), max_size=25).map(b"".join)

ENDS = (b"\r\n", b"\r", b"\n")


def fed(text: bytes, cuts: list[int], *, max_bytes: int = 10_000) -> tuple[Fate, bytes, bytes | None]:
    """Return what becomes of a text that arrives in pieces: its fate, the mail, and what stands behind its end."""
    room = Room(max_bytes)
    intake = Intake(max_bytes=max_bytes, room=room)
    bounds = sorted({min(cut, len(text)) for cut in cuts} | {0, len(text)})
    for start, end in pairwise(bounds):
        rest = intake.feed(text[start:end])
        if rest is not None:
            body = intake.body() if intake.fate is Fate.TAKEN else b""
            intake.release()
            assert room.take(max_bytes), "all memory was given back"
            return intake.fate, body, rest + text[end:]
    return intake.fate, b"", None


def expected(text: bytes) -> tuple[Fate, bytes, bytes | None] | None:
    """Return the same by the plainest reading of the rules; None when the mail does not end."""
    mail, end, rest = (b"\r\n" + text).partition(b"\r\n.\r\n")
    if not end:
        return None
    mail += b"\r\n"
    lone = [before + nul + b"." + after for before in ENDS for nul in (b"", b"\0") for after in ENDS]
    false_end = any(each in mail for each in lone)
    body = mail.replace(b"\r\n.", b"\r\n")[2:]
    return (Fate.FALSE_END, b"", rest) if false_end else (Fate.TAKEN, body, rest)


@given(text=TEXTS, cuts=st.lists(st.integers(0, 80), max_size=10))
def test_the_cuts_between_pieces_change_nothing(text: bytes, cuts: list[int]) -> None:
    assert fed(text, cuts) == fed(text, [])


@given(text=TEXTS, cuts=st.lists(st.integers(0, 80), max_size=10))
def test_a_mail_ends_at_a_lone_dot_between_crlf_and_a_lone_dot_between_others_spoils_it(
    text: bytes, cuts: list[int]
) -> None:
    wanted = expected(text)

    fate, body, rest = fed(text, cuts)

    assert (wanted is None) == (rest is None)
    if wanted is not None:
        assert (fate, body, rest) == wanted


@given(text=TEXTS)
def test_no_more_is_held_than_the_limit(text: bytes) -> None:
    intake = Intake(max_bytes=LIMIT, room=Room(10_000))
    for piece in [text[n : n + 7] for n in range(0, len(text), 7)]:
        try:
            if intake.feed(piece) is not None:
                break
        except Flooded:
            break

        assert len(intake._buffer) <= LIMIT + 2 + 5
