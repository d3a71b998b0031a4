"""An answer that is code is written in the notebook, and the page says where."""

import json
import re

from extensions.exercises import answer_here, offer
from tests.chapters.reading import CHAPTERS

OPEN = '<div class="course-check course-check-open">Not answered yet.</div>'
LINKS = "[Open in Colab](https://colab.research.google.com/x/a.ipynb) · [Download the notebook](https://x.org/a.ipynb)"


def notebook(shown, tags=("test",)):
    output = {"output_type": "execute_result", "data": {"text/html": shown}}
    cells = [
        {"cell_type": "markdown", "id": "title", "source": LINKS, "metadata": {}},
        {"cell_type": "code", "id": "blur-test", "metadata": {"tags": list(tags)}, "outputs": [output]},
    ]
    return {"cells": cells}


def offered(made):
    offer(made, "Write it in the notebook.")
    return "".join(made["cells"][1]["outputs"][0]["data"]["text/html"])


def test_the_notebook_is_offered_at_the_exercise():
    for shown in (OPEN, [OPEN[:20], OPEN[20:]]):  # notebooks hold a text, or its lines
        told = offered(notebook(shown))
        assert "Not answered yet" not in told
        assert "Write it in the notebook." in told
        assert '<a href="https://colab.research.google.com/x/a.ipynb#scrollTo=blur-starter">Open in Colab</a>' in told
        assert '<a href="https://x.org/a.ipynb">Download the notebook</a>' in told


def test_what_the_page_checks_itself_and_what_is_hidden_stay():
    form = '<div data-cnn-widget="Exercise" data-state="{}">' + OPEN + "</div>"
    assert offered(notebook(form)) == form
    assert offered(notebook(OPEN, ("test", "hidden"))) == OPEN
    right = OPEN.replace("-open", "-right")
    assert offered(notebook(right)) == right


def test_beside_a_form_no_cell_waits_for_a_kernel():
    made = notebook('<div data-cnn-widget="Exercise" data-state="{}"></div>')
    made["cells"] += [
        {"cell_type": "code", "id": f"{name}-starter", "metadata": {"tags": ["starter"]}} for name in ("blur", "other")
    ]
    answer_here(made)
    assert [cell["metadata"].get("tags") for cell in made["cells"]] == [
        None, ["test", "remove-input"], ["starter", "remove-cell"], ["starter"]
    ]  # fmt: skip


def test_every_exercise_of_every_page_can_be_answered(site):
    """By a form, or in the notebook that is linked beside it."""
    for path in sorted(CHAPTERS.glob("[01][0-9]_*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        exercises = [cell["id"].removesuffix("-task") for cell in cells if "exercise" in cell["metadata"]]
        page = (site / "chapters" / "en" / f"{path.stem}.html").read_text(encoding="utf-8")
        assert "Write your answer in the cell above" not in re.sub(
            r'<div data-cnn-widget="Exercise".*?</div>', "", page
        )
        forms = set(re.findall(r'data-cnn-widget="Exercise" id="exercise-([\w-]+)"', page))
        linked = set(re.findall(r"\.ipynb#scrollTo=([\w-]+)-starter", page))
        assert forms | linked == set(exercises)
        assert "check(declared(" not in page
        assert not forms & linked
