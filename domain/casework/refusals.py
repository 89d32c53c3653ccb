"""Refusals of casework.

Refusal
├── NotFound
│   ├── TaskNotFound
│   ├── AbsenceNotFound
│   ├── QuestionNotFound
│   ├── NotSnoozed          there is no snooze to end
│   └── NothingClaimed      nobody has the customer in hand
├── ClaimedByAnother        somebody else has the customer in hand
├── NobodyToClaimFor        only a person can take up a case
├── HandedToSelf            a case is passed on to somebody else, or not at all
├── WithoutRole             who is to get something to do may do nothing here
├── HandedOverAlready       that person has a task about the case
├── FollowUpImpossible      the day of a follow-up is past, or too far away
├── SnoozeImpossible        the moment is past, or too far away
├── AbsenceImpossible       it is over before it begins, or already
├── DeputyIsSelf            somebody would stand in for themselves
├── AbsenceClashes          the person, or the deputy, is away at that time
├── GuessOutdated           the mail was read again since, or makes no such guess
├── GuessUnclear            a guess lacks what the act needs, or can be read in two ways
├── MailAnswered            somebody has dealt with the mail
├── GuessNoted              somebody has noted that wish of a mail
├── AnsweredBefore          somebody has written back already
├── WriterUnknown           whoever wrote is not a contact of the customer
├── MailUnplaced            nobody has said yet which invoice a mail is about
├── WriterUnproven          whoever wrote may be anybody, and it would change whom we write to
├── NobodyToAsk             nobody at the customer can be asked by mail
├── PayerAskedBefore        a question about the dispute waits for its answer
├── QuestionEnded           somebody has answered the question, or closed it
├── QuestionsTooMany        as many as one payer may have waiting are waiting
├── TextUnusable            a question or an answer says nothing, or is longer than anybody reads
└── WordsMissing            what was asked for needs a reason or an outcome
"""

from collections.abc import Mapping
from datetime import datetime

from domain.kernel import dates
from domain.kernel.refusals import NotFound, Refusal
from domain.kernel.speech import phrase, say


class TaskNotFound(NotFound):
    """Say that no task has that id, or that it is not open any more."""

    def __init__(self) -> None:
        super().__init__(say("That task is not open any more. `/plixo tasks` shows those that are."))


class AbsenceNotFound(NotFound):
    """Say that nothing is planned that could be cancelled."""

    def __init__(self, person: str) -> None:
        super().__init__(say("No absence of {person} is planned.", person=person))


class QuestionNotFound(NotFound):
    """Say that no question has that id."""

    def __init__(self) -> None:
        super().__init__(say("There is no such question. `/plixo questions` shows those that wait."))


class QuestionEnded(Refusal):
    """Say that nothing is left to answer."""

    def __init__(self, state: str, by: str) -> None:
        super().__init__(
            say("That question was closed by {by} already; nothing was sent a second time.", by=by)
            if state == "closed"
            else say("That question was answered by {by} already; nothing was sent a second time.", by=by)
        )


class QuestionsTooMany(Refusal):
    """Say that a payer has to wait for answers first."""

    def __init__(self, most: int) -> None:
        super().__init__(
            say("{most} of your questions wait for an answer already. Please wait for those first.", most=most)
        )


class TextUnusable(Refusal):
    """Say what a text lacks."""

    def __init__(self, what: str, most: int) -> None:
        super().__init__(say("{what} has to say something, in at most {most} characters.", what=say(what), most=most))


class NotSnoozed(NotFound):
    """Say that the invoice is not put off."""

    def __init__(self, number: str) -> None:
        super().__init__(say("Invoice {number} is not snoozed.", number=number))


class NothingClaimed(NotFound):
    """Say that nobody has the customer in hand."""

    def __init__(self, number: str) -> None:
        super().__init__(say("Nobody has the customer of invoice {number} in hand.", number=number))


class ClaimedByAnother(Refusal):
    """Say who has the customer in hand, and until when."""

    def __init__(self, name: str, until: datetime) -> None:
        self.name, self.until = name, until
        super().__init__(
            say(
                "{name} has this customer in hand until {until}, and longer while working on it. "
                "Ask them to release it, or let an A/R Manager take it over.",
                name=name,
                until=dates.told(until),
            )
        )


class NobodyToClaimFor(Refusal):
    """Say that a case is taken up by a person, not by the command line."""

    def __init__(self) -> None:
        super().__init__(say("Only a person can take up a case; the queue itself shows what is waiting."))


class HandedToSelf(Refusal):
    """Say that a case is passed on to others."""

    def __init__(self) -> None:
        super().__init__(say("That is you. Choose somebody else, or keep the case."))


