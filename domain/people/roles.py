"""The nine roles and what each may do: the one table that help shows and every command checks."""

from collections.abc import Mapping
from enum import StrEnum

from domain.kernel.actor import Permission

_P = Permission


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


MAY: Mapping[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset({_P.VIEW, _P.MANAGE_PEOPLE, _P.OPERATE}),
    Role.CONTROLLER: frozenset(Permission),
    Role.AR_MANAGER: frozenset(
        {
            _P.VIEW,
            _P.WORK_QUEUE,
            _P.HANDLE_LINKS,
            _P.HANDLE_SUPPRESSIONS,
            _P.IMPORT,
            _P.APPLY_CASH,
            _P.APPROVE,
            _P.PUBLISH,
            _P.NUDGE,
            _P.OPERATE,
        }
    ),
    Role.AR_OPERATOR: frozenset(
        {_P.VIEW, _P.WORK_QUEUE, _P.HANDLE_LINKS, _P.HANDLE_SUPPRESSIONS, _P.IMPORT, _P.NUDGE, _P.APPLY_CASH}
    ),
    Role.SALES: frozenset({_P.VIEW, _P.NUDGE}),
    Role.CSM: frozenset({_P.VIEW, _P.NUDGE}),
    Role.LEGAL: frozenset({_P.VIEW, _P.HANDLE_SUPPRESSIONS, _P.APPROVE_CREDITS}),
    Role.BILLING_ADMIN: frozenset({_P.VIEW, _P.IMPORT, _P.HANDLE_LINKS, _P.APPLY_CASH}),
    Role.VIEWER: frozenset({_P.VIEW}),
}

REACHING = frozenset({Role.ADMIN, Role.CONTROLLER})
"""Roles that give rights to others or move money: one person proposes them, another approves."""


def permissions(roles: tuple[Role, ...]) -> frozenset[Permission]:
    """Return everything that any of the roles allows."""
    return frozenset().union(*(MAY[role] for role in roles))


def roles_with(permission: Permission) -> tuple[Role, ...]:
    """Return the roles that allow *permission*, in the table's order."""
    return tuple(role for role, allowed in MAY.items() if permission in allowed)
