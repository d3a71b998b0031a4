"""The very script that pages load, run without a browser: its arithmetic has no need of one."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

from deno import find_deno_bin

from helpers.widgets import bundle

DRIVER = Path(__file__).parent / "driver.js"


class Script:
    """The pages' script in a process of its own, without any right to read, write or connect."""

    def __enter__(self) -> Script:
        self._process = subprocess.Popen(
            [find_deno_bin(), "run", "--no-prompt", "--no-config", "--quiet", "--no-lock", str(DRIVER)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
            env={**os.environ, "DENO_NO_UPDATE_CHECK": "1", "NO_COLOR": "1"},
        )  # fmt: skip
        self.evaluate(bundle.classic())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()

    def evaluate(self, code: str, argument: Any = None) -> Any:
        """What an expression gives, or a function of one argument; both are sent as JSON. Raises RuntimeError."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"code": code, "argument": argument}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the script's process ended ({self._process.poll()})")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["value"]
