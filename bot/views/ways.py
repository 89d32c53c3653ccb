"""Ways: by which way a payer's word reached us, as operators read it."""

from domain.kernel.speech import say_as


def called(source: str) -> str:
    """Return what a source is called; one that is not known is called as it is written down."""
    match source:
        case "portal":
            return say_as("way in which a word came", "portal")
        case "mail":
            return say_as("way in which a word came", "mail")
        case "operator":
            return say_as("way in which a word came", "operator")
        case "shell":
            return say_as("way in which a word came", "shell")
        case _:
            return source
