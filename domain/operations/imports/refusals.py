"""Refusals of what is asked of a file that was handed in; their tree is in ``operations/refusals.py``."""

from domain.kernel.refusals import NotFound, Refusal
from domain.kernel.speech import say
from domain.operations.imports.events import state_word


class ImportUnknown(NotFound):
    """Say that there is no such import."""

    def __init__(self) -> None:
        super().__init__(say("There is no such import any more. Share the file again."))


class ImportOver(Refusal):
    """Say what has become of the import."""

    def __init__(self, file_name: str, state: str) -> None:
        super().__init__(
            say(
                "The import of {file} is {state}; there is nothing to decide. Share the file again.",
                file=file_name,
                state=state_word(state),
            )
        )


class PreviewOutdated(Refusal):
    """Say that the preview that was looked at is not the current one."""

    def __init__(self, file_name: str) -> None:
        super().__init__(
            say("The preview of {file} has changed since. Look at the new one, then decide.", file=file_name)
        )


class AnswerUnusable(Refusal):
    """Say that an answer does not fit its question."""


class FileTooLarge(Refusal):
    """Say up to which size files are taken in chat."""

    def __init__(self, file_name: str, most: int) -> None:
        super().__init__(
            say(
                "{file} is larger than {most} MB, which is the most that is taken in chat. "
                "Import it in the shell: `plixo import`.",
                file=file_name,
                most=most >> 20,
            )
        )
