"""How names stand in what Slack shows."""

import pytest

from bot import text
from domain.kernel import speech
from domain.kernel.actor import SHELL
from domain.kernel.speech import Reader


@pytest.mark.parametrize(
    ("locale", "told"), [("en", "command line"), ("de_DE", "Befehlszeile"), ("fr", "ligne de commande")]
)
def test_the_shell_is_named_in_the_readers_language_and_people_by_their_names(locale: str, told: str) -> None:
    with speech.spoken_to(Reader.of(locale[:2], locale)):
        assert text.who(SHELL.name) == told
        assert text.who("view") == "view", "a person whose name is a word of ours"
        assert text.who("<!channel>") == "&lt;!channel&gt;"
