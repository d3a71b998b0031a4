"""Launch, source and issue buttons lead to the repository that the site is built from, forks included."""

from __future__ import annotations

import os
from typing import Any

from extensions import PARALLEL
from tools.repository import address, branch


def set_address(app: Any, config: Any) -> None:
    """Override what _config.yml says by the address of course.local.yml, else BOOK_REPOSITORY, or the git remote."""
    options = config.html_theme_options
    own = getattr(config, "course_edition", {}).get("address")
    options["repository_url"] = own or address(os.environ, options.get("repository_url", ""))
    options["repository_branch"] = branch(os.environ, options.get("repository_branch", "main"))


def setup(app: Any) -> dict[str, bool]:
    app.connect("config-inited", set_address)
    return PARALLEL
