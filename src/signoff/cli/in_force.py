"""Every setting in force, and where it came from."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from signoff.settings import Settings

TOML: Final = "signoff.toml"


@dataclass(frozen=True, slots=True)
class InForce:
    """One setting. Secrets are told apart only by whether they are set."""

    name: str
    value: str
    source: str
    """environment, signoff.toml or default."""


def settings_in_force(settings: Settings, environment: Mapping[str, str] = os.environ) -> list[InForce]:
    """List all settings by their names in the environment."""
    in_environment = {name.upper() for name in environment}
    in_file = {name.lower() for name in _file()}
    found = []
    for field in type(settings).model_fields:
        name = f"SIGNOFF_{field.upper()}"
        source = "environment" if name in in_environment else TOML if field in in_file else "default"
        found.append(InForce(name, _text(getattr(settings, field)), source))
    return found


def unknown_settings(environment: Mapping[str, str] = os.environ) -> list[str]:
    """List variables that look like settings and are none: most likely mistyped."""
    known = {f"SIGNOFF_{field.upper()}" for field in Settings.model_fields} | _OF_COMMANDS
    return sorted(
        name for name in environment if name.upper().startswith("SIGNOFF_") and name.upper() not in known
    )


_OF_COMMANDS: Final = frozenset({"SIGNOFF_URL", "SIGNOFF_TOKEN"})


def _file() -> dict[str, Any]:
    path = Path(TOML)
    return tomllib.loads(path.read_text("utf-8")) if path.exists() else {}


def _text(value: object) -> str:
    if value is None:
        return "(not set)"
    if isinstance(value, SecretStr):
        return "(set, hidden)"
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value) or "(none)"
    return json.dumps(value) if isinstance(value, bool) else str(value)
