"""Papers: receipts and statements as PDF, tagged for screen readers, the same bytes for the same facts."""
