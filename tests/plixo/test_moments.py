"""What the shell prints may quote strangers, whose control characters never reach a terminal."""

import pytest

from plixo.commands import moments

WORDS = "a\x1b]0;renamed\x07b \x1b[2J\u202etxt.exe\u2066 caf\u00e9 1\u202f200,00\u00a0\u20ac"


def test_a_strangers_words_do_nothing_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    moments.listed([WORDS], [WORDS], as_json=False, empty="nothing")

    assert capsys.readouterr().out == "a]0;renamedb [2Jtxt.exe caf\u00e9 1\u202f200,00\u00a0\u20ac\n"
