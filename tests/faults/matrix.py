"""The fault matrix: who can break, how, and while what happens, as literal tables; what makes no sense says why.

A cell is one party, one fault and one moment. It is played unless one of the three tables below gives a reason against
it: the fault means nothing for the party, the party takes no part in the moment, or just these three do not fit.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from plixo.part import Part


class Party(StrEnum):
    """Who breaks: one of our processes, or somebody whom they need."""

    PORTAL = "portal"
    BOT = "bot"
    INBOUND_MAIL = "inbound-mail"
    WORKER = "worker"
    SCHEDULER = "scheduler"
    ALL_IN_ONE = "all-in-one"
    POSTGRESQL = "PostgreSQL"
    REDIS = "Redis"
    RELAY = "SMTP relay"
    SLACK = "Slack"
    STRIPE = "Stripe"
    DISK = "disk"
    CLOCK = "clock"
    DNS = "DNS"


class Fault(StrEnum):
    """How they break."""

    KILL = "kill −9"
    HANG = "hang"
    SLOW = "slow"
    FULL = "full"
    WRONG = "wrong answer"
    PARTITION = "partition"
    RESTART = "restart"


class Moment(StrEnum):
    """What goes on meanwhile."""

    IMPORT = "import"
    SENDS = "sends"
    PAYMENTS = "payments"
    STORM = "inbound storm"


PROCESSES: Mapping[Party, Part | None] = {
    Party.PORTAL: Part.PORTAL,
    Party.BOT: Part.BOT,
    Party.INBOUND_MAIL: Part.INBOUND_MAIL,
    Party.WORKER: Part.WORKER,
    Party.SCHEDULER: Part.SCHEDULER,
    Party.ALL_IN_ONE: None,
}
"""The parties that are processes of ours; the last one runs every part."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One scenario."""

    party: Party
    fault: Fault
    moment: Moment

    def __str__(self) -> str:
        return f"{self.party} × {self.fault} × {self.moment}"


_OF_PROCESSES: Mapping[Fault, str] = {
    Fault.KILL: "SIGKILL, then started anew",
    Fault.HANG: "SIGSTOP, of a worker for longer than it counts as alive, then SIGCONT",
    Fault.SLOW: "each answer of the database to it comes a twentieth of a second later",
    Fault.FULL: "it can write no file, its log included (RLIMIT_FSIZE)",
    Fault.PARTITION: "its way to the database swallows everything, then breaks",
    Fault.RESTART: "SIGTERM, and started anew when it has ended",
}

_OF_SOCKETS: Mapping[Fault, str] = {
    Fault.KILL: "its connections are reset and nobody listens",
    Fault.HANG: "takes connections and says nothing, then answers everything late",
    Fault.SLOW: "each answer comes half a second later",
    Fault.PARTITION: "the way there swallows everything, then breaks",
}

HOW: Mapping[Party, Mapping[Fault, str]] = {
    **dict.fromkeys(PROCESSES, _OF_PROCESSES),
    Party.POSTGRESQL: {
        **_OF_SOCKETS,
        Fault.KILL: "SIGKILL of the server, then started anew: it replays its log",
        Fault.HANG: "SIGSTOP of all its processes, then SIGCONT",
        Fault.SLOW: "each answer comes a twentieth of a second later",
        Fault.FULL: "refuses every insert with the SQLSTATE of a full disk, 53100",
        Fault.WRONG: "answers with noise",
        Fault.RESTART: "a fast shutdown, which ends every connection, and started anew",
    },
    Party.REDIS: {
        **_OF_SOCKETS,
        Fault.KILL: "SIGKILL, then started anew: all it knew is gone",
        Fault.HANG: "SIGSTOP, then SIGCONT",
        Fault.FULL: "has no memory left: refuses to write",
        Fault.WRONG: "answers with noise",
        Fault.RESTART: "SIGTERM, then started anew",
    },
    Party.RELAY: {
        **_OF_SOCKETS,
        Fault.FULL: "answers 452 when it has the mail in hand",
        Fault.WRONG: "takes the mail and hangs up before its answer, or answers with noise",
    },
    Party.SLACK: {
        **_OF_SOCKETS,
        Fault.FULL: "429 with Retry-After",
        Fault.WRONG: "a web page, half an answer, an answer that is lost after the work, or noise",
    },
    Party.STRIPE: {
        **_OF_SOCKETS,
        Fault.FULL: "429",
        Fault.WRONG: "500 although the work is done, an answer that is lost after it, half an answer, or noise",
    },
    Party.DISK: {
        Fault.FULL: "no process of ours can write a file, logs included (RLIMIT_FSIZE)",
        Fault.PARTITION: "the folder of files is gone, and comes back",
    },
    Party.CLOCK: {
        Fault.HANG: "stands still",
        Fault.WRONG: "jumps an hour forwards or back, and is put right",
    },
    Party.DNS: {
        Fault.KILL: "nobody listens",
        Fault.HANG: "says nothing",
        Fault.SLOW: "takes two seconds for each answer",
        Fault.WRONG: "SERVFAIL, or noise",
    },
}
"""What is done to whom."""

_NEVER_OF_PROCESSES: Mapping[Fault, str] = {
    Fault.WRONG: "a process of ours that answers wrongly has a bug, for which all other tests look"
}

_LIKE_KILL = "seen from here it is kill −9: connections end, and new ones are taken later"

