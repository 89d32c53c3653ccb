"""The shell's table of contents: every command of `plixo`, where it is written, and the line that the help has of it.

The help and the search for a mistyped word read nothing but this table, so neither loads what the commands do.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One word after `plixo`: a command, or a group of commands."""

    word: str
    place: str
    """Module below ``plixo.commands`` and the name in it, such as `invoices.show_queue`."""
    does: str
    """The first line of the command's own help, word for word."""
    more: tuple[tuple[str, str], ...] = ()
    """What other modules add to the group: word and place."""


ENTRIES = (
    Entry(
        "demo",
        "operate.run_demo",
        "Run everything on this machine against stand-ins for Slack, Stripe and mail boxes, with a sample ledger.",
    ),
    Entry(
        "cluster",
        "operate.run_cluster",
        "Run every part several times, as on many machines, against the stand-ins; SIGHUP replaces them one by one.",
    ),
    Entry("run", "operate.run_parts", "Run the product, or some parts of it, until stopped."),
    Entry("migrate", "operate.migrate", "Bring the database's tables to what this version needs."),
    Entry(
        "check",
        "operate.check",
        "Try every connection to the world outside, and say what to fix. Exit code 1 when one does not work.",
    ),
    Entry(
        "doctor",
        "doctor.doctor",
        "Write a support bundle: versions, settings without their texts, counts, crons, jobs, errors and checks.",
    ),
    Entry("keys", "keys.keys_app", "The keys that sign links and return paths."),
    Entry("database", "database.database_app", "The rights of the product in its database."),
    Entry(
        "import",
        "imports.import_app",
        "Import invoices, customers and contacts from CSV files.",
        more=(
            ("bank", "bank.bank"),
            ("remittance", "remittances.take"),
            ("control", "control.take"),
            ("pdfs", "papers.take"),
            ("mappings", "import_layouts.listed"),
            ("forget", "import_layouts.forget"),
            ("absent", "import_layouts.absent"),
        ),
    ),
    Entry("queue", "invoices.show_queue", "Show the most urgent invoices, and why they are."),
    Entry("invoice", "invoices.show_invoice", "Show one invoice with everything that happened to it."),
    Entry(
        "statement",
        "statements.show_statement",
        "Show a customer's statement of account: what was invoiced, paid and credited, and what is open.",
    ),
    Entry("why", "invoices.explain", "Explain an invoice's place in the queue, and every mail that left or did not."),
    Entry(
        "link",
        "invoices.regenerate_link",
        "Make a new payment link and mail it; every earlier link of the invoice stops working at once.",
    ),
    Entry("remind", "invoices.remind", "Plan what is due now, without waiting for the clock."),
    Entry("suppress", "suppressions.suppress", "Stop all mail to an address or a domain."),
    Entry("unsuppress", "suppressions.unsuppress", "Let a suppressed address or domain be mailed again."),
    Entry("suppression", "suppressions.suppression_app", "Addresses and domains that must not be mailed."),
    Entry(
        "mail",
        "mail.mail_app",
        "Read mail files, and work with the mail that came in.",
        more=(
            ("sender", "senders.sender"),
            ("replay", "mail_replays.replay"),
            ("attachment", "mail_attachments.attachment"),
            ("health", "mail_health.health"),
        ),
    ),
    Entry("letter", "letters.letter_app", "List letters, look at them, and check your own ones."),
    Entry("role", "people.role_app", "Give and take roles, by Slack user id."),
    Entry("person", "people.person_app", "Which accounts are one person's, who is no second person to them."),
    Entry("access", "people.access_app", "Requests for access: who asks, and what becomes of it."),
    Entry("settings", "people.settings", "Show what a person has chosen, or set it for them."),
    Entry("policy", "policy.policy_app", "Segments and cadences: keep them as a file, compare, publish."),
    Entry(
        "portal",
        "portal.show_funnel",
        "Show the portal's funnel: links sent, opened, entered, started, finished, by segment and week.",
    ),
    Entry(
        "report",
        "report.show_report",
        "Show a report: DSO, collected against plan, promises, disputes, exposures and more, or the weekly one of all.",
    ),
    Entry("digest", "digest.show_digest", "Show the digest of yesterday, or of the week, as it is now."),
    Entry(
        "simulate",
        "simulate.simulate",
        "Show what a policy would have sent over the imported history; sends nothing and writes nothing to the ledger.",
    ),
    Entry("draft", "drafts.draft_app", "Mails that wait for a person's approval."),
    Entry(
        "preview",
        "drafts.show_preview",
        "Show what would leave tomorrow, to whom, and what would be held back and why.",
    ),
    Entry("veto", "drafts.veto", "Strike out one step of one invoice; it is never sent and counts as done."),
    Entry("unveto", "drafts.unveto", "Take a veto back."),
    Entry("nudge", "drafts.nudge", "Send a reminder now, or as soon as no guardrail speaks against it."),
    Entry("promise", "commitments.promise_app", "A payer's word on an amount and a day."),
    Entry("plan", "commitments.plan_app", "Instalments: asked for, decided, watched."),
    Entry(
        "radar",
        "commitments.show_radar",
        "Show the Commitment Radar: promises due or broken and plans near default, the most at risk first.",
    ),
    Entry("dispute", "disputes.dispute_app", "A payer's objection to all or part of an invoice."),
    Entry("credit", "disputes.credit_app", "What the merchant gives up; approved by a second person."),
    Entry(
        "evidence",
        "disputes.show_evidence",
        "Print an invoice's evidence pack as JSON: its whole history and its documents, for a lawyer or an agency.",
    ),
    Entry("payments", "payments.payments_app", "Whether Stripe can be relied upon."),
    Entry("stray", "payments.stray_app", "Money at Stripe that fits no entry of ours."),
    Entry(
        "cash",
        "cash.cash_app",
        "Money on the bank account: what it pays, and what waits.",
        more=(
            ("import", "bank.bank"),
            ("remittance", "remittances.show"),
        ),
    ),
    Entry(
        "ledger",
        "ledger.ledger_app",
        "Balances: what they are made of, notes on unapplied cash, and the audit.",
        more=(
            ("ageing", "control.show_ageing"),
            ("parity", "control.show_parity"),
        ),
    ),
    Entry(
        "ageing",
        "control.show_ageing",
        "Show what is open by currency and days past due, with what customers have to their credit beside it.",
    ),
    Entry(
        "parity",
        "control.show_parity",
        "Compare our ageing with the latest control totals. Exit code 1 when it differs, or there are none.",
    ),
    Entry("entries", "ledger.show_entries", "Show what the balance of an invoice is made of."),
    Entry(
        "balances",
        "ledger.run_audit",
        "Compare every balance with its entries now; changes nothing. Exit code 1 when one differs.",
    ),
    Entry("audit", "audit.audit_app", "Who did what and when; nobody can change it."),
    Entry("forward", "forwardings.forward_app", "People for whom a payer asked a link of their own."),
    Entry("slack", "slack.slack_app", "Slack's channels: who reads along, what is delivered and heard."),
    Entry("support", "support.support_app", "Calls for help of payers and operators."),
    Entry("twins", "twins.twins_app", "Customers that may be one under two spellings."),
    Entry("unapplied", "ledger.show_unapplied", "Show money that is applied to no invoice, the oldest first."),
    Entry("place", "ledger.place", "Put unapplied cash on an invoice."),
    Entry("unplace", "ledger.unplace", "Take a payment or credit note off its invoice again."),
    Entry("lowered", "falls.fall_app", "What ledger files took off invoices without saying why."),
    Entry("writeoff", "ledger.write_off_app", "What will not come; given up by two people."),
    Entry("credit-note", "ledger.credit_note_app", "Credit notes, and the invoices that they are applied to."),
    Entry(
        "void",
        "ledger.void",
        "Propose that an invoice is owed no more; a second person approves it with `plixo writeoff approve`.",
    ),
    Entry(
        "account",
        "casework.account_app",
        "A customer: everything that is known, and whose it is.",
        more=(
            ("twins", "twins.show_twins"),
            ("merge", "twins.merge"),
            ("dismiss", "twins.dismiss"),
        ),
    ),
    Entry("contact", "casework.contact_app", "Whom at a customer we write to."),
    Entry("task", "casework.task_app", "What only a person can do."),
    Entry("away", "casework.away_app", "Who is away, and who stands in."),
    Entry("snooze", "casework.snooze", "Take an invoice out of the queue until a moment, or until something happens."),
    Entry("wake", "casework.wake", "Put a snoozed invoice back into the queue."),
    Entry("workload", "casework.show_workloads", "Show every operator's workload, the heaviest first."),
    Entry("hold", "stops.hold_app", "Stops on one customer, invoice or contact."),
    Entry("exclude", "stops.exclude", "Send a customer no reminders at all."),
    Entry("include", "stops.include", "Send a customer reminders again."),
    Entry("gate", "stops.gate_app", "Stops before all mail, or before all that leaves by itself."),
    Entry("maintenance", "stops.maintenance_app", "Keep all mail back and close the payers' pages for a while."),
    Entry("cron", "crons.cron_app", "What happens by the clock: when, what was missed, and what is paused."),
    Entry("incident", "incidents.incident_app", "What is wrong: incidents, how bad they are, and in whose hands."),
    Entry(
        "readiness",
        "readiness.readiness_app",
        "What Autopilot waits for: every check, what it means, and what to do.",
    ),
    Entry("restored", "restored.restored_app", "What to do after the database was restored from a backup."),
    Entry("privacy", "privacy.privacy_app", "What is stored of a person, to hand it out or to erase it."),
)
"""In the order of the help."""
