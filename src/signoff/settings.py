"""What is configured: variables `SIGNOFF_*`, then `signoff.toml`, then the defaults. Read once, in `app`."""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

REAL_GRAPH_URL = "https://graph.facebook.com"


class Environment(StrEnum):
    """`development` allows a shifted clock and cookies over plain http."""

    PRODUCTION = "production"
    DEVELOPMENT = "development"


def default_data_dir() -> Path:
    """Give the platform's folder for a user's data; as root a system folder."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "signoff"
    if os.geteuid() == 0:
        return Path("/var/lib/signoff")
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/signoff"
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local/share")) / "signoff"


class Settings(BaseSettings):
    """Frozen; passed on in the runtime. Durations in seconds or ISO 8601."""

    model_config = SettingsConfigDict(
        env_prefix="SIGNOFF_", toml_file="signoff.toml", frozen=True, extra="ignore"
    )

    environment: Environment = Environment.PRODUCTION
    """`production`, or `development` for rehearsals with a shifted clock."""
    data_dir: Path = Field(default_factory=default_data_dir)
    """Where media, exports, backups and the embedded database live."""

    database_url: SecretStr | None = None
    """Any PostgreSQL 15 or newer; without it Signoff starts its own."""
    database_owner_url: SecretStr | None = None
    """The role that runs migrations, when `database_url` may not create roles."""
    database_worker_url: SecretStr | None = None
    """The workers' role, when `database_url` may not create roles."""

    secret_key: SecretStr | None = None
    """One or more keys, separated by commas, newest first; made on first start when missing."""

    host: str = "127.0.0.1"
    """The address that the web process listens on."""
    port: int = Field(default=8000, ge=0, le=65535)
    """The port that the web process listens on."""
    public_url: str = ""
    """How browsers and platforms reach this installation; default: host and port."""

    graph_url: str = REAL_GRAPH_URL
    """Meta's Graph API, for Instagram and Facebook; a sandbox in rehearsals."""
    graph_version: str = Field(default="v26.0", pattern=r"^v\d+\.\d+$")
    """Version of the Graph API that is asked for."""

    instagram_calls_per_hour: int = Field(default=200, ge=0)
    """Calls for one Instagram account within an hour; 0: no ceiling of ours."""
    facebook_calls_per_hour: int = Field(default=200, ge=0)
    """Calls for one Facebook Page within an hour; 0: no ceiling of ours."""

    smtp_url: SecretStr | None = None
    """`smtp://user:password@host:port` or `smtps://…`; without it alerts stay on the page."""
    mail_from: str = "signoff@localhost"
    """The sender of alerts, invitations and sign-in links."""

    allow_private_addresses: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()
    """Networks that the guard lets through for addresses people enter, for example 10.0.0.0/8."""

    clock_offset: timedelta = timedelta(0)
    """Shifts the clock that SQL compares with; in development mode only."""
    in_flight: int = Field(default=128, ge=1, le=256)
    """Deliveries that one worker carries out at the same time."""
    poll: timedelta = timedelta(seconds=1)
    """How often a worker looks for due deliveries when nothing wakes it."""

    watch_every: timedelta = timedelta(seconds=15)
    """How often each process looks whether the workers live and deliveries are on time."""
    metrics_token: SecretStr | None = None
    """Whoever asks for /metrics has to send it; without one only this machine, without a public address."""
    silent_after: timedelta = timedelta(seconds=60)
    """Without a sign of life for so long, a process counts as dead and people are told."""

    upload_max_bytes: int = Field(default=25 * 1024 * 1024, ge=1024)
    """Largest accepted upload."""
    image_max_pixels: int = Field(default=50_000_000, ge=10_000)
    """Largest accepted picture, width times height, before it is decoded."""
    disk_reserve_bytes: int = Field(default=500 * 1024 * 1024, ge=0)
    """Publishing pauses with an alert when less than this is free in the data folder."""
    backups_kept: int = Field(default=7, ge=1)
    """Nightly backups that are kept."""
    backup_hour: int = Field(default=3, ge=0, le=23)
    """Hour (UTC) of the nightly backup."""
    attempts_kept_months: int = Field(default=13, ge=0, le=1200)
    """Full months for which each try is kept with the calls it made; 0: for ever."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Least severity that is logged."""

    @field_validator("allow_private_addresses", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            tuple(part.strip() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("*", mode="before")
    @classmethod
    def _seconds(cls, value: object, info: ValidationInfo) -> object:
        """A variable is text, and pydantic takes only a number for seconds."""
        is_duration = cls.model_fields[info.field_name or ""].annotation is timedelta
        if not is_duration or not isinstance(value, str):
            return value
        try:
            return float(value)
        except ValueError:
            return value

    @field_validator("clock_offset")
    @classmethod
    def _only_in_development(cls, value: timedelta, info: ValidationInfo) -> timedelta:
        if value and info.data.get("environment") is not Environment.DEVELOPMENT:
            msg = "a clock offset is for development mode only (SIGNOFF_ENVIRONMENT=development)"
            raise ValueError(msg)
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def address(self) -> str:
        """The public address without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def is_development(self) -> bool:
        return self.environment is Environment.DEVELOPMENT

    @property
    def talks_to_stand_ins(self) -> bool:
        """A platform's address isn't the real one, so posts there may not be public."""
        return self.graph_url.rstrip("/") != REAL_GRAPH_URL
