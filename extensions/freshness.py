"""A notebook whose code, or what that uses, has changed since it ran is a warning, and so an error of the build."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.util import logging

from extensions import PARALLEL
from tools import notebooks

log = logging.getLogger(__name__)


def warn_stale(app: Any, env: Any, docnames: list[str]) -> None:
    for docname in sorted(env.found_docs):
        path = Path(env.doc2path(docname))
        if path.suffix == ".ipynb" and notebooks.is_stale(path):
            log.warning("%s shows outputs of older code; run `make notebooks`", path.name, location=docname)


def setup(app: Any) -> dict[str, bool]:
    app.connect("env-before-read-docs", warn_stale)
    return PARALLEL
