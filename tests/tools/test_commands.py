"""Every command that the documents name exists: `make` has the target and reads the variables, Python the rest."""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.assignment import ROOT

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "chapters" / "en").glob("instructors*.md"))]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[1].split()
CODE = re.compile(r"^```\w*\n(.*?)^```$|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
ASSIGNED = re.compile(r"([A-Z_]+)=(.*)", re.DOTALL)
EXAMPLES = {"NAME": "lenet-modern"}  # for what a document leaves open
ELSEWHERE = ("pip", "pytest", "venv")  # modules that are not ours


def lines(text: str) -> list[str]:
    """What stands between backticks, a line each, without comments.

    >>> lines("say `make book`, or\\n```\\nmake test   # all\\n```\\n")
    ['make book', 'make test']
    """
    found = [line for block, span in CODE.findall(text) for line in (block or span).splitlines()]
    return [line.partition("  #")[0].partition(" #")[0].strip() for line in found]


SAID = sorted({line for path in DOCUMENTS for line in lines(path.read_text(encoding="utf-8"))})
MAKE = [line for line in SAID if re.match(r"make [a-z]", line)]
PYTHON = [line for line in SAID if re.search(r"\b(python3?|py) -m ", line)]
ALONE = [line for line in SAID if ASSIGNED.fullmatch(line) and not line.startswith("COURSE_")]


def dry(*told: str) -> subprocess.CompletedProcess[str]:
    """What `make` would do, all that was made before included."""
    own = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}  # `make test` may run this
    command = ["make", "--dry-run", "--always-make", "--no-print-directory", *told]
    return subprocess.run(command, cwd=ROOT, env=own, capture_output=True, encoding="utf-8")


class Parsed(Exception):
    """A command line was taken."""


def parsed(monkeypatch: pytest.MonkeyPatch, module: str, arguments: list[str]) -> None:
    """A module of ours exists, can be run, and takes these arguments. Fails where it does not."""
    path = ROOT / Path(*module.split("."))
    name = f"{module}.__main__" if path.is_dir() else module
    assert importlib.util.find_spec(name), f"there is no module {name}"
    text = Path(importlib.util.find_spec(name).origin).read_text(encoding="utf-8")
    assert "__main__" in (name if path.is_dir() else text), f"{name} is no command"
    if "ArgumentParser" not in text:
        return
    real = argparse.ArgumentParser.parse_args

    def parse(self, *told, **more):
        real(self, *told, **more)
        raise Parsed

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parse)
    monkeypatch.setattr(sys, "argv", [module, *arguments])
    with pytest.raises(Parsed):
        importlib.import_module(name).main()


def test_the_documents_name_commands_of_each_kind():
    assert len(MAKE) > 30
    assert len(PYTHON) > 8
    assert len(ALONE) > 5


needs_make = pytest.mark.skipif(not shutil.which("make"), reason="there is no make on this machine")


@needs_make
@pytest.mark.parametrize("line", MAKE)
def test_make_has_the_target_and_reads_each_variable(line, monkeypatch):
    told = shlex.split(line.partition(" && ")[0])[1:]
    given = [one for one in told if ASSIGNED.fullmatch(one)]
    targets = [one for one in told if one not in given]
    assert targets
    assert set(targets) <= set(TARGETS)
    whole = dry(*told)
    assert whole.returncode == 0, whole.stderr
    for one in given:
        less = dry(*(other for other in told if other != one))
        assert less.stdout != whole.stdout, f"make {' '.join(targets)} does not read {one}"
    for made in given and re.findall(r"-m ((?:tools|helpers|benchmarks)[\w.]*)( .*)?$", whole.stdout, re.MULTILINE):
        parsed(monkeypatch, made[0], shlex.split(made[1].partition(" && ")[0]))


@pytest.mark.parametrize("line", PYTHON)
def test_a_module_is_there_and_takes_its_arguments(line, monkeypatch):
    module, *arguments = shlex.split(line.partition(" -m ")[2], posix=False)
    if module not in ELSEWHERE:
        parsed(monkeypatch, module, [EXAMPLES.get(one, one) for one in arguments])


@pytest.mark.parametrize("line", ALONE)
def test_a_variable_that_is_named_alone_is_one_of_the_makefile(line):
    assert f"$({ASSIGNED.fullmatch(line)[1]})" in MAKEFILE


@needs_make
def test_the_help_of_make_names_every_target_but_clean_and_no_other():
    told = dry("help").stdout
    assert {*re.findall(r'echo "make ([a-z-]+)', told)} == {*TARGETS} - {"help", "clean"}


@needs_make
def test_what_runs_the_chapters_code_installs_pytorch_first_and_what_does_not_goes_without():
    every = ("assignment CHAPTER=02", "assignment CHAPTER=02 IDS=roster.txt", "grade CHAPTER=02 SUBMISSIONS=x", "pick")
    whole = ["PyTorch included" in dry(*one.split()).stdout for one in every]
    assert whole == [False, True, True, False]


@needs_make
@pytest.mark.parametrize("wrong", ["make books", "make slides CHAPTERS=02", "make grade CHAPTER=02 TABLE=x"])
def test_a_command_that_does_nothing_is_found(wrong, monkeypatch):
    with pytest.raises(AssertionError):
        test_make_has_the_target_and_reads_each_variable(wrong, monkeypatch)


@pytest.mark.parametrize(
    "wrong", ["python -m tools.slide 02", "python -m tools.notebooks test", "python -m tools.site --all"]
)
def test_a_module_that_takes_no_such_arguments_is_found(wrong, monkeypatch):
    with pytest.raises((AssertionError, SystemExit)):
        test_a_module_is_there_and_takes_its_arguments(wrong, monkeypatch)