class WithoutRole(Refusal):
    """Say that somebody cannot be given work."""

    def __init__(self, name: str = "") -> None:
        nothing = say("That person has no role in Plixo yet, so nothing can be theirs. A Controller can give one.")
        idle = say("{name} may not work the queue, so your work would lie still. Choose somebody else.", name=name)
        super().__init__(idle if name else nothing)


class HandedOverAlready(Refusal):
    """Say who has the task already."""

    def __init__(self, name: str) -> None:
        super().__init__(say("{name} has a task about this case already. `/plixo tasks` shows it.", name=name))


class FollowUpImpossible(Refusal):
    """Say when a call may be followed up."""

    def __init__(self, days: int) -> None:
        super().__init__(say("Follow up on a day after today, at most {days} days away.", days=days))


class SnoozeImpossible(Refusal):
    """Say how long something may be put off."""

    def __init__(self, days: int) -> None:
        super().__init__(
            say("Say a moment in the future, at most {days} days away. For longer, put the invoice on hold.", days=days)
        )


class AbsenceImpossible(Refusal):
    """Say when an absence is."""

    def __init__(self) -> None:
        super().__init__(say("An absence ends after it begins, and in the future."))


class DeputyIsSelf(Refusal):
    """Say that somebody else stands in."""

    def __init__(self, person: str) -> None:
        super().__init__(say("{person} cannot stand in for themselves.", person=person))


class AbsenceClashes(Refusal):
    """Say who is away already."""

    def __init__(self, name: str, from_at: datetime, until: datetime) -> None:
        super().__init__(
            say(
                "{name} is away from {first} to {last} already. Choose other days or another deputy.",
                name=name,
                first=from_at.date(),
                last=until.date(),
            )
        )


class WordsMissing(Refusal):
    """Ask for the words without which nobody would understand the act later."""

    def __init__(self, what: str) -> None:
        super().__init__(say(what))


class GuessOutdated(Refusal):
    """Say that the mail looks otherwise by now."""

    def __init__(self) -> None:
        super().__init__(say("The mail was read again since you looked. Open it anew: `/plixo mails`."))


UNCLEAR: Mapping[str, str] = {
    "day": phrase("The mail does not say the day clearly enough."),
    "amount": phrase("The mail does not say the amount clearly enough."),
    "contact": phrase("The mail does not say the contact clearly enough."),
    "invoice": phrase("The mail does not say the invoice clearly enough."),
}
"""What a guess may lack."""


class GuessUnclear(Refusal):
    """Say what a guess lacks, and how to say it oneself."""

    def __init__(self, lacks: str, command: str) -> None:
        super().__init__(f"{say(UNCLEAR[lacks])} {say('Say it yourself: {command}.', command=f'`/plixo {command}`')}")


class MailAnswered(Refusal):
    """Say that nothing is left to confirm."""

    def __init__(self) -> None:
        super().__init__(
            say(
                "Somebody has dealt with this mail already. What else it may want, do by its own command: "
                "`/plixo help`."
            )
        )


class GuessNoted(Refusal):
    """Say that a wish of a mail was noted, and that the mail still waits for its others."""

    def __init__(self) -> None:
        super().__init__(
            say("Somebody has noted that already; nothing was done twice. Open the mail anew for the rest.")
        )


class AnsweredBefore(Refusal):
    """Say that a mail has its answer."""

    def __init__(self, who: str) -> None:
        super().__init__(say("{who} has answered this mail already; nothing was sent a second time.", who=who))


class NobodyToAsk(Refusal):
    """Say that a question about a dispute reaches nobody."""

    def __init__(self) -> None:
        super().__init__(
            say("Nobody can be asked: no active contact of the customer may be mailed. `/plixo contact add` adds one.")
        )


class PayerAskedBefore(Refusal):
    """Say that one question at a time waits for its answer."""

    def __init__(self, who: str) -> None:
        super().__init__(say("{who} has asked already, and no answer has come yet; nothing was sent.", who=who))


class WriterUnknown(Refusal):
    """Say that a mail goes to contacts only."""

    def __init__(self, sender: str, number: str) -> None:
        super().__init__(
            say(
                "{sender} is not a contact of this customer, and may be anybody. Ask the customer another way, or make "
                "it a contact first: `/plixo contact add {number} ADDRESS`.",
                sender=sender,
                number=number,
            )
        )


class MailUnplaced(Refusal):
    """Say that a mail belongs to no invoice yet."""

    def __init__(self) -> None:
        super().__init__(say("Say first which invoice the mail is about: `/plixo mail assign ID INV`."))


class WriterUnproven(Refusal):
    """Say that a sender is no proof of who wrote."""

    def __init__(self, command: str) -> None:
        super().__init__(
            say(
                "This mail is known by its sender only, which anybody can write. Ask the customer another way, then "
                "say it yourself: {command}.",
                command=f"`/plixo {command}`",
            )
        )
