"""Covering: how other areas' statements ask whether an address must not be mailed, by itself or by its domain.

A domain stands in the same table as ``@acme.example``. Each form is two look-ups, so that sets are joined by hash and
single addresses are found by index.
"""


def covered(key: str) -> str:
    """Return an SQL condition: the address whose key the expression *key* gives is suppressed, or its domain is.

    Args:
        key: An SQL expression of our own, such as ``c.email_key``; never text from outside.
    """
    return f"(EXISTS ({_active(key)}) OR EXISTS ({_active(_domain(key))}))"


def free(key: str) -> str:
    """Return an SQL condition: neither the address nor its domain is suppressed; see ``covered``."""
    return f"(NOT EXISTS ({_active(key)}) AND NOT EXISTS ({_active(_domain(key))}))"


def reason(key: str) -> str:
    """Return an SQL expression: the reason that weighs most for an address, or null; see ``covered``.

    That somebody opted out stops reminders only, so every other reason comes before it.
    """
    return (
        f"(SELECT s.reason FROM suppression s WHERE s.state = 'active' AND s.address_key IN ({key}, {_domain(key)})"
        " ORDER BY s.reason = 'opted out', s.created_at LIMIT 1)"
    )


def of(suppression: str, key: str) -> str:
    """Return an SQL condition to join the table *suppression* by what keeps an address back; see ``covered``."""
    return f"{suppression}.state = 'active' AND {suppression}.address_key IN ({key}, {_domain(key)})"


def lifted_since(key: str, since: str) -> str:
    """Return an SQL condition: what kept an address back was lifted after the moment *since*; see ``covered``."""
    lifted = "EXISTS (SELECT FROM suppression s WHERE s.address_key = {} AND s.lifted_at > {})"
    return f"({lifted.format(key, since)} OR {lifted.format(_domain(key), since)})"


def domain_key(address_key: str) -> str:
    """Return the key under which an address's whole domain is suppressed."""
    return "@" + address_key.rpartition("@")[2]


def _active(key: str) -> str:
    return f"SELECT FROM suppression s WHERE s.address_key = {key} AND s.state = 'active'"


def _domain(key: str) -> str:
    return f"'@' || split_part({key}, '@', -1)"
