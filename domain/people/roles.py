"""The nine roles and what each may do: the one table that help shows and every command checks."""

from collections.abc import Mapping
from enum import StrEnum

from domain.kernel.actor import Permission as P


class Role(StrEnum):
    """A role that a person may hold; a person may hold several."""

    ADMIN = "Admin"
    CONTROLLER = "Controller"
    AR_MANAGER = "A/R Manager"
    AR_OPERATOR = "A/R Operator"
    SALES = "Sales"
    CSM = "CSM"
    LEGAL = "Legal"
    BILLING_ADMIN = "Billing Admin"
    VIEWER = "Viewer"


MAY: Mapping[Role, frozenset[P]] = {
    Role.ADMIN: frozenset({P.VIEW, P.MANAGE_PEOPLE, P.OPERATE}),
    Role.CONTROLLER: frozenset(P),
    Role.AR_MANAGER: frozenset({P.VIEW, P.WORK_QUEUE, P.HANDLE_LINKS, P.HANDLE_SUPPRESSIONS, P.IMPORT, P.APPROVE,
                                P.OPERATE}),
    Role.AR_OPERATOR: frozenset({P.VIEW, P.WORK_QUEUE, P.HANDLE_LINKS, P.HANDLE_SUPPRESSIONS, P.IMPORT}),
    Role.SALES: frozenset({P.VIEW}),
    Role.CSM: frozenset({P.VIEW}),
    Role.LEGAL: frozenset({P.VIEW, P.HANDLE_SUPPRESSIONS}),
    Role.BILLING_ADMIN: frozenset({P.VIEW, P.IMPORT, P.HANDLE_LINKS}),
    Role.VIEWER: frozenset({P.VIEW}),
}


def permissions(roles: tuple[Role, ...]) -> frozenset[P]:
    """Return everything that any of the roles allows."""
    return frozenset().union(*(MAY[role] for role in roles))


def roles_with(permission: P) -> tuple[Role, ...]:
    """Return the roles that allow *permission*, in the table's order."""
    return tuple(role for role, allowed in MAY.items() if permission in allowed)
