"""Key faults: what is wrong with a key is told without loading the library that signs with it."""


class KeyUnusable(Exception):
    """A signing key cannot be used; the text says why and never what it is."""
