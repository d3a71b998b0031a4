"""Commands for those who keep the course: run notebooks, build the site, set the repository's address."""

import sys
from typing import Any

#: compiled for three seconds whenever jsonschema, and so nbformat, is loaded; it checks a format that no notebook uses
_loaded: dict[str, Any] = sys.modules
_loaded.setdefault("rfc3987_syntax", None)
