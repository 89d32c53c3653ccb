"""Refusals of what is asked of a file that was handed in; their tree is in ``operations/refusals.py``."""

from domain.kernel.refusals import NotFound, Refusal


class ImportUnknown(NotFound):
    """Say that there is no such import."""

    def __init__(self) -> None:
        super().__init__("There is no such import any more. Share the file again.")


class ImportOver(Refusal):
    """Say what has become of the import."""

    def __init__(self, file_name: str, state: str) -> None:
        super().__init__(f"The import of {file_name} is {state}; there is nothing to decide. Share the file again.")


class PreviewOutdated(Refusal):
    """Say that the preview that was looked at is not the current one."""

    def __init__(self, file_name: str) -> None:
        super().__init__(f"The preview of {file_name} has changed since. Look at the new one, then decide.")


class AnswerUnusable(Refusal):
    """Say that an answer does not fit its question."""


class FileTooLarge(Refusal):
    """Say up to which size files are taken in chat."""

    def __init__(self, file_name: str, most: int) -> None:
        super().__init__(
            f"{file_name} is larger than {most >> 20} MB, which is the most that is taken in chat. "
            "Import it in the shell: `plixo import`."
        )
