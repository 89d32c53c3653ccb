"""Progress bars: how much of a file is read, on a terminal, and how fast."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class _Speed(ProgressColumn):
    """How many rows a second are read, as soon as it is known how many the file has; until then bytes."""

    def render(self, task: Task) -> Text:
        """Return the speed as it is shown."""
        if not task.speed:
            return Text("")
        per_byte = task.fields.get("per_byte")
        if per_byte is None:
            return Text(f"{task.speed / 1e6:,.1f} MB/s")
        return Text(f"{task.speed * per_byte:,.0f} rows/s")


class Bar:
    """How much of a file is read, on a terminal; where it has to be read twice, of both readings."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def __call__(self, read: int, whole: int) -> None:
        """Show that so many bytes of so many are read."""
        self._progress.update(self._task, completed=read, total=whole)

    def rows(self, per_byte: float) -> None:
        """Show the speed in rows from now on."""
        self._progress.update(self._task, per_byte=per_byte)


@contextmanager
def progress_bar(file_name: str) -> Iterator[Bar]:
    """Show on a terminal how much of a file is read, how fast, and how to stop it."""
    console = Console(stderr=True)
    shown = BarColumn(), TaskProgressColumn(), _Speed(), TimeRemainingColumn(), TextColumn("Ctrl-C cancels")
    with Progress(*shown, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield Bar(bar, bar.add_task(file_name, total=None))


@contextmanager
def counted(what: str, whole: int) -> Iterator[Callable[[int], None]]:
    """Show on a terminal how many of so many things are done; the first lines of output stay above it."""
    console = Console(stderr=True)
    shown = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*shown, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=whole)
        yield lambda done: bar.update(task, completed=done)
