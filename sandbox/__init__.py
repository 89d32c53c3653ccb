"""Stand-ins for Slack, Stripe and mail boxes, for the demo and the flow tests."""
