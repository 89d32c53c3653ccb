"""Secret files: each secret setting may be in a file, which `PLIXO_…_FILE` names or `PLIXO_SECRETS_DIR` holds."""

import json
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsError

PREFIX = "plixo_"
FOLDER = "plixo_secrets_dir"
LONGEST_BYTES = 64 * 1024


class SecretFileUnusable(SettingsError):
    """A file of a secret cannot be used; the message names setting and file, never what is in it."""


def is_secret(field: FieldInfo) -> bool:
    """Tell whether a setting holds a secret, or a list of them."""
    return SecretStr in _kinds(field.annotation)


def _kinds(annotation: object) -> set[object]:
    inside = get_args(annotation)
    return {annotation}.union(*(_kinds(each) for each in inside))


class SecretFiles(PydanticBaseSettingsSource):
    """Reads secrets from files. A secret that is also set by itself is an error: nobody could say which one counts."""

    def __init__(self, settings_cls: type[BaseSettings], variables: Mapping[str, str | None]) -> None:
        super().__init__(settings_cls)
        self._variables = variables

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return what the file of a setting holds, or None.

        Raises:
            SecretFileUnusable: It cannot be read, is open to everybody, or the setting is there twice.
        """
        if not is_secret(field) or (file := self._file(field_name)) is None:
            return None, field_name, False
        setting = f"PLIXO_{field_name.upper()}"
        if self._variables.get(f"{PREFIX}{field_name}"):
            raise SecretFileUnusable(f"{setting}: set by itself and by the file {file}; take one away")
        value = _read(setting, file)
        if SecretStr in get_args(field.annotation) and "list" in str(field.annotation):
            return _list(value), field_name, False
        return value, field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return every secret that is in a file."""
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}

    def _file(self, name: str) -> Path | None:
        if named := self._variables.get(f"{PREFIX}{name}_file"):
            return Path(named)
        if not (folder := self._variables.get(FOLDER)):
            return None
        return next((file for each in (f"{PREFIX}{name}", name) if (file := Path(folder) / each).is_file()), None)


class SecretSettings(BaseSettings):
    """The part of the settings that reads secrets from files as well."""

    @classmethod
    def settings_customise_sources(  # noqa: PLR0913, RUF100 - the library's signature
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return where settings come from, the strongest first: by hand, environment, files of secrets, `.env`."""
        del file_secret_settings  # ours refuses files that everybody may read
        assert isinstance(env_settings, EnvSettingsSource)
        assert isinstance(dotenv_settings, EnvSettingsSource)
        files = SecretFiles(settings_cls, {**dotenv_settings.env_vars, **env_settings.env_vars})
        return init_settings, env_settings, files, dotenv_settings


def _read(setting: str, file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as opened:
            mode = stat.S_IMODE(file.stat().st_mode)
            if mode & stat.S_IROTH:
                raise SecretFileUnusable(f"{setting}: everybody may read {file}; chmod 600 {file}")
            return opened.read(LONGEST_BYTES).strip()
    except OSError as error:
        raise SecretFileUnusable(f"{setting}: {file} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise SecretFileUnusable(f"{setting}: {file} is no text") from None


def _list(value: str) -> list[str]:
    """Return the secrets of a list: as JSON, or one a line."""
    try:
        found = json.loads(value)
    except ValueError:
        return value.split()
    return [str(each) for each in found] if isinstance(found, list) else value.split()
