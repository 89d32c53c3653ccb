"""Books: what is open by age, a customer's statement, and whether every balance agrees with its entries."""

from bot.asks import Ask, Misunderstood
from bot.blocks import Message
from bot.routes import Command, Group, command
from bot.views import books as views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.ledger import ageing, audit, statements

STATEMENT = 'statement "Acme Ltd"'


async def show_ageing(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo ageing``."""
    return views.ageing(await ageing.now(core, actor=ask.actor))


async def show_statement(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo statement NAME``: the account of the last 90 days, in short."""
    name = " ".join(ask.words).strip("`'\"“”")
    if not name:
        raise Misunderstood(
            say("Whose? A customer's number or name, for example `/plixo {example}`.", example=STATEMENT)
        )
    return views.statement(await statements.statement(core, account=name, actor=ask.actor))


async def show_audit(core: Core, _: Ask) -> Message:
    """Answer ``/plixo balances`` with what the newest comparison of all balances found."""
    return views.audited(await audit.last(core))


COMMANDS: tuple[Command, ...] = (
    command(
        Group.MONEY, "ageing", "", Permission.VIEW, phrase("shows what is open by days past due"), "ageing", show_ageing
    ),
    command(
        Group.MONEY,
        "statement",
        "NAME",
        Permission.VIEW,
        phrase("shows a customer's account"),
        STATEMENT,
        show_statement,
    ),
    command(
        Group.MONEY,
        "balances",
        "",
        Permission.VIEW,
        phrase("shows whether every balance is the sum of its entries"),
        "balances",
        show_audit,
    ),
)
