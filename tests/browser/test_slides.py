"""Slides of every chapter: one section at a time, alive, from disk."""

import pytest

from tests.browsing import wait_until_all_is_there
from tools import assignment, notebooks, slides

NUMBERS = [path.stem[:2] for path in sorted(assignment.CHAPTERS.glob("[0-9]*.ipynb"))][1:]

#: the headings of a page in their order, but for those inside an explorer
HEADINGS = """() => [...document.querySelectorAll("article section > :is(h1, h2, h3, h4, h5, h6)")]
  .filter((heading) => !heading.closest("[data-cnn-widget]"))"""

#: turns from the first slide to the last, and tells what is seen of each
WALK = f"""async () => {{
  const headings = ({HEADINGS})();
  const [, next] = document.querySelectorAll("#slides-bar button");
  const seen = [];
  for (;;) {{
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const shown = headings.filter((heading) => heading.checkVisibility());
    seen.push([shown.map((heading) => headings.indexOf(heading)), document.documentElement.scrollWidth]);
    if (next.disabled) return [headings.length, headings[0].innerText, seen];
    next.click();
  }}
}}"""


@pytest.fixture(scope="module")
def slides_of(site):
    """A function that writes a chapter's slides beside its page; they are gone when all tests are done."""
    written = {}
    yield lambda name: written.setdefault(name, slides.write(name, site))
    for path in written.values():
        path.unlink()


@pytest.fixture
def there(slides_of):
    return slides_of("02")


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


@pytest.mark.parametrize("name", NUMBERS)
def test_every_section_of_a_page_is_a_slide_and_fits(open_page, slides_of, name):
    title = notebooks.read(assignment.chapter_path(name)).cells[0].source.splitlines()[0]
    page = open_page(slides_of(name).as_uri(), viewport={"width": 1280, "height": 800})
    count, first, seen = page.evaluate(WALK)
    assert first.removesuffix("#").strip() == title.removeprefix("# ")
    assert count > 5
    assert [shown for shown, _ in seen] == [[at] for at in range(count)]
    assert max(width for _, width in seen) <= 1280
    assert page.locator("[data-cnn-widget]").count() > 0
    wait_until_all_is_there(page)


def test_what_is_no_page_of_the_course_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no page of the course"):
        slides.slides("<html></html>")
    with pytest.raises(ValueError, match="is not built"):
        slides.write("02", tmp_path)
