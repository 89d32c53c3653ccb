"""Columns: fields of tables that keep a sentence with its values, and not a text in one language."""

from typing import Any

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField

from domain.kernel import sentences


class SentenceField(fields.TextField):
    """A column of text that keeps what was said; of a row it comes as it is said to the reader of now."""

    skip_to_python_if_native = False

    def to_db_value(self, value: Any, instance: Any) -> Any:
        """Return it as it is kept."""
        return super().to_db_value(None if value is None else sentences.as_text(value), instance)

    def to_python_value(self, value: Any) -> Any:
        """Return it as it is said to the reader of now."""
        return None if value is None else sentences.said(value)


class SentencesField(ArrayField):
    """A column of several of them."""

    skip_to_python_if_native = False

    def __init__(self, **kwargs: Any) -> None:
        """Take what every field takes."""
        super().__init__(element_type="text", **kwargs)

    def to_db_value(self, value: Any, instance: Any) -> Any:
        """Return them as they are kept."""
        return super().to_db_value([sentences.as_text(each) for each in value], instance)

    def to_python_value(self, value: Any) -> Any:
        """Return them as they are said to the reader of now."""
        return [sentences.said(each) for each in value]
