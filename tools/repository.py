"""The repository's address: where it comes from, and `python -m tools.repository set URL` for a fork."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
ADDRESS = re.compile(r"https://github\.com/[A-Za-z0-9][\w-]*/[\w.-]+")
REMOTE = re.compile(
    r"(?:https?://(?:[^@/]+@)?|git@|ssh://git@)(github\.com|gitlab\.com)[:/]([\w.-]+/[\w.-]+?)(?:\.git)?/?"
)

#: files that name the address: badges, the notebooks' set-up cell, the README
MENTIONS = ("_config.yml", "pyproject.toml", "README.md", "CONTRIBUTING.md", "chapters/**/*.ipynb", "chapters/**/*.md")


def address(environ: Mapping[str, str], default: str) -> str:
    """The address to link to: BOOK_REPOSITORY, else GITHUB_REPOSITORY, else git's remote `origin`, else the default."""
    if given := environ.get("BOOK_REPOSITORY") or environ.get("GITHUB_REPOSITORY"):
        server = environ.get("GITHUB_SERVER_URL", "https://github.com")
        return given if given.startswith("https://") else f"{server}/{given}"
    return from_remote(_remote()) or default


def branch(environ: Mapping[str, str], default: str) -> str:
    """The branch that launch buttons open."""
    if given := environ.get("BOOK_BRANCH"):
        return given
    return environ.get("GITHUB_REF_NAME", default) if environ.get("GITHUB_REF_TYPE") == "branch" else default


def from_remote(remote: str) -> str | None:
    """The page of a git remote, without user names or tokens; None for what is no GitHub or GitLab repository.

    >>> from_remote("git@github.com:me/course.git")
    'https://github.com/me/course'
    """
    found = REMOTE.fullmatch(remote.strip())
    return f"https://{found[1]}/{found[2]}" if found else None


def _remote() -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(ROOT), "remote", "get-url", "origin"],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


def stated(root: Path = ROOT) -> str:
    """The address in `_config.yml`, which everything committed uses."""
    return str(yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))["repository"]["url"])


def fork(new: str, root: Path = ROOT) -> list[Path]:
    """Write a new address wherever the stated one stands, notebooks included; returns the files that changed.

    Raises ValueError if the address is none of a GitHub repository.
    """
    new = new.rstrip("/").removesuffix(".git")
    if not ADDRESS.fullmatch(new):
        raise ValueError(f"an address looks like https://github.com/me/course; {new!r} was given")
    old = stated(root)
    pairs = [(old, new), (old.removeprefix("https://github.com/"), new.removeprefix("https://github.com/"))]
    changed = []
    for path in sorted({path for pattern in MENTIONS for path in root.glob(pattern)}):
        before = path.read_text(encoding="utf-8")
        after = before
        for a, b in pairs:
            after = re.sub(re.escape(a) + r"(?![\w-])", b, after)
        if after != before:
            path.write_text(after, encoding="utf-8", newline="\n")
            changed.append(path)
    return changed


def main() -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description="the repository's address")
    parser.add_argument("command", choices=["show", "set"])
    parser.add_argument("url", nargs="?")
    given = parser.parse_args()
    if given.command == "show":
        print(stated())
        return 0
    try:
        changed = fork(given.url or "")
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    print(
        f"{len(changed)} files now name {given.url}" + ("; run `make notebooks` to store them anew" if changed else "")
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
