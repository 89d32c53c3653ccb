"""What a job found in a file is read by everybody in their own language, and what it asks, too."""

from domain.kernel import timeline
from domain.kernel.actor import Actor
from domain.kernel.core import Core
from domain.kernel.speech import Reader, spoken_to
from domain.ledger.csv_import.refusals import FileUnreadable
from domain.operations.imports import cards, handing
from domain.operations.imports.events import ImportDropped
from domain.operations.imports.said import Asked
from tests.domain.operations.imports.test_imports import ANNA, FILE, HEADER, anna, card, handed_in

__all__ = ["anna"]

GERMAN = Reader("de", "de_DE")


async def test_the_preview_of_a_file_is_read_in_german(core: Core, anna: Actor) -> None:
    import_id = await handed_in(core, anna, f"{FILE}INV-3,Acme Ltd,2026-04-25,12.345,EUR,c@acme.example\n")

    with spoken_to(GERMAN):
        found = (await card(core, import_id)).findings

    assert found is not None
    assert "Kunden: 2 neu, 0 geändert." in found.told
    assert found.reasons[0].what_to_do.startswith("Der Betrag hat mehr Nachkommastellen")
    assert found.reading.columns[0].meant == "Rechnungsnummer"


async def test_a_question_is_asked_in_german_and_kept_in_no_language(core: Core, anna: Actor) -> None:
    dates = FILE.replace("2026-03-25", "03/04/2026").replace("2026-04-25", "04/05/2026")
    import_id = await handed_in(core, anna, dates)

    english = (await card(core, import_id)).question
    with spoken_to(GERMAN):
        german = (await card(core, import_id)).question

    assert english is not None
    assert german is not None
    assert english.what is german.what is Asked.DATE_ORDER
    assert english.text == "In which order are the dates written?"
    assert german.text == "In welcher Reihenfolge stehen die Daten?"
    assert german.why.startswith("Kein Datum der Datei unterscheidet Tag und Monat:")


async def test_why_a_file_cannot_be_imported_is_read_in_german(core: Core, anna: Actor) -> None:
    import_id = await handed_in(core, anna, f"{HEADER}\n", name="empty.csv")

    with spoken_to(GERMAN):
        why = (await card(core, import_id)).reason
        row = await core.database.row("SELECT id FROM timeline_entry WHERE kind = 'import.dropped'")
        assert row is not None
        event = (await timeline.entry(core, row["id"])).event

    assert why.startswith("empty.csv hat eine Kopfzeile und keine Zeilen;")
    assert isinstance(event, ImportDropped)
    with spoken_to(GERMAN):
        assert event.told() == f"empty.csv kann nicht importiert werden: {why}"
    assert event.told().startswith("empty.csv cannot be imported: empty.csv has a header")


async def test_a_reason_in_somebodys_own_words_stays_as_it_is(core: Core, anna: Actor) -> None:
    event = await handing.hand_in(core, source="test:own", file_name="own.csv", channel="D1", chat_id=ANNA, actor=anna)
    await handing.refused(core, import_id=event.import_id, reason=str(FileUnreadable("{not} ours")), actor=anna)

    with spoken_to(GERMAN):
        found = await cards.card(core, import_id=event.import_id)

    assert found is not None
    assert found.reason == "{not} ours"
