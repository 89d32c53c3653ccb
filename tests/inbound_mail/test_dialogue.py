"""The dialogue without a socket: every command, in and out of its turn."""

from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.core import Core
from inbound_mail.dialogue import Dialogue, Then
from inbound_mail.host import Host
from inbound_mail.limits import Limits
from inbound_mail.rates import Rates
from tests.clocks import StandingClock
from tests.conftest import KEYS, MERCHANT

LIMITS = Limits(max_bytes=1000, recipients=2, commands=50, idle_commands=3, mails_a_minute=3)


CORE = cast("Core", SimpleNamespace(merchant=MERCHANT, keys=KEYS, clock=StandingClock()))
"""As much of a core as a dialogue may need: it stores nothing."""

HOST = Host(CORE, LIMITS, None, rates=Rates(lambda: 0.0), peer="192.0.2.2")


@pytest.fixture
def dialogue() -> Dialogue:
    """A dialogue with a server that has no certificate."""
    return Dialogue(Host(CORE, LIMITS, None, rates=Rates(lambda: 0.0), peer="192.0.2.1"))


def said(dialogue: Dialogue, *lines: str) -> list[str]:
    """Return the codes of the answers."""
    return [dialogue.hear(line.encode()).text[:3] for line in lines]


def test_commands_in_their_order_lead_to_a_mail(dialogue: Dialogue) -> None:
    codes = said(dialogue, "EHLO a.example", "MAIL FROM:<x@y.example> SIZE=10 BODY=8BITMIME", "RCPT TO:<postmaster>")
    answer = dialogue.hear(b"DATA")

    assert codes == ["250", "250", "250"]
    assert (answer.text[:3], answer.then) == ("354", Then.TAKE_MAIL)
    assert (dialogue.envelope.sender, dialogue.envelope.sent_to) == ("x@y.example", ["postmaster"])


@pytest.mark.parametrize(
    ("lines", "last"),
    [
        (["MAIL FROM:<>"], "503"),
        (["EHLO"], "501"),
        (["HELO"], "501"),
        (["EHLO x", "RCPT TO:<postmaster>"], "503"),
        (["EHLO x", "DATA"], "503"),
        (["EHLO x", "MAIL FROM:<>", "DATA"], "503"),
        (["EHLO x", "MAIL FROM:<>", "MAIL FROM:<>"], "503"),
        (["EHLO x", "MAIL FROM:<>", "RCPT TO:<postmaster>", "DATA now"], "501"),
        (["EHLO x", "MAIL FROM:<>", "RCPT TO:<>"], "501"),
        (["EHLO x", "MAIL FROM:<>", "RCPT TO:<postmaster> NOTIFY=NEVER"], "555"),
        (["EHLO x", "MAIL <>"], "501"),
        (["EHLO x", "MAIL FROM:<> SIZE=1001"], "552"),
        (["EHLO x", "MAIL FROM:<> SIZE=x"], "501"),
        (["EHLO x", "MAIL FROM:<> BODY=BINARYMIME"], "501"),
        (["EHLO x", "MAIL FROM:<> AUTH=<>"], "555"),
        (["EHLO x", "MAIL FROM:<>", "RCPT TO:<x@elsewhere.example>"], "550"),
        (["EHLO x", "MAIL FROM:<>", *["RCPT TO:<postmaster>"] * 3], "452"),
        (["EHLO x", "MAIL FROM:<>", "RSET", "RCPT TO:<postmaster>"], "503"),
        (["EHLO x", "MAIL FROM:<>", "EHLO y", "RCPT TO:<postmaster>"], "503"),
        (["EHLO x", *["MAIL FROM:<>", "RSET"] * 3, "MAIL FROM:<>"], "450"),
        (["STARTTLS"], "502"),
        (["AUTH PLAIN AGEAYg=="], "502"),
        (["BDAT 10 LAST"], "502"),
        (["NOOP", "NOOP", "NOOP", "NOOP"], "421"),
        (["GET / HTTP/1.1"], "554"),
        (["x" * 2000], "500"),
        ([""], "500"),
    ],
)
def test_what_is_out_of_turn_or_too_much_is_refused(dialogue: Dialogue, lines: list[str], last: str) -> None:
    assert said(dialogue, *lines)[-1] == last


def test_too_many_commands_end_the_session(dialogue: Dialogue) -> None:
    answers = [dialogue.hear(b"RSET") for _ in range(51)]

    assert [each.then for each in answers] == [Then.GO_ON] * 50 + [Then.HANG_UP]


@given(line=st.binary(max_size=1500))
def test_no_line_breaks_the_dialogue_and_every_answer_is_a_line_with_a_code(line: bytes) -> None:
    answer = Dialogue(HOST).hear(line)

    assert answer.text[:3].isdigit()
    assert answer.text.isascii()
