"""What tests of bare pages share: small widgets, pictures, and a reader's gestures."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page

from helpers.widgets import ConvExplorer, ImageKernels


def conv(id: str = "one", **settings: Any) -> ConvExplorer:
    return ConvExplorer([[0, 1, 2], [3, 4, 5], [6, 7, 8]], [[0, 1], [2, 3]], id=id, **settings)


def kernels(id: str = "pic") -> ImageKernels:
    return ImageKernels([[10 * r + c for c in range(20)] for r in range(20)], [[1, -1]], id=id)


def png(height: int, width: int, level: int = 128) -> bytes:
    """A grey picture file of a size."""
    out = io.BytesIO()
    Image.fromarray(np.full((height, width), level, np.uint8)).save(out, "PNG")
    return out.getvalue()


def give(root: Locator, data: bytes, name: str = "mine.png") -> None:
    """Choose a picture file, as a reader does."""
    root.locator("input[type=file]").set_input_files({"name": name, "mimeType": "image/png", "buffer": data})


def paste(page: Page, text: str) -> None:
    """Paste a text where the focus is."""
    page.evaluate(
        """text => { const data = new DataTransfer(); data.setData("text", text);
        const how = { clipboardData: data, bubbles: true, cancelable: true };
        document.activeElement.dispatchEvent(new ClipboardEvent("paste", how)); }""",
        text,
    )


def settled(page: Page) -> None:
    """Waits for what is queued and for two frames, in which observers speak."""
    page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
    )
