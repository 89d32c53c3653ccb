"""Retention settings: for how many days texts of people are kept."""

from pydantic import Field
from pydantic_settings import BaseSettings


class RetentionSettings(BaseSettings):
    """The part of the settings that is about what is forgotten."""

    webhook_body_days: int = Field(
        default=90, ge=1, le=3650, description="Days for which the body of a worked webhook is kept."
    )
    mail_body_days: int = Field(
        default=1095, ge=60, le=36500, description="Days for which a raw inbound mail is kept after it was dealt with."
    )
    support_text_days: int = Field(
        default=730, ge=30, le=36500, description="Days for which the words of a closed call for help are kept."
    )
    reject_log_days: int = Field(
        default=365, ge=30, le=36500, description="Days for which the rows are kept that an import did not take."
    )
