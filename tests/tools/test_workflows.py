"""What the workflows promise; they are read here, not run."""

import re
import tomllib

import pytest
import yaml

from tools.assignment import ROOT

PATHS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def workflow(name):
    """A workflow; its triggers by the name `on`, which YAML 1.1 reads as true."""
    told = yaml.safe_load((ROOT / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8"))
    return {"on": told.pop(True), **told}


def commands(job):
    return [step["run"] for step in job["steps"] if "run" in step]


def test_every_python_that_we_claim_runs_lint_and_tests_on_every_push_and_pull_request():
    told = workflow("test")
    assert told["on"] == {"push": {"branches": ["main"]}, "pull_request": None}
    job = told["jobs"]["locked"]
    assert "if" not in job
    assert commands(job) == ["bash .ci/run"]
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1] == "make lint test"
    claimed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    pythons = job["strategy"]["matrix"]["python"]
    assert claimed.startswith(f">={pythons[0]}")
    offered = re.search(
        r"\(3, (\d+)\) <= sys\.version_info\[:2\] <= \(3, (\d+)\)", (ROOT / "Makefile").read_text(encoding="utf-8")
    )
    assert pythons == [f"3.{minor}" for minor in range(int(offered[1]), int(offered[2]) + 1)]


@pytest.mark.parametrize("name", [path.stem for path in PATHS])
def test_no_machine_of_ones_own_runs_a_pull_request(name):
    for job in workflow(name)["jobs"].values():
        if "self-hosted" in job["runs-on"]:
            assert "&& github.event_name == 'push'" in job["if"]
            assert "||" not in job["if"]


def test_the_job_on_a_gpu_waits_for_a_runner_that_its_owner_has_named():
    job = workflow("test")["jobs"]["gpu"]
    assert job["runs-on"] == ["self-hosted", "gpu"]
    assert job["if"].startswith("vars.GPU_RUNNER == 'yes' && ")


def test_pages_are_published_after_the_tests_of_a_push_have_passed_or_by_hand():
    told = workflow("pages")
    tested = {"workflows": [workflow("test")["name"]], "types": ["completed"], "branches": ["main"]}
    assert told["on"] == {"workflow_run": tested, "workflow_dispatch": None}
    by_hand, _, tests = told["jobs"]["publish"]["if"].partition(" || ")
    assert by_hand == "github.event_name == 'workflow_dispatch'"
    run = "github.event.workflow_run"
    assert tests == f"({run}.conclusion == 'success' && {run}.event == 'push')"


def test_outside_links_are_looked_at_once_a_week_and_a_dead_one_fails():
    told = workflow("links")
    (when,) = told["on"]["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* [0-6]", when["cron"])
    assert told["permissions"] == {"contents": "read"}
    (job,) = told["jobs"].values()
    assert commands(job) == ["make book"]
    (look,) = (step for step in job["steps"] if "lychee" in step.get("uses", ""))
    assert look["with"]["fail"] is True
    assert "'_build/site/chapters/**/*.html' '*.md'" in look["with"]["args"]
