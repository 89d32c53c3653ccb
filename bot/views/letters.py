"""Letters by name, as the reader calls them: ``reminder-overdue`` is "reminder overdue"."""

from domain.letters.names import NAMES, named

__all__ = ["NAMES", "named"]
