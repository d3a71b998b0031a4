"""What a page weighs, when its first explorer is usable, how fast an explorer answers; in a real browser."""

from __future__ import annotations

import base64
import gzip
import re
import statistics
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from helpers import models
from helpers.widgets import TrainedExplorer, bundle
from tools.browser import launch, served

CHAPTER = "chapters/en/01_conv2d.html"
FIVE = "chapters/en/10_five_networks.html"
CHAPTERS = "chapters/en/[01][0-9]_*.html"

#: notes when the first widget of the page came to life
USABLE = """new MutationObserver(() => {
  if (!globalThis.firstLive && document.querySelector("[data-live]")) globalThis.firstLive = performance.now();
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-live"] });"""

#: edits the input's first element again and again; milliseconds from each Enter to the finished drawing and layout
EDITS = """([id, count]) => {
  requestAnimationFrame = (draw) => { draw(performance.now()); return 0; };
  const root = document.getElementById(id), grid = root.querySelector('[role="grid"]');
  const press = (element) => element.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  return Array.from({ length: count }, (_, n) => {
    const cell = grid.querySelector('[role="gridcell"][tabindex="0"]');
    cell.focus();
    press(cell);
    const box = grid.querySelector("input");
    box.value = String(n);
    const start = performance.now();
    press(box);
    root.getBoundingClientRect();
    return performance.now() - start;
  });
}"""


#: moves the first slider of the cost explorer; milliseconds from each input event to the finished drawing and layout
WEIGHINGS = """count => {
  requestAnimationFrame = (draw) => { draw(performance.now()); return 0; };
  const root = document.getElementById("five-costs"), slider = root.querySelector("input[type=range]");
  return Array.from({ length: count }, (_, n) => {
    slider.value = String(1 + (n % 10));
    const start = performance.now();
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    root.getBoundingClientRect();
    return performance.now() - start;
  });
}"""


#: milliseconds of forward passes of a trained network, every layer kept
FORWARD = """([layers, shapes, input, text, count]) => {
  const { engine, safetensors } = convnets;
  const tensors = safetensors.readSafetensors(safetensors.bytesOf(text).buffer);
  const machine = new engine.Engine(engine.stepsOf(layers, shapes, input), tensors);
  const picture = Float32Array.from({ length: 784 }, (_, n) => ((Math.floor(n / 28) * (n % 28)) % 7) / 7);
  const x = engine.resized(picture, [28, 28], input.slice(1));
  return Array.from({ length: count }, () => {
    const start = performance.now();
    machine.run(x);
    return performance.now() - start;
  });
}"""


def measure(site: Path, loads: int = 7, edits: int = 200) -> list[Figure]:
    """The figures of the chapter page in the built site."""
    from playwright.sync_api import sync_playwright

    with served(site) as address, sync_playwright() as playwright:
        browser = launch(playwright)
        url = f"{address}/{CHAPTER}"
        weights = {path.stem: _weight(browser, f"{address}/chapters/en/{path.name}") for path in site.glob(CHAPTERS)}
        heaviest = max(weights, key=lambda name: weights[name])
        figures = [
            Figure(f"heaviest chapter ({heaviest}), as gzip would send it", weights[heaviest] / 1000, "KB", most=600),
            Figure("first explorer usable (median of cold loads)", _first(browser, url, loads), "s", most=1.5),
            Figure("an edit of an 8×8 input (95th percentile)", _latency(browser, url, 8, edits), "ms", most=10),
            Figure("an edit of a 28×28 input (95th percentile)", _latency(browser, url, 28, edits), "ms", most=16),
            Figure(
                "a weight of the five networks (95th percentile)", _weighing(browser, address, edits), "ms", most=10
            ),
            *(
                Figure(
                    f"{known.title} forward in the page (95th percentile)",
                    _forward(browser, name),
                    "ms",
                    most=8 if name == "lenet" else 100,
                )
                for name, known in models.TRAINED.items()
            ),
        ]
        browser.close()
    return figures


def _weight(browser: Any, url: str) -> int:
    page, answers = browser.new_page(), []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(url, wait_until="networkidle")
    weight = 0
    for answer in answers:
        if "-weights" in answer.url:  # loaded when needed, and counted apart
            continue
        body = answer.body()
        packed = re.search(r"\.(woff2?|png|jpg)$", answer.url)
        weight += len(body if packed else gzip.compress(body))
    page.close()
    return weight


def _first(browser: Any, url: str, loads: int) -> float:
    times = []
    for _ in range(loads):
        context = browser.new_context()
        page = context.new_page()
        page.add_init_script(USABLE)
        page.goto(url)
        page.wait_for_function("globalThis.firstLive")
        times.append(page.evaluate("firstLive") / 1000)
        context.close()
    return statistics.median(times)


def _latency(browser: Any, url: str, size: int, edits: int) -> float:
    page = browser.new_page()
    rows = ";".join(",".join(str((r * c) % 7) for c in range(size)) for r in range(size))
    page.goto(f"{url}#conv-first?x={rows}&k=1,2,1;0,1,0;1,2,1")
    page.wait_for_selector("#conv-first[data-live]")
    times = page.evaluate(EDITS, ["conv-first", edits])
    page.close()
    return sorted(times)[int(0.95 * len(times))]


def _weighing(browser: Any, address: str, count: int) -> float:
    page = browser.new_page()
    page.goto(f"{address}/{FIVE}")
    page.wait_for_selector("#five-costs[data-live]")
    times = page.evaluate(WEIGHINGS, count)
    page.close()
    return float(sorted(times)[int(0.95 * count)])


def _forward(browser: Any, name: str, count: int = 200) -> float:
    explorer, page = TrainedExplorer(name), browser.new_page()
    page.add_script_tag(content=bundle.classic())
    text = base64.b64encode(explorer.weights).decode()
    times = page.evaluate(FORWARD, [explorer.layers, explorer.shapes, explorer.input_shape, text, count])
    page.close()
    return sorted(times)[int(0.95 * count)]
