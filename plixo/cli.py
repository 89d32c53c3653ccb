"""The command line: `plixo COMMAND`; each noun's commands are in a file of ``plixo/commands/``."""

import typer

from plixo.commands import (
    audit,
    bank,
    casework,
    cash,
    commitments,
    control,
    crons,
    database,
    digest,
    disputes,
    doctor,
    drafts,
    falls,
    forwardings,
    import_layouts,
    imports,
    incidents,
    invoices,
    keys,
    ledger,
    letters,
    mail,
    mail_attachments,
    mail_health,
    mail_replays,
    operate,
    papers,
    payments,
    people,
    policy,
    portal,
    privacy,
    readiness,
    remittances,
    report,
    restored,
    senders,
    simulate,
    slack,
    statements,
    stops,
    support,
    suppressions,
    twins,
)

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Plixo collects a company's open invoices without losing its customers.",
)

app.command("demo")(operate.run_demo)
app.command("cluster")(operate.run_cluster)
app.command("run")(operate.run_parts)
app.command("migrate")(operate.migrate)
app.command("check")(operate.check)
app.command("doctor")(doctor.doctor)
app.add_typer(keys.keys_app, name="keys")
app.add_typer(database.database_app, name="database")
imports.import_app.command("bank")(bank.bank)
imports.import_app.command("remittance")(remittances.take)
imports.import_app.command("control")(control.take)
imports.import_app.command("pdfs")(papers.take)
imports.import_app.command("mappings")(import_layouts.listed)
imports.import_app.command("forget")(import_layouts.forget)
imports.import_app.command("absent")(import_layouts.absent)
app.add_typer(imports.import_app, name="import")
app.command("queue")(invoices.show_queue)
app.command("invoice")(invoices.show_invoice)
app.command("statement")(statements.show_statement)
app.command("why")(invoices.explain)
app.command("link")(invoices.regenerate_link)
app.command("remind")(invoices.remind)
app.command("suppress")(suppressions.suppress)
app.command("unsuppress")(suppressions.unsuppress)
app.add_typer(suppressions.suppression_app, name="suppression")
mail.mail_app.command("sender")(senders.sender)
mail.mail_app.command("replay")(mail_replays.replay)
mail.mail_app.command("attachment")(mail_attachments.attachment)
mail.mail_app.command("health")(mail_health.health)
app.add_typer(mail.mail_app, name="mail")
app.add_typer(letters.letter_app, name="letter")
app.add_typer(people.role_app, name="role")
app.add_typer(people.person_app, name="person")
app.add_typer(people.access_app, name="access")
app.command("settings")(people.settings)
app.add_typer(policy.policy_app, name="policy")
app.command("portal")(portal.show_funnel)
app.command("report")(report.show_report)
app.command("digest")(digest.show_digest)
app.command("simulate")(simulate.simulate)
app.add_typer(drafts.draft_app, name="draft")
app.command("preview")(drafts.show_preview)
app.command("veto")(drafts.veto)
app.command("unveto")(drafts.unveto)
app.command("nudge")(drafts.nudge)
app.add_typer(commitments.promise_app, name="promise")
app.add_typer(commitments.plan_app, name="plan")
app.command("radar")(commitments.show_radar)
app.add_typer(disputes.dispute_app, name="dispute")
app.add_typer(disputes.credit_app, name="credit")
app.command("evidence")(disputes.show_evidence)
app.add_typer(payments.payments_app, name="payments")
app.add_typer(payments.stray_app, name="stray")
cash.cash_app.command("import")(bank.bank)
cash.cash_app.command("remittance")(remittances.show)
app.add_typer(cash.cash_app, name="cash")
ledger.ledger_app.command("ageing")(control.show_ageing)
ledger.ledger_app.command("parity")(control.show_parity)
app.add_typer(ledger.ledger_app, name="ledger")
app.command("ageing")(control.show_ageing)
app.command("parity")(control.show_parity)
app.command("entries")(ledger.show_entries)
app.command("balances")(ledger.run_audit)
app.add_typer(audit.audit_app, name="audit")
app.add_typer(forwardings.forward_app, name="forward")
app.add_typer(slack.slack_app, name="slack")
app.add_typer(support.support_app, name="support")
app.add_typer(twins.twins_app, name="twins")
app.command("unapplied")(ledger.show_unapplied)
app.command("place")(ledger.place)
app.command("unplace")(ledger.unplace)
app.add_typer(falls.fall_app, name="lowered")
app.add_typer(ledger.write_off_app, name="writeoff")
app.add_typer(ledger.credit_note_app, name="credit-note")
app.command("void")(ledger.void)
casework.account_app.command("twins")(twins.show_twins)
casework.account_app.command("merge")(twins.merge)
casework.account_app.command("dismiss")(twins.dismiss)
app.add_typer(casework.account_app, name="account")
app.add_typer(casework.contact_app, name="contact")
app.add_typer(casework.task_app, name="task")
app.add_typer(casework.away_app, name="away")
app.command("snooze")(casework.snooze)
app.command("wake")(casework.wake)
app.command("workload")(casework.show_workloads)
app.add_typer(stops.hold_app, name="hold")
app.command("exclude")(stops.exclude)
app.command("include")(stops.include)
app.add_typer(stops.gate_app, name="gate")
app.add_typer(stops.maintenance_app, name="maintenance")
app.add_typer(crons.cron_app, name="cron")
app.add_typer(incidents.incident_app, name="incident")
app.add_typer(readiness.readiness_app, name="readiness")
app.add_typer(restored.restored_app, name="restored")
app.add_typer(privacy.privacy_app, name="privacy")


def main() -> None:
    """Run the command line."""
    app()
