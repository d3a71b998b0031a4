"""The repository's address stands in one place, a fork sets it with one command, and a clone is right on any system."""

import ast
import shutil
import subprocess

import pytest
import yaml

from tests.conftest import ROOT
from tools import fingerprints, notebooks, repository

CODE = ("benchmarks", "extensions", "figures", "helpers", "tests", "tools")


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
    before = (clone / "_config.yml").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="an address looks like"):
        repository.fork(bad, clone)
    assert (clone / "_config.yml").read_text(encoding="utf-8") == before


def git(folder, *command):
    named = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *named, *command], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def origin(tmp_path_factory):
    """A repository of its own with what a notebook's fingerprint is made of."""
    folder = tmp_path_factory.mktemp("origin")
    for name in ("helpers", "figures", "tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "chapters" / "en").mkdir(parents=True)
    shutil.copy(ROOT / "chapters" / "en" / "00_welcome.ipynb", folder / "chapters" / "en")
    shutil.copy(ROOT / ".gitattributes", folder)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "All of it")
    return folder


def test_a_clone_with_the_line_ends_of_windows_is_the_same(origin, tmp_path):
    git(tmp_path, "clone", "-q", "-c", "core.autocrlf=true", str(origin), "clone")
    texts = [
        path for path in (tmp_path / "clone").rglob("*") if path.suffix in {".py", ".json", ".svg", ".ipynb", ".sh"}
    ]
    assert len(texts) > 50
    assert [path.name for path in texts if b"\r\n" in path.read_bytes()] == []


def test_a_fingerprint_does_not_depend_on_line_ends(origin, tmp_path):
    """Neither where an archive or an editor has changed them."""

    def digest(folder):
        path = folder / "chapters" / "en" / "00_welcome.ipynb"
        return fingerprints.of(path, notebooks.read(path), folder)

    windows = shutil.copytree(origin, tmp_path / "windows", ignore=shutil.ignore_patterns(".git"))
    for path in windows.rglob("*"):
        if path.suffix in {".py", ".json", ".svg", ".ipynb"}:
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert digest(windows) == digest(origin)


def without_encoding(tree):
    """The line of every call that reads or writes text in whatever encoding the system likes best."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        place = 1 if isinstance(call.func, ast.Name) else 0  # open(path, mode), path.open(mode)
        mode = given.get("mode", call.args[place] if len(call.args) > place else ast.Constant("r"))
        text = isinstance(mode, ast.Constant) and isinstance(mode.value, str) and "b" not in mode.value
        if ast.unparse(call.func) == "os.open":  # bytes
            continue
        if "encoding" not in given and (
            name in ("read_text", "write_text")
            or (name == "open" and text)
            or (name in ("run", "Popen", "check_output") and given.keys() & {"text", "universal_newlines"})
        ):
            yield call.lineno


def test_text_without_an_encoding_is_noticed():
    calls = ["open(p)", "p.open()", "p.open('w')", "p.read_text()", "p.write_text('')", "run(c, text=True)"]
    assert list(without_encoding(ast.parse("\n".join(calls)))) == [1, 2, 3, 4, 5, 6]
    fine = [
        "open(p, 'rb')",
        "p.open(mode='wb')",
        "p.read_text(encoding='utf-8')",
        "Image.open(p)",
        "run(c)",
        "os.open(p, 0)",
    ]
    assert list(without_encoding(ast.parse("\n".join(fine)))) == []


@pytest.mark.parametrize("folder", CODE)
def test_text_is_utf_8_on_every_system(folder):
    for path in (ROOT / folder).rglob("*.py"):
        lines = list(without_encoding(ast.parse(path.read_text(encoding="utf-8"))))
        assert not lines, f"{path}: give an encoding in lines {lines}"


@pytest.mark.parametrize("python", [".venv/bin/python", ".venv/Scripts/python.exe"])
def test_hooks_find_the_locked_tools_on_every_system(python, tmp_path):
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    entries = [hook["entry"].split() for repo in config["repos"] for hook in repo["hooks"]]
    assert len(entries) == 7
    (tmp_path / python).parent.mkdir(parents=True)
    (tmp_path / python).write_text('#!/bin/sh\necho "ran: $*"\n', encoding="utf-8")
    (tmp_path / python).chmod(0o755)
    shutil.copytree(ROOT / "tools", tmp_path / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    for entry in entries:
        assert entry[:2] == ["sh", "tools/locked.sh"]
        said = subprocess.run(entry, cwd=tmp_path, capture_output=True, encoding="utf-8", check=True).stdout
        assert said == f"ran: -m {' '.join(entry[2:])}\n"
    shutil.rmtree(tmp_path / ".venv")
    lost = subprocess.run(entries[0], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    assert (lost.returncode, lost.stdout) == (1, "")
    assert "make test-fast makes it" in lost.stderr
