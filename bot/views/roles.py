"""Roles as they are shown: what each may do, and who holds which."""

from collections.abc import Mapping, Sequence

from bot import blocks, text
from bot.blocks import Message
from domain.kernel.actor import Permission
from domain.people.events import RoleEndsSoon
from domain.people.people import Held
from domain.people.roles import Role

_SHORT: Mapping[Role, str] = {
    Role.AR_MANAGER: "Manager",
    Role.AR_OPERATOR: "Operator",
    Role.BILLING_ADMIN: "Billing",
}
"""A column is narrow."""


def table(may: Mapping[Role, frozenset[Permission]], *, held: Sequence[str]) -> Message:
    """Return the one table of who may do what."""
    mine = f"You are {', '.join(held)}." if held else "You have no role."
    head = f"{len(may)} roles, {len(Permission)} rights. {mine}"
    columns = ["may", *(_SHORT.get(role, role.value) for role in may)]
    rows = [
        [permission.value, *("yes" if permission in allowed else "–" for allowed in may.values())]
        for permission in Permission
    ]
    hint = (
        "`/plixo role list` says who holds which. `/plixo access request ROLE for 2 days` and a reason ask for more; "
        "a role is given by `/plixo role grant @person ROLE` and a reason, Controller and Admin by two people."
    )
    return Message(
        text=head, blocks=(blocks.section(f"*{head}*"), blocks.table([columns, *rows]), blocks.context(hint))
    )


def holders(held: Sequence[Held]) -> Message:
    """Return who holds which role, by name."""
    if not held:
        sentence = "Nobody holds a role there."
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    people = len({each.slack_id for each in held})
    count = f"{len(held)} {'role' if len(held) == 1 else 'roles'}"
    head = f"{people} {'person holds' if people == 1 else 'people hold'} {count}."
    return Message(text=head, blocks=blocks.listing([blocks.section(f"*{head}*")], map(_line, held), most=40))


def ends_soon(event: RoleEndsSoon) -> Message:
    """Return what the holder of a role is told before it ends."""
    sentence = f"You are *{event.role}* until {text.moment(event.until)}."
    hint = f"If you still need it: `/plixo access request {event.role} for 2 days` and a reason."
    return Message(text=sentence, blocks=(blocks.section(sentence), blocks.context(hint)))


def _line(each: Held) -> blocks.Block:
    until = f" until {text.moment(each.until)}" if each.until else ""
    return blocks.section(
        f"*{text.foreign(each.name, limit=60)}*  {each.role}{until}\n"
        f"_given by {text.foreign(each.granted_by, limit=40)}, {text.moment(each.since)}: "
        f"{text.foreign(each.reason, limit=120)}_"
    )
