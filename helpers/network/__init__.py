"""Networks as trees of layers: traced from a real model, counted layer by layer, built again, and written out."""

from helpers.network.checking import checked, checked_batch, checked_shape
from helpers.network.counting import Row, steps, table
from helpers.network.exporting import code
from helpers.network.layers import ACTIVATIONS, CONTAINERS, JOINS, KINDS, LIMITS, Layer
from helpers.network.modules import build, model_like, module
from helpers.network.switching import without
from helpers.network.tracing import trace
from helpers.network.writing import bytes_text, grouped, text

__all__ = [
    "ACTIVATIONS",
    "CONTAINERS",
    "JOINS",
    "KINDS",
    "LIMITS",
    "Layer",
    "Row",
    "build",
    "bytes_text",
    "checked",
    "checked_batch",
    "checked_shape",
    "code",
    "grouped",
    "model_like",
    "module",
    "steps",
    "table",
    "text",
    "trace",
    "without",
]
