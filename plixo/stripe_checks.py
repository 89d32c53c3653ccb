"""Stripe's checks: whether its key works, and whether its events arrive."""

from domain.kernel.ports import GatewayRefused, GatewayUnavailable
from domain.pay_links import provider_health
from plixo import database, migrations, runtime
from plixo.check_results import Result
from plixo.settings import Settings
from portal.stripe_gateway import StripeGateway


async def connection(settings: Settings) -> Result:
    """Ask Stripe with our key, and whether bank debit is switched on there."""
    if settings.stripe_api_key is None:
        return Result("Stripe", "warn", "switched off: nobody can pay", "Set PLIXO_STRIPE_API_KEY.")
    gateway = StripeGateway(api_key=settings.stripe_api_key.get_secret_value(), api_base=settings.stripe_api_url)
    try:
        await gateway.reachable()
        bank_debit = await gateway.offers_bank_debit() if settings.stripe_bank_debit else None
    except GatewayRefused:
        return Result(
            "Stripe",
            "fail",
            "Stripe refuses the key",
            "A restricted key needs: Checkout Sessions write; PaymentIntents, Charges, Refunds, Disputes, Events, "
            "Payment Method Configurations read.",
        )
    except GatewayUnavailable:
        return Result("Stripe", "fail", "not reachable", "Network or proxy.")
    finally:
        await gateway.close()
    if not settings.stripe_webhook_secrets:
        return Result("Stripe", "fail", "no webhook secret", "Set PLIXO_STRIPE_WEBHOOK_SECRETS.")
    if bank_debit is False:
        return Result(
            "Stripe",
            "warn",
            "bank debit is not switched on there",
            "Switch on ACH Direct Debit in Stripe's dashboard, or set PLIXO_STRIPE_BANK_DEBIT=false.",
        )
    return Result("Stripe", "ok", "the key works and a webhook secret is set")


async def payments(settings: Settings) -> Result:
    """Tell when Stripe was last heard of, and what stands in the way."""
    if settings.stripe_api_key is None:
        return Result("payments", "warn", "switched off", "Set PLIXO_STRIPE_API_KEY.")
    try:
        async with runtime.opened(settings, application="check") as opened:
            found = await provider_health.health(opened.core)
    except (database.DatabaseUnreachable, migrations.SchemaBehind):
        return Result("payments", "fail", "cannot be read", "See what is said of the database.")
    if found.problems:
        return Result("payments", "warn", found.problems[0].what, found.problems[0].remedy)
    if not found.heard:
        return Result(
            "payments", "warn", "no event of Stripe's has arrived yet", "Send a test event from its dashboard or CLI."
        )
    return Result("payments", "ok", f"the last event came {found.last_event_at:%Y-%m-%d %H:%M} UTC")
