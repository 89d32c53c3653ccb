"""Setting names: what is set by a name that no setting has, such as one that was typed wrong, would do nothing."""

from collections.abc import Iterable
from difflib import get_close_matches

from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource

from plixo import secret_files
from plixo.check_results import Result
from plixo.settings import Settings

PREFIX = "PLIXO_"

MOST = 5
"""Names that are told."""


async def check(settings: Settings) -> Result:
    """Say which names are no settings: all in ``.env``, and in the environment those that are nearly one.

    The environment also has variables of others, such as tests. Values are not looked at.
    """
    del settings
    around = EnvSettingsSource(Settings).env_vars
    strange = {*unknown(DotEnvSettingsSource(Settings).env_vars), *(each for each in unknown(around) if _meant(each))}
    if strange:
        return Result(
            "settings",
            "warn",
            "; ".join(_told(each) for each in sorted(strange)[:MOST]),
            "What has no such name does nothing; docs/configuration.md lists all settings.",
        )
    return Result("settings", "ok", "every variable that begins with PLIXO_ is a setting")


def unknown(names: Iterable[str]) -> list[str]:
    """Return those names that look like settings and are none."""
    known = _known()
    ours = {each.upper() for each in names if each.upper().startswith(PREFIX)}
    return sorted(each for each in ours if each not in known)


def _known() -> set[str]:
    fields = Settings.model_fields
    files = [f"{name}_file" for name, field in fields.items() if secret_files.is_secret(field)]
    return {f"{PREFIX}{each}".upper() for each in (*fields, *files)} | {secret_files.FOLDER.upper()}


def _meant(name: str) -> str:
    return next(iter(get_close_matches(name, _known(), n=1, cutoff=0.88)), "")


def _told(name: str) -> str:
    return f"{name} is no setting" + (f"; did you mean {meant}?" if (meant := _meant(name)) else "")
