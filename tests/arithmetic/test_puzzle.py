"""Every puzzle that the pages' script draws can be solved, and PyTorch agrees."""

import torch
import torch.nn.functional as F

DRAW = """count => {
  let state = 12345;
  const random = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
  return Array.from({ length: count }, () => {
    const puzzle = convnets.puzzle.draw(random);
    return { ...puzzle, shown: [0, 1].map((a) => convnets.puzzle.solveAxis(puzzle.input[a], puzzle.output[a])) };
  });
}"""


def shape_by_pytorch(input, kernel, padding, stride):
    X, K = torch.empty(1, 1, *input, device="meta"), torch.empty(1, 1, *kernel, device="meta")
    return list(F.conv2d(X, K, padding=tuple(padding), stride=tuple(stride)).shape[2:])


def test_puzzles_have_a_solution_and_do_not_solve_themselves(script, sweep):
    puzzles = script.evaluate(DRAW, sweep(5000))
    assert len({str(puzzle["input"] + puzzle["output"]) for puzzle in puzzles}) > len(puzzles) / 5
    for puzzle in puzzles:
        assert puzzle["input"] != puzzle["output"]
        assert shape_by_pytorch(puzzle["input"], **puzzle["solution"]) == puzzle["output"]
        (k_h, p_h, s_h), (k_w, p_w, s_w) = puzzle["shown"]
        assert shape_by_pytorch(puzzle["input"], (k_h, k_w), (p_h, p_w), (s_h, s_w)) == puzzle["output"]
