"""The business of collecting invoices. Knows no Slack, HTTP, SMTP or Stripe."""
