"""What all widgets of the course share: one set of modules for kernels and pages, and tables where neither runs."""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

import anywidget
import traitlets as t

from helpers import words
from helpers.widgets import bundle
from helpers.widgets.numbers import format_number, plain
from helpers.words import say

VIEW = "application/vnd.jupyter.widget-view+json"

#: a saved notebook has no widget behind the view that follows the tables: what Jupyter says of that is not shown
_NO_VIEW = (
    "<style>.jp-OutputArea-child:has([data-cnn-widget]) + .jp-OutputArea-child:not(:has(.jp-OutputArea-output > *))"
    " { display: none; }</style>"
)


class CourseWidget(anywidget.AnyWidget):
    """A widget that is displayed as two outputs: plain HTML, which a page without a kernel brings to life, and a view.

    In a running notebook the view takes the HTML's place. In one that was saved, shared or converted the HTML stays,
    and says how the widget comes to life.

    A subclass stands in a room of its own, beside its view, which is named like the class; it names the synced traits
    that make up its state (`_state`), and its tables (`_fallback`).
    """

    _state: tuple[str, ...] = ()
    _kind = ""  # the class's name; of a subclass without a state of its own, its parent's
    _css = bundle.css()

    lang = t.Unicode(help="language of the widget's words").tag(sync=True)
    html_id = t.Unicode(help="id of the HTML element, and name in links to a state; empty for none").tag(sync=True)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "_state" in vars(cls):  # not in the classes that add_traits makes
            cls._kind = cls.__name__
            cls._esm = bundle.module(cls._kind)
        super().__init_subclass__(**kwargs)

    def __init__(self, id: str | None = None, **kwargs: Any) -> None:
        super().__init__(lang=words.language(), html_id=id or "", **kwargs)

    def html(self) -> str:
        """The widget without a kernel: its state for the page's script, and tables for readers without scripts."""
        return self._html(self._fallback())

    def _stored_html(self) -> str:
        """The same as a notebook keeps it, with a word on how the tables come to life there."""
        note = f'{_NO_VIEW}<p class="cx-run">{html.escape(say("ui.run_me"))}</p>'
        return self._html(note + self._fallback())

    def _html(self, content: str) -> str:
        state = {name: _jsonable(getattr(self, name)) for name in (*self._state, "lang", "html_id")}
        data = html.escape(json.dumps(state, ensure_ascii=False, separators=(",", ":"), allow_nan=False))
        own_id = f' id="{html.escape(self.html_id)}"' if self.html_id else ""
        return f'<div data-cnn-widget="{self._kind}"{own_id} data-state="{data}">{content}</div>'

    def _fallback(self) -> str:
        raise NotImplementedError

    def _ipython_display_(self, **kwargs: Any) -> None:
        """Display the tables, then the view: one output with both would show the view alone, dead or alive."""
        from IPython.display import display

        display({"text/plain": repr(self), "text/html": self._stored_html()}, raw=True)
        bundle = self._repr_mimebundle_()
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        if VIEW in data:
            display({VIEW: data[VIEW]}, metadata=metadata, raw=True)


def facts(module: str, name: str) -> dict[str, Any]:
    """What a room's Python and its page know alike: the JSON file `name` beside a module (its `__file__`)."""
    read: dict[str, Any] = json.loads(Path(module).with_name(name).read_text(encoding="utf-8"))
    return read


def table(name: str, rows: Any) -> str:
    """An HTML table of numbers, each with its full value in `data-value`."""
    lines = (
        "".join(f'<td data-value="{plain(float(v))!r}">{format_number(float(v))}</td>' for v in row) for row in rows
    )
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    caption = html.escape(say("ui.sized", name=name, h=len(rows), w=len(rows[0])))
    return f"<table><caption>{caption}</caption><tbody>{body}</tbody></table>"


def _jsonable(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_jsonable(item) for item in value]
    if isinstance(value, dict):
        return {key: _jsonable(item) for key, item in value.items()}
    return plain(value) if isinstance(value, float) else value
