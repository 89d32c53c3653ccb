"""Views: pure functions from what was read to what is shown. No input or output, no clock."""
