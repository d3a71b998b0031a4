"""The convolution explorer in Python: PyTorch's values, clear refusals, nothing lost."""

import html
import json
import re

import numpy as np
import pytest
import torch

from helpers.widgets import ConvExplorer
from helpers.widgets.base import VIEW, CourseWidget
from tests.cases import cases

X = [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
K = [[0, 1], [2, 3]]


@pytest.fixture
def explorer():
    return ConvExplorer(X, K)


def test_values_and_refusals_are_pytorchs():
    for case in cases(400, seed=1):
        make = lambda case=case: ConvExplorer(case.input, case.kernel, **case.settings, bias=case.bias)  # noqa: E731
        expected = case.expected()
        if expected is None:
            with pytest.raises(ValueError, match=r"\d"):
                make()
        else:
            torch.testing.assert_close(make().output, expected, rtol=0, atol=0)


def test_a_flipped_kernel_gives_the_convolution_of_mathematics(explorer):
    assert ConvExplorer(X, K, flip=True).output.tolist() == [[5, 11], [23, 29]]


@pytest.mark.parametrize("matrix", [torch.tensor(X), torch.tensor(X).double(), np.array(X), tuple(map(tuple, X))])
def test_tensors_arrays_and_lists_are_taken(matrix):
    assert ConvExplorer(matrix, K).output.tolist() == [[19, 25], [37, 43]]


def test_doubles_are_held_whole():
    assert ConvExplorer([[16777217]], [[1]]).output.item() == 16777217


REFUSED = [
    ({"kernel": torch.ones(4, 4)}, ValueError, "Kernel 4×4 does not fit the padded input 3×3"),
    ({"stride": 0}, ValueError, "stride must be at least 1; 0 was given"),
    ({"padding": -1}, ValueError, "padding must be at least 0"),
    ({"padding": 33}, ValueError, "padding can be at most 32"),
    ({"padding": 1.0}, TypeError, "padding must be a whole number, or a pair"),
    ({"padding": "1"}, TypeError, "padding must be a whole number, or a pair"),
    ({"stride": True}, TypeError, "stride must be a whole number, or a pair"),
    ({"dilation": (1, 2, 3)}, TypeError, "dilation must be a whole number, or a pair"),
    ({"input": [["a", 1], [2, 3]]}, TypeError, r"input\[0, 0\] must be a number; 'a'"),
    ({"input": [["1", 1], [2, 3]]}, TypeError, r"input\[0, 0\] must be a number; '1'"),
    ({"input": [[None, 1], [2, 3]]}, TypeError, r"input\[0, 0\] must be a number; None"),
    ({"input": [[1, 2], [3]]}, ValueError, "input: The rows differ in length: row 1 has 2 values, row 2 has 1"),
    ({"input": [[float("nan")] * 3] * 3}, ValueError, r"input\[0, 0\] must be a finite number; nan"),
    ({"kernel": [[1e400]]}, ValueError, r"kernel\[0, 0\] must be a finite number; inf"),
    ({"kernel": [[10**400]]}, ValueError, "must be a finite number"),
    ({"input": torch.ones(1, 3, 3)}, ValueError, r"input must have two dimensions.*\(1×3×3\).*X\[0, 0\]"),
    ({"input": [1, 2, 3]}, ValueError, "input must have two dimensions"),
    ({"input": torch.ones(3, 3) > 0}, TypeError, "must be a number; True"),
    ({"input": 7}, TypeError, "must be a tensor, an array or a nested list"),
    ({"input": [[]]}, ValueError, "must have two dimensions"),
    ({"input": torch.ones(65, 2)}, ValueError, "65×2 values are more than this explorer takes: at most 64×64"),
    ({"bias": "b"}, TypeError, "bias must be a number"),
]


@pytest.mark.parametrize(("change", "kind", "message"), REFUSED, ids=lambda value: str(value)[:40])
def test_what_makes_no_sense_is_refused_in_words_and_nothing_changes(explorer, change, kind, message):
    with pytest.raises(kind, match=message):
        ConvExplorer(**{"input": X, "kernel": K, **change})
    [(name, value)] = change.items()
    with pytest.raises(kind, match=message):
        setattr(explorer, name, value)
    assert repr(explorer) == "ConvExplorer(3×3, kernel 2×2)"
    assert explorer.output.tolist() == [[19, 25], [37, 43]]


def test_changes_that_only_fit_together_can_be_made_together(explorer):
    with explorer.hold_trait_notifications():
        explorer.kernel = torch.ones(5, 5)
        explorer.padding = 1
    assert explorer.output.tolist() == [[36]]

    def enlarge():
        with explorer.hold_trait_notifications():
            explorer.kernel = torch.ones(9, 9)
            explorer.padding = 2

    with pytest.raises(ValueError, match="does not fit"):
        enlarge()
    assert repr(explorer) == "ConvExplorer(3×3, kernel 5×5, padding 1)"


def test_the_stored_html_holds_the_state_and_the_values(explorer):
    text = ConvExplorer([[1 / 3, -2]], [[1]], id="one").html()
    state = json.loads(html.unescape(re.search(r'data-state="([^"]*)"', text)[1]))
    assert state["input"] == [[1 / 3, -2]]
    assert state["kernel"] == [[1]]
    assert 'id="one"' in text
    assert '<td data-value="0.3333333333333333">0.3333</td><td data-value="-2">−2</td>' in text


def test_outputs_are_the_same_at_every_run(explorer, monkeypatch):
    assert explorer.html() == ConvExplorer(X, K).html()
    first, second = displayed(explorer, monkeypatch), displayed(ConvExplorer(X, K), monkeypatch)
    assert first[0] == second[0]


def test_tables_and_view_are_two_outputs(explorer, monkeypatch):
    """Jupyter would show the view of one with both, also where the widget behind it has gone."""
    tables, view = displayed(explorer, monkeypatch)
    assert tables.keys() == {"text/plain", "text/html"}
    assert tables["text/plain"] == "ConvExplorer(3×3, kernel 2×2)"
    assert view.keys() == {VIEW}
    assert view[VIEW]["model_id"] == explorer.model_id
    note = '<p class="cx-run">Run this cell to make it live.</p>'
    assert tables["text/html"].count(note) == 1
    assert re.sub("<style>.*?</style>", "", tables["text/html"]).replace(note, "") == explorer.html()


def displayed(widget, monkeypatch):
    """The data of the outputs that a notebook gets."""
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **options: shown.append((data, options)))
    widget._ipython_display_()
    assert all(options["raw"] for _, options in shown)
    return [data for data, _ in shown]


def test_text_cannot_leave_its_attribute():
    text = ConvExplorer([[1]], [[1]], id='"><script>', presets={'"><script>': [[1]]}).html()
    assert "<script>" not in text


def test_it_is_a_widget_like_any_other(explorer):
    from ipywidgets import VBox

    seen = []
    explorer.observe(lambda change: seen.append(change["new"]), "stride")
    explorer.stride = 2
    assert seen == [(2, 2)]
    assert VBox([explorer]).children == (explorer,)
    assert isinstance(explorer, CourseWidget)
