"""States of what a case shows, as the reader calls them: the invoice, its cadence, mails and holds."""

from domain.kernel.speech import say, say_as


def of_case(word: str) -> str:
    """Return a word of those that say what an invoice is."""
    known = {
        "open": say_as("state of an invoice", "open"),
        "due today": say_as("state of an invoice", "due today"),
        "overdue": say_as("state of an invoice", "overdue"),
        "partly paid": say_as("state of an invoice", "partly paid"),
        "payment processing": say_as("state of an invoice", "payment processing"),
        "customer excluded from collection": say_as("state of an invoice", "customer excluded from collection"),
        "settled": say_as("state of an invoice", "settled"),
        "void": say_as("state of an invoice", "void"),
        "written off": say_as("state of an invoice", "written off"),
        "test": say_as("state of an invoice", "test"),
    }
    return known.get(word) or say(word)


def of_cadence(state: str) -> str:
    """Return the state of an invoice's way through its cadence."""
    known = {
        "running": say_as("state of a cadence", "running"),
        "finished": say_as("state of a cadence", "finished"),
        "closed": say_as("state of a cadence", "closed"),
    }
    return known.get(state, state)


def of_mail(state: str) -> str:
    """Return the state of a mail of ours."""
    known = {
        "drafted": say_as("state of a mail", "drafted"),
        "queued": say_as("state of a mail", "queued"),
        "sending": say_as("state of a mail", "sending"),
        "sent": say_as("state of a mail", "sent"),
        "withheld": say_as("state of a mail", "withheld"),
        "rejected": say_as("state of a mail", "rejected"),
        "unknown": say_as("state of a mail", "unknown"),
        "refused": say_as("state of a mail", "refused"),
    }
    return known.get(state, state)


def of_hold(kind: str) -> str:
    """Return why reminders stop."""
    known = {
        "pause": say_as("kind of hold", "pause"),
        "legal": say_as("kind of hold", "legal"),
        "review": say_as("kind of hold", "review"),
        "away": say_as("kind of hold", "away"),
        "conversation": say_as("kind of hold", "conversation"),
    }
    return known.get(kind, kind)


def capital(said: str) -> str:
    """Return what was said with its first letter in upper case, as the beginning of a line."""
    return said[:1].upper() + said[1:]
