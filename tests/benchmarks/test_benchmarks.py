"""`make bench` measures what it says; how fast this machine is, no test asks."""

from benchmarks import operations
from benchmarks.figures import Figure


def test_all_ways_are_measured_against_pytorch_in_one_run():
    figures = operations.measure(size=12, kernel=3, rounds=1)
    assert len(figures) == 3
    assert figures[-1].value == 1  # F.conv2d against itself
    assert all(figure.value > 0 for figure in figures)


def test_a_figure_is_held_against_its_target():
    assert Figure("weight", 599, "KB", most=600).met
    assert not Figure("weight", 601, "KB", most=600).met
    assert not Figure("speed", 2.9, "×", least=3).met
    assert "NOT MET" in Figure("speed", 2.9, "×", least=3).verdict
    assert Figure("a figure without a target", 7, "×").verdict == ""
