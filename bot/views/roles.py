"""Roles as they are shown: what each may do, and who holds which."""

from collections.abc import Mapping, Sequence

from bot import blocks, text
from bot.blocks import Message
from domain.kernel.actor import Permission
from domain.kernel.speech import counted, say, say_as
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
    mine = say("You are {roles}.", roles=", ".join(held)) if held else say("You have no role.")
    head = f"{say('{roles} roles, {rights} rights.', roles=len(may), rights=len(Permission))} {mine}"
    columns = [say_as("column of a table: this role", "may"), *(_SHORT.get(role, role.value) for role in may)]
    yes = say_as("in a table: this role may", "yes")
    rows = [
        [say(permission.value), *(yes if permission in allowed else "–" for allowed in may.values())]
        for permission in Permission
    ]
    hint = say(
        "`/plixo role list` says who holds which. `/plixo access request ROLE for 2 days` and a reason ask for more; "
        "a role is given by `/plixo role grant @person ROLE` and a reason, Controller and Admin by two people."
    )
    return Message(
        text=head, blocks=(blocks.section(f"*{head}*"), blocks.table([columns, *rows]), blocks.context(hint))
    )


def holders(held: Sequence[Held]) -> Message:
    """Return who holds which role, by name."""
    if not held:
        sentence = say("Nobody holds a role there.")
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    people = len({each.slack_id for each in held})
    roles = counted("{n} role", "{n} roles", len(held))
    head = counted("{n} person holds {roles}.", "{n} people hold {roles}.", people, roles=roles)
    return Message(text=head, blocks=blocks.listing([blocks.section(f"*{head}*")], map(_line, held), most=40))


def ends_soon(event: RoleEndsSoon) -> Message:
    """Return what the holder of a role is told before it ends."""
    sentence = say("You are *{role}* until {moment}.", role=event.role, moment=text.moment(event.until))
    hint = say("If you still need it: `/plixo access request {role} for 2 days` and a reason.", role=event.role)
    return Message(text=sentence, blocks=(blocks.section(sentence), blocks.context(hint)))


def _line(each: Held) -> blocks.Block:
    until = f" {say('until {moment}', moment=text.moment(each.until))}" if each.until else ""
    given = say(
        "given by {person}, {moment}: {reason}",
        person=text.foreign(each.granted_by, limit=40),
        moment=text.moment(each.since),
        reason=text.foreign(each.reason, limit=120),
    )
    return blocks.section(f"*{text.foreign(each.name, limit=60)}*  {each.role}{until}\n_{given}_")
