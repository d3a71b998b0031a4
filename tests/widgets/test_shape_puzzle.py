"""The shape puzzle in Python: what it holds, shows and refuses."""

import pytest

from helpers.widgets import ShapePuzzle


def test_a_puzzle_tells_its_task_where_no_script_runs():
    shown = ShapePuzzle((9, 12), (5, 4), id="p").html()
    assert 'id="p"' in shown
    assert "Take an input of 9×12 to an output of 5×4." in shown
    assert repr(ShapePuzzle((9, 12), (5, 4))) == "ShapePuzzle(9×12 -> 5×4)"


@pytest.mark.parametrize("output", [(20, 4), (5, 1)])
def test_a_puzzle_that_nobody_can_solve_is_refused(output):
    with pytest.raises(ValueError, match="No kernel up to 5"):
        ShapePuzzle((9, 40), output)


@pytest.mark.parametrize("bad", ["9", 2.5, None, (1, 2, 3)])
def test_a_shape_must_be_whole_numbers(bad):
    with pytest.raises(TypeError):
        ShapePuzzle(bad, (4, 4))
