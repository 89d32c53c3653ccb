"""`plixo mail health`: how the mail of the last seven days was received, against the limits."""

from collections.abc import Iterator
from typing import Annotated

import typer

from domain.outreach import mail_reports
from domain.outreach.mail_reports import Line, MailReport
from plixo import shell

Of = Annotated[str, typer.Argument(metavar="DOMAIN", help="Recipients' domain or provider; nothing for all.")]


def health(of: Of = "", as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show sent mails, bounces and complaints by provider, the warm-up, breakers and the worst recipients."""
    found = shell.run(lambda core: mail_reports.report(core, of=of))
    if as_json:
        shell.print_json(shell.plain(found))
        return
    for line in _lines(found):
        typer.echo(line)


def _lines(found: MailReport) -> Iterator[str]:
    yield f"{found.domain} since {found.since:%Y-%m-%d %H:%M} UTC{f', to {found.of}' if found.of else ''}"
    yield f"{'to':32}{'sent':>8}{'hard':>8}{'complaints':>12}{'soft':>8}  standing"
    yield from map(_line, (*found.providers, Line("together", found.whole)))
    warm = found.warm_up
    yield f"today: {warm.sent_today} sent, {f'cap {warm.cap}' if warm.cap else 'no cap'} ({warm.note})"
    for each in found.breakers:
        yield f"paused: {each.provider} until {each.until:%Y-%m-%d %H:%M} UTC ({each.reason})"
    for head, worst in (("domain", found.worst_domains), ("contact", found.worst_contacts)):
        for line in worst:
            yield f"worst {head}: {_line(line)}"
    for reason, count in found.suppressed:
        yield f"suppressed: {count} {reason}"


def _line(line: Line) -> str:
    told = line.figures
    return f"{line.name[:31]:32}{told.sent:>8}{told.hard:>8}{told.complaints:>12}{told.soft:>8}  {told.standing.value}"
