"""Score the reading of mail over the real samples and print the tables; exit code 1 when a goal is missed.

python -m tests.mail_score           the score, by its goals
python -m tests.mail_score --all     each provider on its own as well, and every mail that was read wrongly

The samples lie in the folder that the variable PLIXO_SHARED_DATA names, or in ../shared/data beside the checkout.
"""

import sys
import time

from rich.console import Console
from rich.table import Table

from domain.deliverability.reading import Kind, read
from tests.mail_score import replies as answers
from tests.mail_score import strangers
from tests.mail_score.scoring import Sample, Score, replies, samples, share
from tests.shared_data import sample_path


def _goals(score: Score, wrong_replies: list[str]) -> list[tuple[str, str, str, bool]]:
    """Return the lines of the table of goals: what, reached, goal, whether it is reached."""
    least = (
        ("recipients found", share(score.recipients), 0.985),
        ("… and no other address", share(score.exact), 0.98),
        ("dead told from alive", share(score.hard), 0.97),
        ("original before final recipient", share(score.original), 1.0),
        ("complaints recognised, with recipient", share(score.complaints), 1.0),
        ("delayed seen as delayed", share(score.late), 1.0),
    )
    most = (
        ("live addresses called dead", score.false_hard_share, 0.005),
        ("recipients read where nothing failed", float(len(score.false_recipient)), 0),
        ("replies of persons not taken as such", float(len(wrong_replies)), 0),
        ("mails of another kind than expected", float(len(score.wrong_kind)), 0),
        ("crashes", float(len(score.crashed)), 0),
    )
    lines = [(what, f"{got:.1%}", f"≥ {goal:.1%}", got >= goal) for what, got, goal in least]
    for what, got, goal in most:
        shown = (f"{got:.1%}", f"≤ {goal:.1%}") if goal else (f"{got:.0f}", "0")
        lines.append((what, *shown, got <= goal))
    return lines


def _print_goals(console: Console, lines: list[tuple[str, str, str, bool]], mails: int) -> None:
    table = Table("what", "reached", "goal", "", title=f"reading {mails} real mails")
    for what, got, goal, good in lines:
        table.add_row(what, got, goal, "ok" if good else "MISSED")
    console.print(table)


def _print_strangers(console: Console, found: list[strangers.Group], *, every: bool) -> None:
    known, stranger = Score(), Score()
    for group in found:
        known.add(group.known)
        stranger.add(group.stranger)
    table = Table("provider", "mails", "lines left out", "recipients", "exact", "dead or alive", "false dead", "kind",
                  title="each provider read without the lines that only it has taught")  # fmt: skip
    for group in found:
        if every or group.known.mails >= 8:
            table.add_row(group.name[:40], str(group.known.mails), str(group.left_out), *_figures(group.stranger))
    table.add_section()
    table.add_row("all, as strangers", str(stranger.mails), "", *_figures(stranger))
    table.add_row("all, as known", str(known.mails), "", *_figures(known))
    console.print(table)


def _figures(score: Score) -> tuple[str, ...]:
    return (f"{share(score.recipients):.1%}", f"{share(score.exact):.1%}", f"{share(score.hard):.1%}",
            f"{score.false_hard_share:.1%}", f"{1 - len(score.wrong_kind) / max(1, score.mails):.1%}")  # fmt: skip


def _print_wrong(console: Console, score: Score, title: str) -> None:
    for what, names in (
        ("recipients", [name for name, good in score.exact.items() if not good]),
        ("missed dead", [name for name, good in score.hard.items() if not good and name not in score.false_hard]),
        ("false dead", score.false_hard), ("kind", score.wrong_kind), ("false recipient", score.false_recipient),
    ):  # fmt: skip
        if names:
            console.print(f"{title}, {what}: {' '.join(names)}", soft_wrap=True)


def _speed(mails: list[Sample]) -> float:
    begun = time.process_time()
    for sample in mails:
        read(sample.raw)
    return len(mails) / (time.process_time() - begun)


def main(words: list[str]) -> int:
    """Print the tables and return the exit code."""
    folder, every = sample_path("mail"), "--all" in words
    console = Console(width=None if sys.stdout.isatty() else 130)
    if not (folder / "expected.json").exists():
        console.print(f"There are no sample mails in {folder}; PLIXO_SHARED_DATA names the folder that holds mail/.")
        return 2
    mails = samples(folder)
    score = strangers.scored(mails)
    wrong_replies = [name for name, raw in replies(folder / "replies") if read(raw).kind is not Kind.HUMAN]
    lines = _goals(score, wrong_replies) + answers.score(folder).goals()
    _print_goals(console, lines, score.mails)
    found = strangers.groups(mails)
    _print_strangers(console, found, every=every)
    console.print(f"{_speed(mails):,.0f} mails a second on one core")
    if every:
        _print_wrong(console, score, "wrong")
        for group in found:
            _print_wrong(console, group.stranger, f"wrong as strangers ({group.name})")
    return int(not all(good for *_, good in lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
