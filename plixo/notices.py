"""The notices table of the whole product: which job follows from which event, joined from the areas' tables."""

from domain.casework import dispute_question_events, mail_answer_events, question_events
from domain.casework import events as casework_events
from domain.cash_application import events as cash_events
from domain.cash_application import reading_events
from domain.commitments import dispute_events
from domain.commitments import events as commitment_events
from domain.deliverability import contact_events, draft_events, operator_mail_events
from domain.deliverability import events as deliverability_events
from domain.kernel.notices import Notices, merged
from domain.ledger import entry_events, parity_events, twin_events
from domain.ledger import events as ledger_events
from domain.operations import (
    audit_events,
    chat_events,
    cron_events,
    export_events,
    incident_events,
    maintenance_events,
    readiness_events,
    restoration_events,
    support_events,
)
from domain.operations.erasing import events as erasure_events
from domain.operations.imports import events as import_decisions
from domain.outreach import events as outreach_events
from domain.outreach import stop_events
from domain.pay_links import events as pay_link_events
from domain.pay_links import forwarding_events, oddity_events, provider_news
from domain.people import access_events
from domain.people import events as people_events
from domain.policies import events as policy_events

NOTICES: Notices = merged(
    people_events.NOTICES,
    access_events.NOTICES,
    ledger_events.NOTICES,
    entry_events.NOTICES,
    parity_events.NOTICES,
    twin_events.NOTICES,
    commitment_events.NOTICES,
    dispute_events.NOTICES,
    pay_link_events.NOTICES,
    provider_news.NOTICES,
    forwarding_events.NOTICES,
    oddity_events.NOTICES,
    deliverability_events.NOTICES,
    draft_events.NOTICES,
    contact_events.NOTICES,
    operator_mail_events.NOTICES,
    cash_events.NOTICES,
    reading_events.NOTICES,
    policy_events.NOTICES,
    outreach_events.NOTICES,
    stop_events.NOTICES,
    casework_events.NOTICES,
    question_events.NOTICES,
    dispute_question_events.NOTICES,
    mail_answer_events.NOTICES,
    support_events.NOTICES,
    import_decisions.NOTICES,
    export_events.NOTICES,
    erasure_events.NOTICES,
    restoration_events.NOTICES,
    chat_events.NOTICES,
    audit_events.NOTICES,
    readiness_events.NOTICES,
    cron_events.NOTICES,
    maintenance_events.NOTICES,
    incident_events.NOTICES,
)
"""What waits for which event; ``timeline.record`` reads it."""
