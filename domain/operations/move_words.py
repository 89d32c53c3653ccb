"""Words of moves: what records, their states and steps are called where one refuses a step, for who translates them.

The machines are literal tables of codes, and the kernel that refuses knows no area's words; so they stand here, and a
test holds them against every machine.
"""

from domain.kernel.speech import say_as


def records() -> tuple[str, ...]:
    """Return what every record with a life is called."""
    return (
        say_as("a record", "absence"), say_as("a record", "access request"), say_as("a record", "account"),
        say_as("a record", "account twin"), say_as("a record", "bank line"), say_as("a record", "cadence"),
        say_as("a record", "call for help"), say_as("a record", "checkout"), say_as("a record", "claim"),
        say_as("a record", "contact"), say_as("a record", "credit"), say_as("a record", "credit note"),
        say_as("a record", "dispute"), say_as("a record", "document"), say_as("a record", "enrolment"),
        say_as("a record", "erasure"),
        say_as("a record", "forwarding"), say_as("a record", "gate"), say_as("a record", "hold"),
        say_as("a record", "import"), say_as("a record", "incident"),
        say_as("a record", "inbound mail"), say_as("a record", "invoice"),
        say_as("a record", "mailing"), say_as("a record", "mailing item"),
        say_as("a record", "operator mail"), say_as("a record", "override"),
        say_as("a record", "pause of a cron"), say_as("a record", "payment link"),
        say_as("a record", "plan"), say_as("a record", "policy"),
        say_as("a record", "portal session"), say_as("a record", "promise"),
        say_as("a record", "provider event"), say_as("a record", "question"),
        say_as("a record", "remittance advice"), say_as("a record", "role grant"), say_as("a record", "segment"),
        say_as("a record", "snooze"), say_as("a record", "stray movement"), say_as("a record", "suppression"),
        say_as("a record", "task"), say_as("a record", "test dispute"), say_as("a record", "write-off"),
    )  # fmt: skip


def states() -> tuple[str, ...]:
    """Return every state of any record."""
    return (
        say_as("state of a record", "accepted"), say_as("state of a record", "active"),
        say_as("state of a record", "answered"), say_as("state of a record", "applied"),
        say_as("state of a record", "applying"), say_as("state of a record", "approved"),
        say_as("state of a record", "arrived"), say_as("state of a record", "asked"),
        say_as("state of a record", "booked"), say_as("state of a record", "bounced"),
        say_as("state of a record", "broken"),
        say_as("state of a record", "cancelled"), say_as("state of a record", "closed"),
        say_as("state of a record", "completed"), say_as("state of a record", "countered"),
        say_as("state of a record", "created"), say_as("state of a record", "declined"),
        say_as("state of a record", "defaulted"), say_as("state of a record", "denied"),
        say_as("state of a record", "dismissed"), say_as("state of a record", "done"),
        say_as("state of a record", "drafted"), say_as("state of a record", "dropped"),
        say_as("state of a record", "ended"), say_as("state of a record", "excluded"),
        say_as("state of a record", "expired"), say_as("state of a record", "failed"),
        say_as("state of a record", "finished"), say_as("state of a record", "free"),
        say_as("state of a record", "held"), say_as("state of a record", "ignored"),
        say_as("state of a record", "included"), say_as("state of a record", "kept"),
        say_as("state of a record", "lapsed"), say_as("state of a record", "lifted"),
        say_as("state of a record", "merged"), say_as("state of a record", "mismatched"),
        say_as("state of a record", "new"), say_as("state of a record", "open"),
        say_as("state of a record", "opened"), say_as("state of a record", "paid"),
        say_as("state of a record", "over"), say_as("state of a record", "owned"),
        say_as("state of a record", "partly accepted"), say_as("state of a record", "partly kept"),
        say_as("state of a record", "planned"), say_as("state of a record", "posted"),
        say_as("state of a record", "previewed"), say_as("state of a record", "processing"),
        say_as("state of a record", "proposed"), say_as("state of a record", "published"),
        say_as("state of a record", "quarantined"), say_as("state of a record", "queued"),
        say_as("state of a record", "read"), say_as("state of a record", "refused"),
        say_as("state of a record", "rejected"), say_as("state of a record", "released"),
        say_as("state of a record", "removed"), say_as("state of a record", "replaced"),
        say_as("state of a record", "requested"), say_as("state of a record", "retired"),
        say_as("state of a record", "reversed"), say_as("state of a record", "revoked"),
        say_as("state of a record", "running"), say_as("state of a record", "sending"),
        say_as("state of a record", "sent"), say_as("state of a record", "settled"),
        say_as("state of a record", "skipped"),
        say_as("state of a record", "stored"), say_as("state of a record", "test"),
        say_as("state of a record", "unapplied"), say_as("state of a record", "unknown"),
        say_as("state of a record", "unreadable"), say_as("state of a record", "used"),
        say_as("state of a record", "void"), say_as("state of a record", "waiting"),
        say_as("state of a record", "withdrawn"), say_as("state of a record", "withheld"),
        say_as("state of a record", "worked"), say_as("state of a record", "written off"),
    )  # fmt: skip


