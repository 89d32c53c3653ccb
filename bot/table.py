"""The table of commands: what can be typed after ``/plixo``. Help, rights, docs and did-you-mean are read from it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot import (
    absences,
    access,
    accounts,
    books,
    cash,
    contacts,
    credit_notes,
    credits,  # noqa: A004 - named after what it is about, as every module
    disputes,
    drafts,
    falls,
    forwardings,
    holds,
    invoices,
    links,
    mails,
    maintenance,
    money,
    nudges,
    parity,
    payments,
    plans,
    policies,
    portal,
    preview,
    promises,
    questions,
    queue,
    radar,
    remittances,
    snoozes,
    support,
    suppressions,
    tasks,
    twins,
    why,
    write_offs,
)
from bot.asks import Ask
from bot.blocks import Message
from domain.kernel.actor import Permission
from domain.kernel.core import Core


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the table."""

    group: str
    words: tuple[str, ...]
    takes: str
    """What follows the words, as help shows it."""
    permission: Permission | None
    """None: anyone in the workspace may."""
    does: str
    example: str
    run: Callable[[Core, Ask], Awaitable[Message]]
    also: Permission | None = None
    """Another right that is enough: for a part of what the command does, or up to an amount."""

    @property
    def usage(self) -> str:
        """The command as help shows it."""
        return " ".join((*self.words, self.takes)).strip()

    def allowed(self, may: frozenset[Permission]) -> bool:
        """Tell whether somebody with these rights may try it."""
        return self.permission is None or not may.isdisjoint({self.permission, self.also or self.permission})


P = Permission
WORK, CUSTOMER, DRAFTS, PROMISES, DISPUTES, MONEY, STOPS, POLICY, SELF = (
    "Work", "Customers", "Mail before it leaves", "Promises and plans", "Disputes and credits", "Money", "Stops",
    "Policies and operations", "You",
)  # fmt: skip


def _line(
    group: str,
    words: str,
    takes: str,
    permission: Permission | None,
    does: str,
    example: str,
    run: Callable[[Core, Ask], Awaitable[Message]],
    also: Permission | None = None,
) -> Command:
    return Command(group, tuple(words.split()), takes, permission, does, example, run, also)


