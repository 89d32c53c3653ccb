"""Readiness settings: from where on a check holds back what would leave by itself."""

from datetime import timedelta

from pydantic import Field

from domain.kernel.limits import ReadinessLimits
from plixo.portal_settings import PortalSettings


class ReadinessSettings(PortalSettings):
    """The part of the settings that is about readiness."""

    readiness_contacts: int = Field(
        default=95, ge=0, le=100, description="Percent of open invoices that need a contact who may be mailed."
    )
    readiness_control_days: int = Field(
        default=7, ge=1, le=366, description="Control totals older than so many days are not compared any more."
    )
    readiness_smoke_seconds: int = Field(
        default=60, ge=5, le=600, description="Within so many seconds a test dispute has to reach queue and channel."
    )
    readiness_smoke_days: int = Field(
        default=2, ge=1, le=30, description="A test dispute that arrived more days ago is out of date."
    )
    readiness_webhook_hours: int = Field(
        default=26, ge=1, le=720, description="Hours after a checkout began within which Stripe is heard of."
    )
    readiness_inbound_days: int = Field(
        default=7, ge=1, le=90, description="Days without any incoming mail, while much is sent, that mean trouble."
    )
    readiness_override_days: int = Field(
        default=7, ge=1, le=90, description="The longest for which one check of readiness may be overridden."
    )

    def readiness(self) -> ReadinessLimits:
        """Return the figures of the checks."""
        return ReadinessLimits(
            contacts=self.readiness_contacts,
            control_age=timedelta(days=self.readiness_control_days),
            smoke=timedelta(seconds=self.readiness_smoke_seconds),
            smoke_age=timedelta(days=self.readiness_smoke_days),
            webhook_silence=timedelta(hours=self.readiness_webhook_hours),
            inbound_silence=timedelta(days=self.readiness_inbound_days),
            override_longest=timedelta(days=self.readiness_override_days),
        )
