"""What an operator can set, by environment (``HEADWAY_…``) or in a TOML file; checked whole at start."""

import secrets
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from headway.engine.errors import Invalid


class Settings(BaseSettings):
    """Every setting of an installation. The file is ``headway.toml`` in the working folder."""

    model_config = SettingsConfigDict(env_prefix="HEADWAY_", toml_file="headway.toml", extra="forbid")

    data_dir: Path = Field(
        default=Path("var"), description="Folder for the SQLite database, uploads, backups and the generated secret."
    )
    database_url: str = Field(
        default="",
        description="postgresql://user:password@host/name to use PostgreSQL; empty means SQLite in the data folder.",
    )
    secret_key: str = Field(
        default="", description="Signs sessions and tokens; made and kept in the data folder when empty."
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port to listen on.")
    allowed_hosts: Annotated[list[str], NoDecode] = Field(
        default=["localhost", "127.0.0.1", "[::1]"],
        description="Host names people reach Headway by, separated by commas.",
    )
    public_url: str = Field(
        default="",
        description="Address people reach Headway by, such as https://headway.example.org; needed behind a proxy.",
    )
    debug: bool = Field(default=False, description="Developer mode: error pages with details. Never in production.")
    threads: int = Field(default=8, ge=1, le=64, description="Threads that serve pages and API calls.")
    workers: int = Field(
        default=1,
        ge=0,
        le=32,
        description="Jobs (drafts of plans, forecasts) that “headway serve” does at a time; 0 leaves them to "
        "“headway worker”.",
    )
    time_zone: str = Field(default="UTC", description="Time zone for people who have not chosen one.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", description="How much is logged.")
    log_format: Literal["text", "json"] = Field(default="text", description="Log lines for people or for machines.")
    max_upload_mb: int = Field(default=20, ge=1, le=500, description="Largest file accepted for import, in MiB.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not value.startswith(("postgres://", "postgresql://", "sqlite:///")):
            raise ValueError("should start with postgresql:// or sqlite:///, or be empty")
        return value

    @field_validator("public_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("should start with https:// (or http:// for a trial)")
        return value.rstrip("/")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("should be a zone of the IANA database, such as Europe/Berlin")
        return value

    def resolved_database_url(self) -> str:
        """The database's address, the default spelt out."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'headway.sqlite3').absolute()}"

    def resolved_secret_key(self) -> str:
        """The secret key; made once, readable by its owner only, when none was set."""
        if self.secret_key:
            return self.secret_key
        path = self.data_dir / "secret_key"
        if not path.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(48))
        return path.read_text().strip()


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process.

    Raises:
        Invalid: with every mistake at once, each with its name, value and what would do.
    """
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"  HEADWAY_{'.'.join(str(part) for part in each['loc']).upper()} = {each['input']!r}: {each['msg']}"
            for each in error.errors()
        ]
        raise Invalid("These settings need correcting:\n" + "\n".join(lines), code="settings") from None
