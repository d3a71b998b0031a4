"""The repository's address stands in one place, and a fork sets it everywhere with one command."""

import shutil

import pytest

from tests.conftest import ROOT
from tools import repository


@pytest.mark.parametrize(
    ("remote", "page"),
    [
        ("https://github.com/me/course.git", "https://github.com/me/course"),
        ("https://token@github.com/me/course", "https://github.com/me/course"),
        ("git@github.com:me/course.git", "https://github.com/me/course"),
        ("ssh://git@gitlab.com/me/my.course", "https://gitlab.com/me/my.course"),
        ("/somewhere/on/disk", None),
        ("", None),
    ],
)
def test_remotes_become_pages_without_their_secrets(remote, page):
    assert repository.from_remote(remote) == page


def test_the_environment_comes_first():
    assert repository.address({"GITHUB_REPOSITORY": "me/course"}, "x") == "https://github.com/me/course"
    assert (
        repository.address({"BOOK_REPOSITORY": "https://github.com/a/b", "GITHUB_REPOSITORY": "me/course"}, "x")
        == "https://github.com/a/b"
    )
    assert repository.branch({"GITHUB_REF_TYPE": "branch", "GITHUB_REF_NAME": "spring"}, "main") == "spring"
    assert repository.branch({"GITHUB_REF_TYPE": "tag", "GITHUB_REF_NAME": "v1"}, "main") == "main"


@pytest.fixture
def clone(tmp_path):
    for name in ("_config.yml", "pyproject.toml", "README.md", "CONTRIBUTING.md"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "chapters", tmp_path / "chapters")
    return tmp_path


def test_a_fork_leaves_no_old_address_behind(clone):
    old = repository.stated(clone)
    changed = repository.fork("https://github.com/me/my-course", clone)
    assert repository.stated(clone) == "https://github.com/me/my-course"
    assert {"_config.yml", "01_conv2d.ipynb"} <= {path.name for path in changed}
    for path in clone.rglob("*"):
        if path.is_file():
            assert old.removeprefix("https://github.com/") not in path.read_text(encoding="utf-8"), path
    assert repository.fork("https://github.com/me/my-course", clone) == []


@pytest.mark.parametrize(
    "bad", ["", "me/course", "http://github.com/me/course", "https://github.com/me", "https://github.com/me/a b"]
)
def test_a_bad_address_is_refused_and_nothing_is_written(clone, bad):
    before = (clone / "_config.yml").read_text()
    with pytest.raises(ValueError, match="an address looks like"):
        repository.fork(bad, clone)
    assert (clone / "_config.yml").read_text() == before
