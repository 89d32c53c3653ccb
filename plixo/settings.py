"""Settings: everything that can be set from outside, by environment (``PLIXO_…``) or a ``.env`` file."""

from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from domain.kernel.limits import Limits
from domain.kernel.money import CurrencyUnknown, digits
from plixo.readiness_settings import ReadinessSettings
from plixo.retention_settings import RetentionSettings
from plixo.watch_settings import WatchSettings


class Settings(ReadinessSettings, WatchSettings, RetentionSettings):
    """Read once at start; no other module reads the environment."""

    model_config = SettingsConfigDict(env_prefix="PLIXO_", env_file=".env", extra="ignore", secrets_dir=None)

    data_dir: Path = Field(
        default=Path("plixo-data"), description="Folder of the embedded PostgreSQL, the signing keys and the lock file."
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="PostgreSQL to use instead of the embedded one: `postgresql://user:password@host/name`.",
    )
    database_pool: int = Field(default=10, ge=2, le=200, description="Most connections of one process to the database.")

    files_url: str | None = Field(
        default=None,
        description="Where files of payers are kept: `s3://bucket/prefix` (keys from the usual `AWS_…` variables) or "
        "`file:///folder`. Default: the folder `files` of the data folder, which every process must then share.",
    )
    clamd: str | None = Field(
        default=None,
        description="A running clamd that looks into files of payers before anybody may open them: the path of its "
        "socket, or `host:port`. Default: no virus check.",
    )

    merchant_name: str = Field(default="Your Company", description="Name that payers see on pages and in mails.")
    merchant_contact: str = Field(
        default="", description="Whom a payer may write to or call. Default: the sender address."
    )
    merchant_phone: str = Field(default="", max_length=40, description="Telephone number that payers see on pages.")
    merchant_address: str = Field(
        default="", max_length=300, description="Postal address that payers see on pages; its lines by commas."
    )
    merchant_zone: str = Field(
        default="UTC", description="Time zone in which invoices fall due, such as `Europe/Berlin`."
    )
    merchant_currency: str = Field(default="EUR", description="Base currency, ISO 4217.")
    merchant_locale: str = Field(
        default="en", description="Language of letters where a customer has none: en, de, fr, es."
    )
    merchant_country: str | None = Field(default=None, description="Country, ISO 3166 (two letters).")

    rates: dict[str, Decimal] = Field(
        default_factory=dict,
        description='Units of the base currency for one unit of another, as JSON: `{"USD": "0.92"}`. '
        "A currency without a rate counts as high value and matches no balance rule.",
    )
    sending_opens: time = Field(
        default=time(8), description="Reminders leave from this hour on, in the payer's own time zone."
    )
    sending_closes: time = Field(
        default=time(18), description="Reminders leave until this hour, in the payer's own time zone."
    )
    contact_rest_days: int = Field(
        default=3, ge=0, le=90, description="A contact gets at most one reminder in so many days; 0: no such rule."
    )
    undo_seconds: int = Field(
        default=60, ge=0, le=3600, description="How long an approved mail waits and may be called back."
    )
    warm_up_first: int = Field(
        default=50, ge=0, description="Reminders a day in the first week of a sending domain; 0: the domain is warm."
    )
    domain_cap: int = Field(default=0, ge=0, description="Most reminders a day, warm or not; 0: no cap.")
    ledger_max_age_days: int = Field(
        default=14,
        ge=0,
        description="Reminders wait when nothing was imported or paid for so many days; 0: no such rule.",
    )
    high_value: int = Field(
        default=10_000, ge=0, description="A draft over more, in the base currency, waits for an approval."
    )
    sender_wait_days: int = Field(
        default=3,
        ge=0,
        le=60,
        description="Working days that reminders wait for a mail known by its sender only; 0: they do not wait for it.",
    )
    promise_grace_days: int = Field(default=2, ge=0, le=30, description="Days of grace after the promised one.")
    parity_percent: Decimal = Field(default=Decimal(1), ge=0, le=100, description="How far ageing may differ from ERP.")
    import_mb: int = Field(default=25, ge=1, le=100, description="Megabytes of the largest file imported in Slack.")
    import_hours: int = Field(
        default=24, ge=1, le=336, description="Hours for which a file handed in waits for a decision about its import."
    )
    promise_max_days: int = Field(default=60, ge=1, le=365, description="A promise farther ahead has to be a plan.")
    plan_amount: int = Field(
        default=50_000, ge=0, description="A plan over more, in the base currency, is approved by a Controller."
    )
    plan_months: int = Field(default=12, ge=1, le=120, description="A longer plan is approved by a Controller.")
    credit_cap: int = Field(
        default=1_000,
        ge=0,
        description="A credit over more, in the base currency, is approved by Legal or a Controller.",
    )
    variance_operator: int = Field(
        default=5, ge=0, description="Of a short payment whoever applies cash may let go so much, in the base currency."
    )
    variance_manager: int = Field(default=50, ge=0, description="The same for whoever approves mail.")
    variance_controller: int = Field(default=500, ge=0, description="The same for whoever moves money.")
    post_confidence: int = Field(
        default=90, ge=50, le=100, description="From so many percent on a bank line is posted without a person."
    )
    part_payments: bool = Field(default=True, description="Payers may pay a part of what is asked.")
    stripe_shared: bool = Field(
        default=False,
        description="The Stripe account also takes money that is none of Plixo's: at night only what names an invoice "
        "is asked about.",
    )
    claim_minutes: int = Field(
        default=30, ge=1, le=1440, description="How long a case stays with whoever took it up and does nothing."
    )
    office_opens: time = Field(default=time(9), description="From this hour on the time for disputes runs.")
    office_closes: time = Field(
        default=time(17), description="Until this hour, on working days of the merchant's country."
    )
    dispute_wait_days: int = Field(default=7, ge=1, le=60, description="Days a dispute waits for the payer's answer.")
    first_mode: Literal["shadow", "autopilot"] = Field(default="shadow", description="Mode of a new database's mail.")
    publish_coverage: int = Field(
        default=70,
        ge=0,
        le=100,
        description="Percent of a segment's invoices that need a contact before it is published.",
    )
    autopilot_coverage: int = Field(
        default=90, ge=0, le=100, description="The same, before its mail leaves without an approval."
    )
    autopilot_reversals: int = Field(
        default=5, ge=0, le=100, description="Percent of a week's payments that may go back under Autopilot."
    )
    second_person: bool = Field(
        default=True,
        description="Publishing, large credits and drafts need somebody else than whoever made them; "
        "`false` is for a company of one.",
    )
    letters_folder: Path | None = Field(
        default=None, description="Folder with the merchant's own letters, which replace ours file by file."
    )

    slack_bot_token: SecretStr | None = Field(
        default=None, description="Bot token, `xoxb-…`. Without it there is no bot."
    )
    slack_signing_secret: SecretStr | None = Field(
        default=None, description="Signing secret; turns on Slack over HTTP."
    )
    slack_app_token: SecretStr | None = Field(default=None, description="App token, `xapp-…`; turns on Socket Mode.")
    slack_channel: str = Field(default="", description="Channel id in which cases, alerts and unread mail appear.")
    slack_post_seconds: float = Field(
        default=1.0, ge=0, le=60, description="Least time between two posts to the channel; Slack bears one a second."
    )
    slack_disputes_channel: str = Field(
        default="", description="Channel id for disputes. Default: the one channel for everything."
    )
    slack_approvals_channel: str = Field(
        default="", description="Channel id for what waits for an approval. Default: the one channel for everything."
    )
    slack_hourly_messages: int = Field(
        default=40,
        ge=0,
        description="So many messages an hour a channel gets one by one; above it only alarms do, the rest is counted "
        "in one line. 0: no such rule.",
    )
    slack_update_seconds: float = Field(
        default=3.0, ge=0, le=60, description="Least time between two changes of the same case message."
    )
    slack_api_url: str = Field(
        default="https://slack.com/api/", description="Slack's Web API; the sandbox sets its own."
    )

    stripe_api_key: SecretStr | None = Field(default=None, description="Restricted key of the Stripe account.")
    stripe_webhook_secrets: list[SecretStr] = Field(
        default_factory=list,
        description="Signing secrets of the webhook endpoint, as a JSON list; two while one is rotated.",
    )
    stripe_api_url: str | None = Field(
        default=None, description="Stripe's API, where it is not Stripe's own (the sandbox)."
    )
    stripe_checkout_origin: str = Field(
        default="https://checkout.stripe.com", description="Origin of Stripe's hosted page; forms may lead there."
    )
    stripe_bank_debit: bool = Field(default=True, description="Offer ACH bank debit on invoices in USD.")

    signing_keys: SecretStr | None = Field(
        default=None,
        description="Keys for links and return paths, newest first: `2:hex,1:hex`, 32 bytes each. "
        "Default: a file in the data folder, made at the first start.",
    )
    log_format: Literal["text", "json"] = Field(default="text", description="Form of the log on standard error.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level that is logged."
    )
    worker_concurrency: int = Field(default=8, ge=1, le=100, description="Jobs that one worker process runs at once.")

    @field_validator("merchant_zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"{value!r} is not a time zone such as Europe/Berlin") from None
        return value

    @field_validator("merchant_currency")
    @classmethod
    def _currency_exists(cls, value: str) -> str:
        try:
            digits(value)
        except CurrencyUnknown as unknown:
            raise ValueError(str(unknown)) from None
        return value

    @field_validator("rates")
    @classmethod
    def _rates_make_sense(cls, value: dict[str, Decimal]) -> dict[str, Decimal]:
        for currency, rate in value.items():
            try:
                digits(currency)
            except CurrencyUnknown as unknown:
                raise ValueError(str(unknown)) from None
            if not 0 < rate < 10**9:
                raise ValueError(f"the rate of {currency} must be above zero, not {rate}")
        return value

    @field_validator("merchant_locale")
    @classmethod
    def _locale_exists(cls, value: str) -> str:
        try:
            return str(Locale.parse(value))
        except (UnknownLocaleError, ValueError):
            raise ValueError(f"{value!r} is not a language such as en, de or fr_CA") from None

    @model_validator(mode="after")
    def _derived(self) -> "Settings":
        if self.sending_opens >= self.sending_closes:
            raise ValueError("sending_opens must be earlier than sending_closes")
        self.merchant_contact = self.merchant_contact or self.mail_from
        return self

    def limits(self) -> Limits:
        """Return the figures of the collections engine."""
        return Limits(
            **self.rehearsal(self.stripe_api_key),
            rates=dict(self.rates),
            opens=self.sending_opens,
            closes=self.sending_closes,
            contact_rest=timedelta(days=self.contact_rest_days),
            undo=timedelta(seconds=self.undo_seconds),
            warm_up_first=self.warm_up_first,
            domain_cap=self.domain_cap,
            ledger_max_age=timedelta(days=self.ledger_max_age_days),
            high_value=self.high_value,
            sender_wait_days=self.sender_wait_days,
            promise_grace_days=self.promise_grace_days,
            promise_max_days=self.promise_max_days,
            plan_amount=self.plan_amount,
            plan_months=self.plan_months,
            credit_cap=self.credit_cap,
            variance_operator=self.variance_operator,
            variance_manager=self.variance_manager,
            variance_controller=self.variance_controller,
            post_confidence=self.post_confidence,
            part_payments=self.part_payments,
            stripe_shared=self.stripe_shared,
            webhook_body=timedelta(days=self.webhook_body_days),
            mail_body=timedelta(days=self.mail_body_days),
            support_text=timedelta(days=self.support_text_days),
            reject_log=timedelta(days=self.reject_log_days),
            claim=timedelta(minutes=self.claim_minutes),
            office_opens=self.office_opens,
            office_closes=self.office_closes,
            dispute_wait=timedelta(days=self.dispute_wait_days),
            publish_coverage=self.publish_coverage,
            autopilot_coverage=self.autopilot_coverage,
            autopilot_reversals=self.autopilot_reversals,
            parity_percent=self.parity_percent,
            readiness=self.readiness(),
            import_bytes=self.import_mb << 20,
            import_wait=timedelta(hours=self.import_hours),
            chat_budget=self.slack_hourly_messages,
            second_person=self.second_person,
            docs_url=self.docs_url,
        )
