"""What is known of an open invoice at this moment: one SQL view of it for queue, explanation and planner."""

import datetime as dt
from typing import Any

from iso4217 import Currency

NO_DECIMALS = [each.code for each in Currency if each.exponent == 0]
THREE_DECIMALS = [each.code for each in Currency if each.exponent == 3]

_FACTS = """
    SELECT i.id, i.number, i.account_id, a.name AS account_name, i.currency, i.open_minor, i.total_minor, i.due_on,
           i.state,
           i.open_minor / CASE WHEN i.currency = ANY(%(no_decimals)s) THEN 1
                               WHEN i.currency = ANY(%(three_decimals)s) THEN 1000 ELSE 100 END AS open_major,
           %(today)s::date - i.due_on AS days_past_due,
           i.open_minor < i.total_minor AS part_paid,
           EXISTS (SELECT FROM contact c WHERE c.account_id = i.account_id AND c.state = 'active') AS has_contact,
           EXISTS (SELECT FROM contact c WHERE c.account_id = i.account_id AND c.state = 'active'
                   AND NOT EXISTS (SELECT FROM suppression s WHERE s.address_key = c.email_key AND s.state = 'active'))
               AS mailable,
           EXISTS (SELECT FROM checkout k WHERE k.invoice_id = i.id AND k.state = 'processing') AS processing,
           EXISTS (SELECT FROM checkout k WHERE k.invoice_id = i.id AND k.decline_code IS NOT NULL
                   AND k.state IN ('open', 'failed', 'expired')) AS declined,
           EXISTS (SELECT FROM inbound_mail m JOIN mailing g ON g.id = m.mailing_id
                   WHERE g.invoice_id = i.id AND m.seen_at IS NULL AND m.state <> 'stored') AS unread_mail,
           EXISTS (SELECT FROM payment p JOIN allocation l ON l.payment_id = p.id
                   WHERE l.invoice_id = i.id AND p.kind IN ('refund', 'chargeback')) AS reversed,
           a.state = 'excluded' AS excluded,
           e.state AS enrolment_state, e.next_action_at, e.last_position, e.cadence_id,
           (SELECT max(sent_at) FROM mailing g WHERE g.invoice_id = i.id AND g.state = 'sent') AS last_mail_at
    FROM invoice i
    JOIN account a ON a.id = i.account_id
    LEFT JOIN LATERAL (SELECT * FROM enrolment n WHERE n.invoice_id = i.id ORDER BY n.created_at DESC LIMIT 1) e ON true
"""


def facts(where: str = "") -> str:
    """Return the SELECT; *where* narrows it by the invoice ``i`` or its account ``a``."""
    return f"{_FACTS} {where}"


def parameters(today: dt.date, **more: Any) -> dict[str, Any]:
    """Return the named parameters of the SELECT; *today* is the merchant's date."""
    return {"today": today, "no_decimals": NO_DECIMALS, "three_decimals": THREE_DECIMALS, **more}
