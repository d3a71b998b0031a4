"""Slides of a chapter: one section at a time, alive, from disk."""

import pytest

from tools import slides


@pytest.fixture(scope="module")
def there(site):
    path = slides.write("02", site)
    yield path
    path.unlink()


def test_slides_are_turned_by_keys_and_buttons_and_their_explorers_live(open_page, there):
    page = open_page(there.as_uri(), viewport={"width": 1280, "height": 800})
    heading = page.locator("article :is(h1, h2, h3):visible")
    assert heading.all_inner_texts()[0].startswith("2 · Padding and stride")
    assert heading.count() == 1
    page.keyboard.press("ArrowRight")
    assert heading.all_inner_texts()[0].startswith("Touch first")
    assert heading.count() == 1
    page.wait_for_selector("#pad-first[data-live]")
    stride = page.get_by_role("spinbutton", name="Stride rows").first
    stride.fill("2")
    stride.press("Enter")
    stride.press("ArrowRight")
    assert heading.all_inner_texts()[0].startswith("Touch first")  # the key was the explorer's
    page.get_by_role("button", name="Next slide").click()
    assert heading.all_inner_texts()[0].startswith("Before you start")
    page.get_by_role("button", name="Previous slide").click()
    assert page.locator("#slides-bar output").inner_text().startswith("2 / ")
    assert page.url.endswith("#slide-2")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_slides_begin_where_the_link_says(open_page, there):
    page = open_page(f"{there.as_uri()}#slide-3", viewport={"width": 1280, "height": 800})
    assert page.locator("#slides-bar output").inner_text().startswith("3 / ")


def test_what_is_no_page_of_the_course_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no page of the course"):
        slides.slides("<html></html>")
    with pytest.raises(ValueError, match="is not built"):
        slides.write("02", tmp_path)
