"""Build hook: no wheel without the verified front-end files."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class AssetsHook(BuildHookInterface):  # type: ignore[type-arg]  # its parameter is of no use to a hook
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatch passes it
        """Make the files unless they are there; an editable install leaves that to `make assets`."""
        root = Path(self.root)
        if version == "editable" or (root / "src/signoff/web/static/vendor/manifest.json").exists():
            return
        subprocess.run([sys.executable, str(root / "tools/vendor.py")], check=True)
