"""The jobs table of the queue's own tests."""

from domain.kernel.jobs import JobKind

KINDS = (
    JobKind("note", "Notes that it ran.", attempts=3),
    JobKind("note_in_turn", "Notes that it ran, one at a time.", lock="turn-{key}"),
    JobKind("note_once", "Notes that it ran, queued at most once.", lock="once", queueing_lock="once-{key}"),
    JobKind("line", "Notes its arguments, one line after another.", lock="lines", queue="lines"),
    JobKind("note_or_tell", "Notes that it ran, or that it never could.", attempts=2, given_up="told"),
    JobKind("told", "Notes that another job was given up."),
)