# fmt: off
TABLE: tuple[Command, ...] = (
    _line(WORK, "queue", "[mine]", P.VIEW, "shows what to work on, the most urgent first", "queue", queue.page),
    _line(WORK, "focus", "", P.VIEW, "shows today's top three, and how far you have come", "focus", queue.focus),
    _line(WORK, "next", "[mine]", P.WORK_QUEUE, "takes up the case that comes first", "next", queue.following),
    _line(WORK, "claim", "INV [over]", P.WORK_QUEUE, "takes up a case by name", "claim INV-1042", queue.claim),
    _line(WORK, "release", "INV", P.WORK_QUEUE, "gives a case back", "release INV-1042", queue.release),
    _line(WORK, "skip", "INV", P.WORK_QUEUE, "leaves a case for now", "skip INV-1042", queue.skip),
    _line(WORK, "snooze", "INV until DAY reason…", P.WORK_QUEUE, "puts a case off", snoozes.EXAMPLE, snoozes.snooze),
    _line(WORK, "unsnooze", "INV", P.WORK_QUEUE, "puts it back before", "unsnooze INV-1042", snoozes.wake),
    _line(WORK, "mails", "", P.VIEW, "lists what people wrote and nobody has answered", "mails", mails.listed),
    _line(WORK, "mail", "ID", P.VIEW, "shows a mail, and what it seems to want", mails.SHOW, mails.show),
    _line(WORK, "mail assign", "ID INV", P.WORK_QUEUE, "says which invoice a mail is about", mails.ASSIGN,
          mails.assign),
    _line(WORK, "portal", "[WEEKS]", P.VIEW, "shows how far payers came with their links", portal.SHOW, portal.show),
    _line(WORK, "support", "[ID]", P.VIEW, "lists calls for help, or shows one with what is known", support.SHOW,
          support.show),
    _line(WORK, "support close", "ID outcome…", P.WORK_QUEUE, "says what came of a call for help", support.CLOSE,
          support.close),
    _line(WORK, "support ask", "words…", P.VIEW, "asks the others for help", support.ASK, support.ask_for),
    _line(WORK, "mail done", "ID", P.WORK_QUEUE, "says that a mail is dealt with", mails.DONE, mails.done),
    _line(WORK, "questions", "", P.VIEW, "lists questions of payers that wait", "questions", questions.listed),
    _line(WORK, "question", "ID", P.VIEW, "shows a question of a payer", questions.SHOW, questions.show),
    _line(WORK, "question answer", "ID text…", P.WORK_QUEUE, "answers a question by mail", questions.ANSWER,
          questions.answer),
    _line(WORK, "question close", "ID reason…", P.WORK_QUEUE, "closes a question without a mail", questions.CLOSE,
          questions.close),
    _line(WORK, "tasks", "[mine] [KIND]", P.VIEW, "lists what only a person can do", "tasks mine", tasks.listed),
    _line(WORK, "task", "INV KIND words…", P.WORK_QUEUE, "opens a task: call, review, find, cash, plan", tasks.ADD,
          tasks.add),
    _line(WORK, "task done", "ID outcome…", P.WORK_QUEUE, "closes a task", tasks.DONE, tasks.done),
    _line(WORK, "task drop", "ID reason…", P.WORK_QUEUE, "gives a task up", "task drop 1a2b3c4d they paid", tasks.drop),
    _line(WORK, "radar", "", P.VIEW, "shows promises and instalments that need a look today", "radar", radar.show),

    _line(CUSTOMER, "invoice", "INV", P.VIEW, "shows an invoice, or a customer's open ones", "invoice INV-1042",
          invoices.show),
    _line(CUSTOMER, "account", "NAME", P.VIEW, "shows a customer at a glance", "account Acme", accounts.show),
    _line(CUSTOMER, "why", "INV", P.VIEW, "explains score, mails and what was held back", "why INV-1042", why.explain),
    _line(CUSTOMER, "link", "INV", P.HANDLE_LINKS, "mails a new payment link and ends all earlier ones",
          "link INV-1042", links.regenerate),
    _line(CUSTOMER, "forward", "", P.VIEW, "lists people for whom a payer asked a link", "forward", forwardings.listed),
    _line(CUSTOMER, "forward approve", "ID", P.HANDLE_LINKS, "agrees to it", forwardings.APPROVE, forwardings.approve),
    _line(CUSTOMER, "forward deny", "ID", P.HANDLE_LINKS, "declines it", forwardings.DENY, forwardings.deny),
    _line(CUSTOMER, "nudge", "INV [note…]", P.NUDGE, "asks for a reminder now; every guardrail holds",
          "nudge INV-1042 I met their boss", nudges.nudge),
    _line(CUSTOMER, "contact add", "INV|NAME address [billing|escalation|other] [name]", P.WORK_QUEUE, "adds a contact",
          contacts.ADD, contacts.add),
    _line(CUSTOMER, "contact remove", "INV|NAME address", P.WORK_QUEUE, "removes a contact", contacts.REMOVE,
          contacts.remove),
    _line(CUSTOMER, "assign", "NAME to @person", P.APPROVE, "says whose customer it is", "assign Acme Ltd to @ben",
          absences.assign),
    _line(CUSTOMER, "twins", "", P.VIEW, "lists customers that may be one", "twins", twins.listed),
    _line(CUSTOMER, "twins merge", "ID", P.APPROVE, "merges the second into the first", twins.MERGE, twins.merge),
    _line(CUSTOMER, "twins dismiss", "ID", P.IMPORT, "says that they are two", twins.DISMISS, twins.dismiss),

    _line(DRAFTS, "draft", "[ID]", P.VIEW, "lists mails that wait for an approval, or shows one", "draft", drafts.show),
    _line(DRAFTS, "approve", "ID…", P.APPROVE, "lets drafts leave", "approve 1a2b3c4d", drafts.approve),
    _line(DRAFTS, "reject", "ID reason…", P.APPROVE, "decides that a draft is not sent",
          "reject 1a2b3c4d they have just called", drafts.reject),
    _line(DRAFTS, "undo", "ID", P.APPROVE, "calls an approved mail back, for a moment", "undo 1a2b3c4d", drafts.undo),
    _line(DRAFTS, "preview", "[DAY] [page N]", P.VIEW, "shows what tomorrow would send, each with a veto", "preview",
          preview.show),
    _line(DRAFTS, "veto", "INV [STEP] reason…", P.WORK_QUEUE, "strikes out a step before it is sent", preview.VETO,
          preview.veto),
    _line(DRAFTS, "unveto", "INV [STEP]", P.WORK_QUEUE, "lets it be sent after all", "unveto INV-1042 3",
          preview.unveto),

    _line(PROMISES, "promise", "INV [AMOUNT] on DAY [note…]", P.WORK_QUEUE, "notes a payer's word", promises.EXAMPLE,
          promises.make),
    _line(PROMISES, "promise withdraw", "INV reason…", P.WORK_QUEUE, "takes it back",
          "promise withdraw INV-1042 they cannot pay", promises.withdraw),
    _line(PROMISES, "plan", "INV N weekly|monthly from DAY reason…", P.WORK_QUEUE,
          "notes a payer's wish for instalments, or shows the plan", plans.EXAMPLE, plans.plan),
    _line(PROMISES, "plan list", "", P.VIEW, "lists plans that wait for a decision", "plan list", plans.listed),
    _line(PROMISES, "plan approve", "INV", P.APPROVE, "lets a plan run", "plan approve INV-1042", plans.approve),
    _line(PROMISES, "plan reject", "INV reason…", P.APPROVE, "declines a plan", "plan reject INV-1042 too slow",
          plans.reject),
    _line(PROMISES, "plan counter", "INV N weekly|monthly from DAY [note…]", P.APPROVE, "offers other terms",
          plans.COUNTER, plans.counter),
    _line(PROMISES, "plan accept", "INV", P.WORK_QUEUE, "the payer took our offer", "plan accept INV-1042",
          plans.accept),
    _line(PROMISES, "plan cancel", "INV reason…", P.WORK_QUEUE, "takes a plan back",
          "plan cancel INV-1042 they pay at once", plans.cancel),
    _line(PROMISES, "plan default", "INV reason…", P.APPROVE, "gives a running plan up",
          "plan default INV-1042 two instalments are missing", plans.default),

    _line(DISPUTES, "dispute", "INV REASON [AMOUNT] words…", P.WORK_QUEUE, "files an objection, or shows it",
          disputes.EXAMPLE, disputes.dispute),
    _line(DISPUTES, "dispute list", "[mine]", P.VIEW, "lists open disputes by deadline", "dispute list",
          disputes.listed),
    _line(DISPUTES, "dispute take", "INV|D-…", P.WORK_QUEUE, "takes a dispute up", "dispute take D-1A2B-3C4D",
          disputes.take),
    _line(DISPUTES, "dispute assign", "INV|D-… @person", P.WORK_QUEUE, "gives it to somebody",
          "dispute assign D-1A2B-3C4D @ben", disputes.assign),
    _line(DISPUTES, "dispute resolve", "INV|D-… accepted|partly AMOUNT|rejected note…", P.WORK_QUEUE, "decides it",
          disputes.RESOLVE, disputes.resolve, P.APPROVE_CREDITS),
    _line(DISPUTES, "dispute withdraw", "INV|D-… [note…]", P.WORK_QUEUE, "takes it back for the payer",
          "dispute withdraw D-1A2B-3C4D their mistake", disputes.withdraw),
    _line(DISPUTES, "credit", "INV AMOUNT reason…", P.WORK_QUEUE, "proposes to give up a part", credits.EXAMPLE,
          credits.propose, P.APPROVE_CREDITS),
    _line(DISPUTES, "credit list", "", P.VIEW, "lists credits that wait for a decision", "credit list", credits.listed),
    _line(DISPUTES, "credit approve", "ID", P.APPROVE, "approves a credit", "credit approve 1a2b3c4d", credits.approve,
          P.APPROVE_CREDITS),
    _line(DISPUTES, "credit reject", "ID reason…", P.WORK_QUEUE, "declines a credit, or takes one's own back",
          "credit reject 1a2b3c4d it came on time", credits.reject, P.APPROVE_CREDITS),

    _line(MONEY, "cash", "[ID|page N]", P.VIEW, "lists bank lines that wait, or shows one", "cash", cash.show),
    _line(MONEY, "cash post", "ID [N]", P.APPLY_CASH, "takes a proposal", cash.POST, cash.post),
    _line(MONEY, "cash apply", "ID INV[=AMOUNT]…", P.APPLY_CASH, "posts a bank line on invoices that you name",
          cash.APPLY, cash.apply),
    _line(MONEY, "cash keep", "ID NAME", P.APPLY_CASH, "books it as a customer's unapplied cash", cash.KEEP, cash.keep),
    _line(MONEY, "cash ignore", "ID reason…", P.APPLY_CASH, "leaves it out", cash.IGNORE, cash.ignore),
    _line(MONEY, "cash reconsider", "ID", P.APPLY_CASH, "looks at it again", cash.AGAIN, cash.reconsider),
    _line(MONEY, "cash find", "words…", P.VIEW, "searches all bank lines", cash.FIND, cash.find),
    _line(MONEY, "cash remittance", "[ID]", P.VIEW, "shows what a payer says that a payment is for",
          remittances.EXAMPLE, remittances.show),
    _line(MONEY, "cash short", "ID INV variance|promise DAY|dispute CODE words…", P.APPLY_CASH,
          "says what becomes of the difference", cash.SHORT, cash.short),
    _line(MONEY, "ageing", "", P.VIEW, "shows what is open by days past due", "ageing", books.show_ageing),
    _line(MONEY, "statement", "NAME", P.VIEW, "shows a customer's account", books.STATEMENT, books.show_statement),
    _line(MONEY, "audit", "", P.VIEW, "shows whether every balance is the sum of its entries", "audit",
          books.show_audit),
    _line(MONEY, "parity", "", P.VIEW, "compares our ageing with that of your books", "parity", parity.show),
    _line(MONEY, "payments", "", P.VIEW, "shows whether Stripe can be relied upon", "payments", payments.health),
    _line(MONEY, "stray", "", P.VIEW, "lists money at Stripe that fits no entry of ours", "stray", payments.listed),
    _line(MONEY, "stray book", "ID INV", P.APPLY_CASH, "enters it into the ledger", payments.BOOK, payments.book),
    _line(MONEY, "stray dismiss", "ID reason…", P.APPLY_CASH, "leaves it out of the ledger", payments.DISMISS,
          payments.dismiss),

    _line(MONEY, "unapplied", "[NAME|AMOUNT|REFERENCE|>30d]", P.VIEW, "lists money that is applied to no invoice",
          "unapplied Acme", money.listed),
    _line(MONEY, "unapplied note", "ID words…", P.APPLY_CASH, "notes what is known about it", money.NOTE, money.note),
    _line(MONEY, "place", "ID INV [AMOUNT], … [reason…]", P.APPLY_CASH, "puts unapplied cash on invoices", money.PLACE,
          money.place),
    _line(MONEY, "unplace", "ID reason…", P.APPLY_CASH, "takes it, or a credit note, off again", money.UNPLACE,
          money.unplace),
    _line(MONEY, "entries", "INV", P.VIEW, "shows what a balance is made of", "entries INV-1042", money.entries),
    _line(MONEY, "credit note", "NUMBER", P.VIEW, "shows where a credit note may go", "credit note CN-17",
          credit_notes.show),
    _line(MONEY, "credit note list", "[WORDS]", P.VIEW, "lists credit notes that are not used up", "credit note list",
          credit_notes.listed),
    _line(MONEY, "credit note apply", "NUMBER [INV [AMOUNT] [reason…]|oldest]", P.APPLY_CASH, "takes it off invoices",
          credit_notes.APPLY, credit_notes.apply),
    _line(MONEY, "credit note void", "NUMBER reason…", P.MOVE_MONEY, "makes it good for nothing", credit_notes.VOID,
          credit_notes.void),
    _line(MONEY, "lowered", "INV payment|credit|correction [AMOUNT] [on DAY] [reason…]", P.APPLY_CASH,
          "tells what a ledger file took off without saying why", falls.EXAMPLE, falls.decide, P.APPROVE_CREDITS),
    _line(MONEY, "lowered list", "", P.VIEW, "lists invoices of which nobody has told it yet", "lowered list",
          falls.listed),
    _line(MONEY, "writeoff", "INV [AMOUNT] reason…", P.WORK_QUEUE, "proposes to give up what will not come",
          write_offs.EXAMPLE, write_offs.propose, P.APPLY_CASH),
    _line(MONEY, "writeoff list", "", P.VIEW, "lists write-offs and voids that wait for a decision", "writeoff list",
          write_offs.listed),
    _line(MONEY, "writeoff approve", "ID|INV", P.MOVE_MONEY, "approves one", "writeoff approve 1a2b3c4d",
          write_offs.approve),
    _line(MONEY, "writeoff reject", "ID|INV reason…", P.WORK_QUEUE, "declines one, or takes one's own back",
          write_offs.REJECT, write_offs.reject, P.APPLY_CASH),
    _line(MONEY, "writeoff reverse", "ID reason…", P.MOVE_MONEY, "collects again what was given up",
          write_offs.REVERSE, write_offs.reverse),
    _line(MONEY, "void", "INV reason…", P.WORK_QUEUE, "proposes that an invoice is owed no more", write_offs.VOID,
          write_offs.void, P.APPLY_CASH),

    _line(STOPS, "hold", "[legal] INV|account \"NAME\" [until DAY] reason…", P.WORK_QUEUE, "stops reminders",
          holds.EXAMPLE, holds.hold, P.APPROVE_CREDITS),
    _line(STOPS, "hold list", "", P.VIEW, "lists holds in force", "hold list", holds.listed),
    _line(STOPS, "unhold", "INV|account \"NAME\"|ID reason…", P.WORK_QUEUE, "lets them go on", holds.LIFT,
          holds.unhold, P.APPROVE_CREDITS),
    _line(STOPS, "exclude", "\"NAME\" reason…", P.WORK_QUEUE, "sends a customer no reminders at all",
          "exclude \"Acme Ltd\" the CEO calls them himself", holds.exclude),
    _line(STOPS, "include", "\"NAME\" reason…", P.WORK_QUEUE, "sends them again",
          "include \"Acme Ltd\" the talks are over", holds.include),
    _line(STOPS, "suppress", "ADDRESS|@DOMAIN [legal|invalid|opted-out] [until DAY] reason…", P.HANDLE_SUPPRESSIONS,
          "stops all mail to an address or a domain", suppressions.ADD, suppressions.add, P.APPROVE_CREDITS),
    _line(STOPS, "suppression", "ADDRESS|@DOMAIN", P.VIEW, "shows what keeps it back, and what mails said of it",
          suppressions.SHOW, suppressions.show),
    _line(STOPS, "suppressions", "[TEXT]", P.VIEW, "lists addresses that must not be mailed", "suppressions acme",
          suppressions.listed),
    _line(STOPS, "unsuppress", "ADDRESS|@DOMAIN reason…", P.HANDLE_SUPPRESSIONS, "lets an address be mailed again",
          suppressions.EXAMPLE, suppressions.lift),

    _line(POLICY, "policy", "[VERSION]", P.VIEW, "shows the proposal that waits, or a version", "policy",
          policies.policy),
    _line(POLICY, "policy publish", "VERSION move|finish", P.PUBLISH, "brings a proposal into force", policies.PUBLISH,
          policies.publish),
    _line(POLICY, "policy reject", "VERSION reason…", P.PUBLISH, "turns a proposal down, or takes one's own back",
          "policy reject 3 too harsh", policies.reject, P.WORK_QUEUE),
    _line(POLICY, "segment", "[NAME shadow|autopilot]", P.VIEW, "lists segments, or proposes a mode for one", "segment",
          policies.segment),
    _line(POLICY, "maintenance", "", P.VIEW, "shows what holds all mail back", "maintenance", maintenance.show),
    _line(POLICY, "maintenance on", "\"reason\" until TIME", P.OPERATE, "holds mail back and closes the payers' pages",
          maintenance.EXAMPLE, maintenance.on),
    _line(POLICY, "maintenance off", "[reason…]", P.OPERATE, "lets it go again", "maintenance off all done",
          maintenance.off),
    _line(POLICY, "workload", "", P.VIEW, "shows who has how much to do", "workload", absences.workload),
    _line(POLICY, "handover", "@from to @to", P.APPROVE, "moves all customers of one to another, for good",
          "handover @anna to @ben", absences.hand_over),

    _line(SELF, "away", "[from DAY] until DAY deputy @person | end", P.WORK_QUEUE, "lets somebody stand in for you",
          absences.EXAMPLE, absences.away),
    _line(SELF, "access request", "", None, "tells whom to ask for a role", "access request", access.request),
)
# fmt: on
"""Every command but ``help``. The longest words that fit win; an invoice number alone means ``invoice``."""