NEVER: Mapping[Party, Mapping[Fault, str]] = {
    **dict.fromkeys(PROCESSES, _NEVER_OF_PROCESSES),
    Party.POSTGRESQL: {},
    Party.REDIS: {},
    Party.RELAY: {Fault.RESTART: _LIKE_KILL},
    Party.SLACK: {Fault.RESTART: _LIKE_KILL},
    Party.STRIPE: {Fault.RESTART: _LIKE_KILL},
    Party.DISK: {
        Fault.KILL: "a disk that died takes the machine's data along: that is restoring a backup, tested elsewhere",
        Fault.HANG: "a disk that hangs stops whoever writes: that is a process that hangs",
        Fault.SLOW: "slowing a disk down takes root; who waits for it is PostgreSQL, which is slow in its own row",
        Fault.WRONG: "a disk that lies is found by PostgreSQL's checksums and not by us",
        Fault.RESTART: "a disk comes back with its machine: that is PostgreSQL's restart and each process's",
    },
    Party.CLOCK: {
        Fault.KILL: "a clock is no process",
        Fault.SLOW: "one that goes slow is one that jumps back again and again",
        Fault.FULL: "a clock holds nothing",
        Fault.PARTITION: "the machine's own clock is asked, over no network",
        Fault.RESTART: "a clock that starts anew jumps: that is the wrong answer",
    },
    Party.DNS: {
        Fault.FULL: "a resolver that takes no more says nothing, which is the hang, or SERVFAIL, the wrong answer",
        Fault.PARTITION: "over UDP it is the hang: nothing comes back",
        Fault.RESTART: _LIKE_KILL,
    },
}
"""Why a fault means nothing for a party."""

_NO_FILES = "no file from outside is kept in that moment"

APART: Mapping[Party, Mapping[Moment, str]] = {
    Party.PORTAL: {
        Moment.IMPORT: "files are handed in in Slack, which the bot serves",
        Moment.SENDS: "nobody looks at a page before the mail is there",
        Moment.STORM: "mail comes in by another process",
    },
    Party.BOT: {
        Moment.SENDS: "what Slack shows of it is written by the worker",
        Moment.PAYMENTS: "webhooks and pages are the portal's; what Slack shows of it is written by the worker",
        Moment.STORM: "what Slack shows of it is written by the worker",
    },
    Party.INBOUND_MAIL: {
        Moment.IMPORT: "no mail comes in",
        Moment.SENDS: "no mail comes in",
        Moment.PAYMENTS: "no mail comes in",
    },
    Party.WORKER: {},
    Party.SCHEDULER: {
        Moment.IMPORT: "what follows from an import is queued by the import itself",
        Moment.STORM: "the reading of a mail is queued with the mail",
    },
    Party.ALL_IN_ONE: {},
    Party.POSTGRESQL: {},
    Party.REDIS: {
        Moment.IMPORT: "only the portal counts in Redis",
        Moment.SENDS: "only the portal counts in Redis",
        Moment.STORM: "only the portal counts in Redis",
    },
    Party.RELAY: {
        Moment.IMPORT: "no mail leaves",
        Moment.STORM: "no mail leaves: nothing that comes in is answered by mail",
    },
    Party.SLACK: {},
    Party.STRIPE: {
        Moment.IMPORT: "nobody pays",
        Moment.SENDS: "a reminder carries a link and no order; Stripe is asked when it is clicked",
        Moment.STORM: "nobody pays",
    },
    Party.DISK: {},
    Party.CLOCK: {},
    Party.DNS: {
        Moment.IMPORT: "no name is looked up",
        Moment.SENDS: "the relay has an address in the settings; names are the relay's business",
        Moment.PAYMENTS: "no name is looked up",
    },
}
"""Why a party takes no part in a moment."""

EXCEPT: Mapping[tuple[Party, Fault, Moment], str] = {
    (Party.DISK, Fault.PARTITION, Moment.SENDS): _NO_FILES,
    (Party.DISK, Fault.PARTITION, Moment.PAYMENTS): _NO_FILES,
    (Party.DISK, Fault.PARTITION, Moment.STORM): "mails are rows and not files",
}
"""Why three that fit in twos do not fit together."""

SHORT = (
    Cell(Party.POSTGRESQL, Fault.KILL, Moment.PAYMENTS),
    Cell(Party.INBOUND_MAIL, Fault.KILL, Moment.STORM),
    Cell(Party.WORKER, Fault.HANG, Moment.SENDS),
    Cell(Party.RELAY, Fault.WRONG, Moment.SENDS),
    Cell(Party.SLACK, Fault.WRONG, Moment.IMPORT),
    Cell(Party.STRIPE, Fault.WRONG, Moment.PAYMENTS),
    Cell(Party.SCHEDULER, Fault.PARTITION, Moment.SENDS),
    Cell(Party.DISK, Fault.FULL, Moment.IMPORT),
)
"""What each change is tried with: what holds money, mail or jobs, in every moment, and every fault but a slow one and a
new start. Other tests kill the portal, the bot and all of it at once; `make soak FAULTS=1` plays all cells."""


def reason(party: Party, fault: Fault, moment: Moment) -> str | None:
    """Say why a cell is not played, or None when it is."""
    return NEVER[party].get(fault) or APART[party].get(moment) or EXCEPT.get((party, fault, moment))


def cells() -> Iterator[Cell]:
    """Yield every cell that is played."""
    for party in Party:
        for fault in Fault:
            for moment in Moment:
                if reason(party, fault, moment) is None:
                    yield Cell(party, fault, moment)
