"""Windows with made-up contents, for golden pictures and for tests with hostile texts; each noun adds its own."""

from datetime import UTC, datetime
from uuid import UUID

from bot import modals
from bot.modals import Modal
from bot.views import questions
from domain.casework.questions import QuestionFile, QuestionView
from domain.casework.states import QuestionState
from tests.bot.desk_windows_made import desk_windows
from tests.bot.import_views_made import import_windows
from tests.bot.operations_views_made import operations_windows
from tests.bot.people_views_made import people_windows
from tests.bot.readiness_views_made import readiness_windows
from tests.bot.work_windows_made import work_windows

SOME_ID = UUID("11111111-2222-4333-8444-555555555555")


def every_window(name: str = "Acme Ltd") -> dict[str, Modal]:
    """Return every window by its name; *name* stands wherever a stranger's text can."""
    return {
        "waiting": modals.waiting(),
        "question answer": questions.answer_form(a_question(name)),
        **desk_windows(name),
        **people_windows(name),
        **readiness_windows(name),
        **operations_windows(name),
        **import_windows(name),
        **work_windows(name),
    }


def a_question(name: str) -> QuestionView:
    """Return a question that waits."""
    return QuestionView(
        id=SOME_ID,
        reference="Q-1A2B-3C4D",
        invoice_id=SOME_ID,
        invoice_number=name,
        account_name=name,
        asker=name,
        text=name,
        state=QuestionState.ASKED,
        answer="",
        ended_by="",
        asked_at=datetime(2026, 3, 10, 9, tzinfo=UTC),
        ended_at=None,
        files=(QuestionFile(SOME_ID, name, 1),),
    )
