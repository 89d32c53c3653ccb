"""Mail that comes back: one SMTP server which stores before it says 250."""
