"""The page around the explorers: the room that they get, what comes first, drawers, one explorer alone."""

import pytest

from tests.browsing import visit, wait_until_all_is_there
from tools import notebooks

CHAPTERS = sorted(path.stem for path in notebooks.all_notebooks() if path.parent.name == "en")
LAPTOP = {"width": 1280, "height": 800}
WIDEST = {1280: 960, 1440: 1100, 1920: 1100}
MEASURE = 720  # 45rem


def opened(open_page, address, name, **options):
    page = open_page(f"{address}/chapters/en/{name}.html", **{"viewport": LAPTOP, **options})
    wait_until_all_is_there(page)
    return page


def box(page, selector):
    return page.locator(selector).first.bounding_box()


@pytest.fixture(scope="module", params=CHAPTERS)
def chapter(request, browser, address):
    """A chapter's name and its page on a laptop, opened once for all that is looked at, in the order of the tests."""
    with visit(browser) as open_page:
        yield request.param, opened(open_page, address, request.param)


def test_the_first_explorer_is_in_the_first_screen(chapter):
    name, page = chapter
    explorer = page.locator("[data-cnn-widget]").first
    grid, control = (explorer.locator(what).first.bounding_box() for what in ("[role=grid], canvas, svg", "button"))
    bottoms = [part["y"] + part["height"] for part in (grid, control)]
    assert explorer.bounding_box()["y"] < LAPTOP["height"]
    assert (bottoms[0] if name != "05_lenet" else max(bottoms)) <= LAPTOP["height"]


def test_set_up_is_folded_and_before_you_start_comes_after_the_explorer(chapter):
    name, page = chapter
    if name == "00_welcome":  # it has nothing to set up
        assert page.locator("#before-you-start").count() == 0
        return
    fold = page.locator("details.hide").first
    assert fold.locator("summary").inner_text().strip() == "Set-up"
    assert fold.get_attribute("open") is None
    assert box(page, "#before-you-start")["y"] > box(page, "[data-cnn-widget]")["y"]
    assert page.locator(".bd-article p a[href='#before-you-start']").first.is_visible()


def test_explorers_are_wider_than_the_text_and_no_page_is_wider_than_its_screen(chapter):
    _, page = chapter
    for width in (360, 768, 1440, 1920, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
        assert box(page, ".bd-article p")["width"] <= MEASURE
        if width in WIDEST:
            assert MEASURE < box(page, "[data-cnn-widget]")["width"] <= WIDEST[width], width


def test_code_and_printed_text_need_no_sideways_scroll_on_a_laptop(chapter):
    _, page = chapter
    page.set_viewport_size(LAPTOP)
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true; })")
    cut = """all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.textContent)"""
    assert page.locator(".bd-article div.cell pre").evaluate_all(cut) == []


@pytest.mark.parametrize("width", [360, 1280])
def test_the_contents_drawer_opens_by_keyboard_and_closes_after_a_choice(open_page, address, width):
    page = opened(open_page, address, "01_conv2d", viewport={"width": width, "height": 800})
    toggle, contents = page.locator("button.secondary-toggle"), page.locator(".bd-sidebar-secondary")
    assert toggle.is_visible()
    assert not contents.is_visible()
    page.evaluate("window.scrollTo({ top: 900, behavior: 'instant' })")
    before = page.evaluate("new Promise((done) => setTimeout(() => done(scrollY), 500))")  # as the page came to rest
    assert before > 100
    toggle.evaluate("one => one.click()")
    page.wait_for_function("getComputedStyle(document.querySelector('.bd-sidebar-secondary')).visibility === 'visible'")
    page.wait_for_function("document.activeElement.closest('.bd-sidebar-secondary')")  # the theme puts the focus there
    page.keyboard.press("Escape")
    page.wait_for_function("getComputedStyle(document.querySelector('.bd-sidebar-secondary')).visibility === 'hidden'")
    page.wait_for_timeout(300)  # a page that scrolled would do so smoothly
    assert abs(page.evaluate("window.scrollY") - before) < 2
    toggle.focus()
    page.keyboard.press("Enter")
    contents.locator("a[href='#before-you-start']").click()
    page.wait_for_function("getComputedStyle(document.querySelector('.bd-sidebar-secondary')).visibility === 'hidden'")


def test_header_buttons_show_where_the_keyboard_is(open_page, address):
    page = opened(open_page, address, "01_conv2d")
    page.keyboard.press("Tab")  # the keyboard is in use
    for button in page.locator(".bd-header-article button:visible").all():
        button.focus()
        assert button.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"


def test_a_formula_that_scrolls_can_be_focused(open_page, address):
    page = opened(open_page, address, "04_pooling", viewport={"width": 360, "height": 800})
    page.wait_for_load_state("load")
    page.wait_for_selector(".bd-article .math[tabindex='0'], .bd-article mjx-container[tabindex='0']", state="attached")


def test_tables_have_headers_and_the_logo_is_in_a_landmark(open_page, address):
    page = opened(open_page, address, "00_welcome")
    assert "" not in [text.strip() for text in page.locator(".bd-article section > * th").all_inner_texts()]
    assert page.locator("[role=navigation] .navbar-brand, nav .navbar-brand, header .navbar-brand").count() == 1


def test_one_explorer_stands_alone_until_escape(open_page, address):
    page = opened(open_page, address, "01_conv2d")
    explorer = page.locator("[data-cnn-widget]").first
    alone = explorer.get_by_role("button", name="Fill the window with this explorer")
    for end in (lambda: page.keyboard.press("Escape"), alone.click):
        alone.click()
        assert explorer.bounding_box() == {"x": 0, "y": 0, **LAPTOP}
        assert not page.locator(".bd-article h1").is_visible()
        assert explorer.get_by_role("grid").first.is_visible()
        end()
        assert page.locator(".bd-article h1").is_visible()
        assert page.locator(".course-alone-shown").count() == 0
