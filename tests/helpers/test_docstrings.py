"""The examples in docstrings are run."""

import doctest
import importlib
import pkgutil

import pytest

import helpers
import tools

MODULES = sorted(
    module.name
    for package in (helpers, tools)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_do_what_they_say(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0
