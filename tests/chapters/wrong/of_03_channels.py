"""Typical wrong answers to the exercises of chapter 3."""

WRONG = {
    "by-hand": {
        "the first channel only": "[[2, 5], [2, 6]]",
        "filters and planes exchanged": "[[4, 5], [0, 1]]",
        "both filters added up": "[[3, 13]]",
        "the sign lost": "[[3, 7], [4, 6]]",
        "one number": "10",
    },
    "count": {
        "groups forgotten": "(64, 32, 5, 3, 64 * 32 * 15 + 64)",
        "channels in first": "(8, 64, 5, 3, 64 * 8 * 15 + 64)",
        "rows and columns exchanged": "(64, 8, 3, 5, 64 * 8 * 15 + 64)",
        "no bias": "(64, 8, 5, 3, 64 * 8 * 15)",
        "a bias for each group": "(64, 8, 5, 3, 64 * 8 * 15 + 4)",
        "the number alone": "64 * 8 * 15 + 64",
    },
    "chw": {
        "the axes reshaped": "lambda picture: picture.reshape(1, 3, *picture.shape[:2]).float() / 255",
        "height and width exchanged": "lambda picture: picture.permute(2, 1, 0)[None].float() / 255",
        "no batch": "lambda picture: picture.permute(2, 0, 1).float() / 255",
        "left at 255": "lambda picture: picture.permute(2, 0, 1)[None].float()",
        "bytes": "lambda picture: picture.permute(2, 0, 1)[None]",
        "blue first": "lambda picture: picture.permute(2, 0, 1).flip(0)[None].float() / 255",
    },
    "swap": {
        "nothing swapped": "lambda c, a, b: torch.eye(c)[:, :, None, None]",
        "a matrix, no weight": "lambda c, a, b: swapping_solution(c, a, b)[:, :, 0, 0]",
        "all turned round": "lambda c, a, b: torch.eye(c).flip(0)[:, :, None, None]",
        "the answer to one case": "lambda c, a, b: swapping_solution(4, 1, 3)",
    },
    "merge": {
        "channels mixed backwards": "lambda A, B: merged_solution(A, B.flip(1))",
        "the first layer alone": "lambda A, B: A",
        "the second layer's weights added up": "lambda A, B: (B.sum(1)[:, :, 0] * A.flatten(1).sum(0))"
        ".reshape(len(B), *A.shape[1:])",
        "rows and columns exchanged": "lambda A, B: merged_solution(A.transpose(2, 3), B)",
    },
    "cost": {
        "groups forgotten": "lambda c_i, c_o, k_h, k_w, o_h, o_w, g: cost_solution(c_i, c_o, k_h, k_w, o_h, o_w, 1)",
        "both numbers of channels divided": "lambda c_i, c_o, k_h, k_w, o_h, o_w, g: cost_solution(c_i, c_o // g, k_h,"
        " k_w, o_h, o_w, g)",
        "biases too": "lambda *s: (cost_solution(*s)[0] + s[1], cost_solution(*s)[1])",
        "one row of the output": "lambda *s: (cost_solution(*s)[0], cost_solution(*s)[0] * s[4])",
        "a square kernel": "lambda c_i, c_o, k_h, k_w, o_h, o_w, g: cost_solution(c_i, c_o, k_h, k_h, o_h, o_w, g)",
    },
    "depth": {
        "channels added up": "lambda X, K: depthwise_solution(X, K).sum(0).expand(K[:, :, 0, 0].numel(), -1, -1)",
        "the first channel's planes for all": "lambda X, K: torch.stack([corr2d(x, k) for x in X for k in K[0]])",
        "planes before channels": "lambda X, K: torch.stack([corr2d(x, k) for j in range(K.shape[1])"
        " for x, k in zip(X, K[:, j])])",
        "PyTorch's own": "lambda X, K: F.conv2d(X[None], K.flatten(0, 1)[:, None], groups=len(X))[0]",
    },
    "factors": {
        "never": "lambda W: False",
        "the whole weight as one matrix": "lambda W: torch.linalg.matrix_rank(W.flatten(1)).item() <= 1",
        "rank exactly one": "lambda W: all(torch.linalg.matrix_rank(W[:, c].flatten(1)) == 1"
        " for c in range(W.shape[1]))",
        "the first channel only": "lambda W: factors_solution(W[:, :1])",
    },
    "locate": {
        "columns before rows": "lambda c, u, v, i, j, k_h, k_w, o_w: (c * k_h * k_w + v * k_h + u, i * o_w + j)",
        "channels last": "lambda c, u, v, i, j, k_h, k_w, o_w: ((u * k_w + v) * 3 + c, i * o_w + j)",
        "the window's height for its width": "lambda c, u, v, i, j, k_h, k_w, o_w: ((c * k_w + u) * k_h + v,"
        " i * o_w + j)",
        "the input's width": "lambda c, u, v, i, j, k_h, k_w, o_w: ((c * k_h + u) * k_w + v, i * 7 + j)",
        "row and column exchanged": "lambda *s: locate_solution(*s)[::-1]",
    },
}
