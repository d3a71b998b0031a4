"""What all widgets of the course share: one set of modules for kernels and pages, and tables where neither runs."""

from __future__ import annotations

import html
import json
from typing import Any

import anywidget
import traitlets as t

from helpers import esm, words
from helpers.widgets.numbers import format_number, plain


class CourseWidget(anywidget.AnyWidget):
    """A widget whose output also carries plain HTML, which a page without a kernel brings to life.

    A subclass names its module (`_module`), the synced traits that make up its state (`_state`), and its tables
    (`_fallback`).
    """

    _module = ""
    _state: tuple[str, ...] = ()
    _css = esm.css()

    lang = t.Unicode(help="language of the widget's words").tag(sync=True)
    html_id = t.Unicode(help="id of the HTML element, and name in links to a state; empty for none").tag(sync=True)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "_module" in vars(cls):  # not in the classes that add_traits makes
            cls._esm = esm.module(cls._module)
        super().__init_subclass__(**kwargs)

    def __init__(self, id: str | None = None, **kwargs: Any) -> None:
        super().__init__(lang=words.language(), html_id=id or "", **kwargs)

    def html(self) -> str:
        """The widget without a kernel: its state for the page's script, and tables for readers without scripts."""
        state = {name: _jsonable(getattr(self, name)) for name in (*self._state, "lang", "html_id")}
        data = html.escape(json.dumps(state, ensure_ascii=False, separators=(",", ":"), allow_nan=False))
        own_id = f' id="{html.escape(self.html_id)}"' if self.html_id else ""
        return f'<div data-cnn-widget="{type(self).__name__}"{own_id} data-state="{data}">{self._fallback()}</div>'

    def _fallback(self) -> str:
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, "text/plain": repr(self), "text/html": self.html()}, metadata


def table(name: str, rows: Any) -> str:
    """An HTML table of numbers, each with its full value in `data-value`."""
    lines = (
        "".join(f'<td data-value="{plain(float(v))!r}">{format_number(float(v))}</td>' for v in row) for row in rows
    )
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><caption>{html.escape(name)} {len(rows)}×{len(rows[0])}</caption><tbody>{body}</tbody></table>"


def _jsonable(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_jsonable(item) for item in value]
    if isinstance(value, dict):
        return {key: _jsonable(item) for key, item in value.items()}
    return plain(value) if isinstance(value, float) else value