def steps() -> tuple[str, ...]:
    """Return every step of any record."""
    return (
        say_as("step of a record", "accept"), say_as("step of a record", "accept in part"),
        say_as("step of a record", "answer"), say_as("step of a record", "apply"),
        say_as("step of a record", "approve"), say_as("step of a record", "arrive"),
        say_as("step of a record", "ask"), say_as("step of a record", "book"),
        say_as("step of a record", "bounce"), say_as("step of a record", "break"), say_as("step of a record", "cancel"),
        say_as("step of a record", "close"), say_as("step of a record", "complete"),
        say_as("step of a record", "counter"), say_as("step of a record", "decline"),
        say_as("step of a record", "default"), say_as("step of a record", "deliver"),
        say_as("step of a record", "deny"), say_as("step of a record", "dismiss"),
        say_as("step of a record", "drop"), say_as("step of a record", "end"),
        say_as("step of a record", "exclude"), say_as("step of a record", "expire"),
        say_as("step of a record", "fail"), say_as("step of a record", "finish"),
        say_as("step of a record", "free"), say_as("step of a record", "hold"),
        say_as("step of a record", "hold for approval"), say_as("step of a record", "ignore"),
        say_as("step of a record", "include"), say_as("step of a record", "keep"),
        say_as("step of a record", "keep in part"), say_as("step of a record", "lapse"),
        say_as("step of a record", "lift"), say_as("step of a record", "lose track"),
        say_as("step of a record", "put aside"),
        say_as("step of a record", "mark as test"), say_as("step of a record", "merge"),
        say_as("step of a record", "mismatch"), say_as("step of a record", "open"),
        say_as("step of a record", "pay"), say_as("step of a record", "post"),
        say_as("step of a record", "preview"), say_as("step of a record", "process"),
        say_as("step of a record", "propose"), say_as("step of a record", "publish"),
        say_as("step of a record", "quarantine"), say_as("step of a record", "read"),
        say_as("step of a record", "reconsider"), say_as("step of a record", "recover"),
        say_as("step of a record", "refuse"), say_as("step of a record", "reject"),
        say_as("step of a record", "release"), say_as("step of a record", "remove"),
        say_as("step of a record", "reopen"), say_as("step of a record", "replace"),
        say_as("step of a record", "requeue"), say_as("step of a record", "reread"),
        say_as("step of a record", "resume"), say_as("step of a record", "take"),
        say_as("step of a record", "retire"), say_as("step of a record", "reverse"),
        say_as("step of a record", "revoke"), say_as("step of a record", "send"),
        say_as("step of a record", "settle"), say_as("step of a record", "skip"),
        say_as("step of a record", "undo"),
        say_as("step of a record", "use"), say_as("step of a record", "void"),
        say_as("step of a record", "withdraw"), say_as("step of a record", "withhold"),
        say_as("step of a record", "work"), say_as("step of a record", "write off"),
    )  # fmt: skip
