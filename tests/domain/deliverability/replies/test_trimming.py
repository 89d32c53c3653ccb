"""What is new in an answer, what it quotes, and its signature."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.deliverability.replies import trimming

ANNOUNCED = [
    "On Mon, 16 Nov 2026 at 10:00, Plixo <r@plixo.example> wrote:",
    "On Nov 16, 2026, at 10:00 AM, Plixo <r@plixo.example> wrote:",
    "On Mon, Nov 16, 2026 at 10:00 AM a rather long name of a department via Plixo <\nr@plixo.example> wrote:",
    "Am Mo., 16. Nov. 2026 um 10:00 Uhr schrieb Plixo <r@plixo.example>:",
    "Am 16.11.26 um 10:00 schrieb Plixo:",
    "Plixo <r@plixo.example> schrieb am Mo., 16. Nov. 2026,\num 10:00 Uhr:",
    "Le lun. 16 nov. 2026 à 10:00, Plixo <r@plixo.example> a écrit :",
    "El lun, 16 nov 2026 a las 10:00, Plixo (<r@plixo.example>) escribió:",
    "Il giorno lun 16 nov 2026 alle ore 10:00 Plixo <r@plixo.example> ha scritto:",
    "Op ma 16 nov 2026 om 10:00 schreef Plixo <r@plixo.example>:",
    "Em seg., 16 de nov. de 2026 às 10:00, Plixo <r@plixo.example> escreveu:",
    "Den mån 16 nov. 2026 kl 10:00 skrev Plixo <r@plixo.example>:",
    "pon., 16 lis 2026 o 10:00 Plixo <r@plixo.example> napisał(a):",
    "po 16. 11. 2026 v 10:00 odesílatel Plixo <r@plixo.example> napsal:",
    "пн, 16 нояб. 2026 г. в 10:00, Plixo <r@plixo.example>:",
    "2026年11月16日(月) 10:00 Plixo <r@plixo.example>:",
    "2026년 11월 16일 (월) 오전 10:00, Plixo <r@plixo.example>님이 작성:",
    "Plixo <r@plixo.example> 于2026年11月16日周一 10:00写道:",
    "ma 16. marrask. 2026 klo 10.00 Plixo (r@plixo.example) kirjoitti:",
    "Plixo <r@plixo.example>, 16 Kas 2026 Pzt, 10:00 tarihinde şunu yazdı:",
    "Plixo said the following on 11/16/2026 10:00 AM:",
    "Quoting Plixo <r@plixo.example>:",
    "---- On Mon, 16 Nov 2026 10:00:00 +0100 Plixo <r@plixo.example> wrote ----",
    "-----Original Message-----",
    "-------- Ursprüngliche Nachricht --------",
    "Begin forwarded message:",
    "________________________________\nFrom: Plixo <r@plixo.example>\nSent: 16 November 2026\nTo: Ann\nSubject: x",
    "Von: Plixo <r@plixo.example>\nGesendet: Montag, 16. November 2026 10:00\nAn: Ann\nBetreff: Erinnerung",
    "De : Plixo <r@plixo.example>\nEnvoyé : lundi 16 novembre 2026 10:00\nÀ : Ann\nObjet : Rappel",
    "De: Plixo <r@plixo.example>\nEnviado el: lunes, 16 de noviembre de 2026 10:00\nPara: Ann\nAsunto: Recordatorio",
    "*From:* Plixo <r@plixo.example>\n*Date:* Mon, 16 Nov 2026\n*To:* Ann\n*Subject:* x",
    "发件人: Plixo\n发送时间: 2026年11月16日\n收件人: Ann\n主题: x",
]
"""How mail programs announce what is answered."""

QUOTED = ["> Dear Ann,\n> when will you pay?", "Dear Ann,\nwhen will you pay?"]

APPENDED = [
    "Sent from my iPhone",
    "Von meinem iPhone gesendet",
    "Envoyé de mon iPhone",
    "Enviado desde mi iPhone",
    "Get Outlook for iOS<https://aka.example/x>",
    "Holen Sie sich Outlook für Android",
    "Télécharger Outlook pour iOS",
    "Obtener Outlook para Android",
    "Gesendet mit der GMX Mail App",
    "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
    "-- \nAnn Example\nACME Ltd\n+44 20 7946 0123",
    "________________\nAnn Example | ACME Ltd",
    "This e-mail is confidential and intended solely for Ann.\nIf you are not the intended recipient, delete it.",
]

WORDS = [
    "Sent from our warehouse on Friday, but the goods never arrived.",
    "Sent via bank transfer yesterday.",
    "On Friday we pay 500.\n\nFrom Monday on we are closed.",
    "Please note:\n\nVon: Lager\nBis: Büro",
    "As Ann wrote:\nwe pay on Friday.",
    "Please write to ap@acme.example:\n> the same\nas before.",
    "Prices:\n\n-----\nThe first one is too high, and we have told you so before.",
]
"""Texts that look a little like a quote or a signature and are none."""


@pytest.mark.parametrize("announced", ANNOUNCED)
@pytest.mark.parametrize("quoted", QUOTED)
def test_what_is_announced_is_quoted(announced: str, quoted: str) -> None:
    trimmed = trimming.trim(f"We pay on Friday.\n\nThanks\nAnn\n\n{announced}\n\n{quoted}\n")

    assert trimmed == trimming.Trimmed("We pay on Friday.\n\nThanks\nAnn", f"{announced}\n\n{quoted}", "")


@pytest.mark.parametrize("announced", ANNOUNCED)
def test_an_answer_below_a_marked_quote_is_new(announced: str) -> None:
    trimmed = trimming.trim(f"{announced}\n> when will you pay?\n\nOn Friday.\n")

    assert trimmed.new == "On Friday."


@pytest.mark.parametrize("appended", APPENDED)
def test_a_signature_stands_by_itself(appended: str) -> None:
    trimmed = trimming.trim(f"We pay on Friday.\n\n{appended}\n\n{ANNOUNCED[0]}\n{QUOTED[0]}")

    assert trimmed.new == "We pay on Friday."
    assert trimmed.signature == "\n".join(line.rstrip() for line in appended.split("\n"))


@pytest.mark.parametrize("text", WORDS)
def test_words_that_look_like_a_quote_or_a_signature_stay(text: str) -> None:
    assert trimming.trim(text) == trimming.Trimmed(text, "", "")


def test_a_quote_that_begins_in_the_line_that_announces_it_is_quoted() -> None:
    said = "On Monday, November 16, 2026, 10:00, Plixo <r@plixo.example> wrote: Dear Ann, when will you pay?"

    assert trimming.trim(f"On Friday.\n\n{said}") == trimming.Trimmed("On Friday.", said, "")


def test_answers_between_quotes_keep_them() -> None:
    text = "> When will you pay?\n\nOn Friday.\n\n> And the other one?\n\nNext week."

    trimmed = trimming.trim(f"{ANNOUNCED[0]}\n{text}\n\n> Regards, Plixo\n")

    assert trimmed.new == text
    assert trimmed.quoted == f"{ANNOUNCED[0]}\n> Regards, Plixo"


def test_a_warning_of_a_server_is_not_the_answer() -> None:
    trimmed = trimming.trim("[EXTERNAL] This email originated from outside of our company.\n\nWe pay on Friday.")

    assert trimmed.new == "We pay on Friday."


def test_a_forwarded_mail_without_a_word_has_no_new_text() -> None:
    header = next(each for each in ANNOUNCED if each.startswith("Von:"))

    assert trimming.trim(f"{header}\n\nSehr geehrte Frau Beispiel").new == ""


KNOWN = [line for each in (*ANNOUNCED, *QUOTED, *APPENDED, *WORDS) for line in each.split("\n")]
LINES = st.lists(st.sampled_from([*KNOWN, "", "  ", "```", "C> x"]) | st.text(max_size=40), max_size=30)


@settings(max_examples=300, deadline=None)
@given(LINES)
def test_every_line_is_kept_once_whatever_it_is(lines: list[str]) -> None:
    text = "\n".join(lines).replace("\r\n", "\n")

    trimmed = trimming.trim(text)

    parts = f"{trimmed.new}\n{trimmed.quoted}\n{trimmed.signature}"
    assert sorted(filter(None, map(str.rstrip, parts.split("\n")))) == sorted(
        filter(None, map(str.rstrip, text.split("\n")))
    )
