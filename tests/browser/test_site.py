"""The site as a whole: clean pages, nothing from other hosts, accessible parts of ours, working links and search."""

import gzip
import re
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from helpers.widgets import ConvExplorer, bundle
from tests.browsing import visit, wait_until_all_is_there
from tests.explorers.explorer import Explorer, faults_by_axe
from tools import notebooks

PAPER = {"width": 700, "height": 1000}
OURS = ["[data-cnn-widget]", ".course-check", "figure"]


def pages(site):
    """Every page but the root's index, which sends its visitors on."""
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html") if path.name != "index.html")


def test_the_root_leads_to_the_welcome_page(open_page, site, address):
    for base in (address, site.as_uri()):
        page = open_page(f"{base}/index.html")
        page.wait_for_url("**/chapters/en/00_welcome.html")


CHAPTERS = sorted(path.stem for path in notebooks.all_notebooks() if path.parent.name == "en")


@pytest.fixture(scope="module", params=CHAPTERS)
def chapter(request, browser, address):
    """A chapter's page on a phone, opened once for all that is looked at; a fault at any time is one of it."""
    with visit(browser) as open_page:
        page = open_page(f"{address}/chapters/en/{request.param}.html", viewport={"width": 360, "height": 800})
        wait_until_all_is_there(page)
        yield page


def is_no_wider_than_its_screen(page):
    for width in (360, 1400):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width


def test_a_chapter_loads_cleanly_and_is_no_wider_than_its_screen(chapter):
    is_no_wider_than_its_screen(chapter)


def make_an_alert(page):
    """A setting that is refused; a page without such settings is given an answer that is none."""
    article, settings = page.locator(".bd-article"), page.get_by_role("spinbutton")
    if settings.count():
        stride = page.get_by_role("spinbutton", name="Stride rows")
        (stride if stride.count() else settings).first.fill("-1")
        article.get_by_role("alert").filter(visible=True).first.wait_for()
    else:
        article.get_by_role("textbox").first.fill("many")
        article.get_by_role("button", name="Check", exact=True).first.click()
        article.get_by_role("status").filter(has_text="many").first.wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_our_parts_of_a_chapter(chapter, scheme):
    chapter.emulate_media(color_scheme=scheme)
    chapter.wait_for_function("scheme => document.documentElement.dataset.theme === scheme", arg=scheme)
    chapter.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true; })")
    make_an_alert(chapter)
    assert faults_by_axe(chapter, *(part for part in OURS if chapter.locator(part).count()), scheme=scheme) == []


def test_every_other_page_loads_cleanly_and_is_no_wider_than_its_screen(open_page, site, address):
    for name in pages(site):
        if Path(name).stem not in CHAPTERS:
            page = open_page(f"{address}/{name}", viewport={"width": 360, "height": 800})
            wait_until_all_is_there(page)
            is_no_wider_than_its_screen(page)
            page.context.close()


def test_a_chapter_sets_no_cookies_and_keeps_nothing_that_nobody_answered(open_page, address):
    page = open_page(f"{address}/chapters/en/02_padding_stride.html")
    wait_until_all_is_there(page)
    assert page.context.cookies() == []
    assert set(page.evaluate("Object.keys(localStorage)")) <= {"mode", "theme"}


def test_every_page_loads_cleanly_from_disk(open_page, site):
    for name in pages(site):
        page = open_page(f"{site.as_uri()}/{name}")
        wait_until_all_is_there(page)
        page.context.close()


def test_axe_would_find_a_fault(open_page, address):
    page = open_page(f"{address}/chapters/en/01_conv2d.html")
    page.wait_for_selector("[data-live]")
    page.evaluate("document.querySelector('#conv-first [role=spinbutton]').removeAttribute('aria-label')")
    page.add_style_tag(content="#conv-first .cx-button { color: gray; background: darkgray; }")
    assert {"label", "color-contrast"} <= {rule for rule, _ in faults_by_axe(page, "#conv-first")}
    assert {rule for rule, _ in faults_by_axe(page, "#conv-first", scheme="dark")} == {"color-contrast"}


def test_a_page_does_not_ask_to_run_a_cell_that_it_has_not(browser, site):
    """Where no script runs, its tables stay as they are stored."""
    stored = ConvExplorer([[1]], [[1]])._stored_html()
    page = browser.new_page(java_script_enabled=False)
    page.set_content(f'<style>{bundle.css()}</style><div>{stored}</div><div class="bd-content">{stored}</div>')
    assert [note.is_visible() for note in page.locator(".cx-run").all()] == [True, False]
    assert [table.is_visible() for table in page.locator("table").all()] == [True] * 6
    page.close()
    assert 'class="bd-content' in (site / "chapters" / "en" / "00_welcome.html").read_text(encoding="utf-8")


def test_no_internal_link_is_broken(site):
    for name in pages(site):
        text = (site / name).read_text(encoding="utf-8")
        for link in re.findall(r'(?:href|src)="([^"]+)"', text):
            parts = urlsplit(link)
            if parts.scheme or link.startswith(("#", "//")):
                continue
            target = ((site / name).parent / unquote(parts.path)).resolve()
            assert target.is_file(), f"{name}: {link}"
            anchor = parts.fragment
            if anchor and "?" not in anchor and target.suffix == ".html":
                assert f'id="{anchor}"' in target.read_text(encoding="utf-8"), f"{name}: {link}"


def test_the_search_page_finds_sections_over_http_and_from_disk(open_page, site, address):
    for base in (address, site.as_uri()):
        page = open_page(f"{base}/search.html?q=equivariance")
        results = page.locator(".course-search-results a")
        results.first.wait_for()
        assert any("2-D convolution" in text for text in results.all_inner_texts())
        page.get_by_role("searchbox", name="Search this book").fill("1x1 convolution")
        assert results.first.inner_text() == "3 · Channels › The 1×1 convolution"
        told = page.locator(".course-search-results li").all_inner_texts()
        assert all("1×1" in one and "convolution" in one.lower() for one in told)  # not all with a 1 and a convolution
        marked = page.locator(".course-search-results li").nth(1).locator("mark").all_inner_texts()
        assert set(marked) >= {"1×1", "convolution"}
        assert "\\" not in page.locator(".course-search-results").inner_text()  # no LaTeX
        page.get_by_role("searchbox", name="Search this book").fill("zebra")
        assert "Nothing was found for “zebra”." in page.get_by_role("status").inner_text()
        page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_search_box_works_by_keyboard_and_is_loaded_when_it_is_asked(open_page, address, scheme):
    page = open_page(f"{address}/chapters/en/04_pooling.html", color_scheme=scheme)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "search-" in url or "minisearch" in url]
    page.keyboard.press("Control+k")
    page.keyboard.type("why is the kernal fliped")
    first = page.locator(".course-search-results a").first
    first.wait_for()
    assert [url.rsplit("/", 1)[1] for url in asked if "search-" in url] == [
        "search-engine.js",
        "search-index.js",
        "search-view.js",
    ]
    box = page.locator(".search-button__search-container")
    icon, text = (box.locator(part).bounding_box() for part in (".fa-magnifying-glass", "input"))
    assert icon["x"] + icon["width"] <= text["x"]  # it does not lie on the text
    assert faults_by_axe(page, ".search-button__wrapper", scheme=scheme) == []
    page.keyboard.press("Shift+Tab")  # the focus stays within the box
    assert page.evaluate("!!document.activeElement.closest('.course-search-results')")
    page.keyboard.press("Escape")
    assert not first.is_visible()
    page.keyboard.press("Control+k")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/01_conv2d.html#*flip*")
    assert page.locator("#searchbox").inner_text() == ""
    top = "document.querySelector('section[id*=flip] > h2').getBoundingClientRect().top"
    page.wait_for_function(f"Math.abs({top}) < 400")


def test_an_error_report_names_page_and_heading(open_page, address):
    page = open_page(f"{address}/chapters/en/05_lenet.html")
    page.evaluate("document.querySelectorAll('[target]').forEach((link) => link.removeAttribute('target'))")
    page.evaluate("document.addEventListener('click', (event) => event.preventDefault())")
    link = page.get_by_role("link", name="Report an error on this page").last
    body = lambda: parse_qs(urlsplit(link.get_attribute("href")).query)["body"][0]  # noqa: E731
    assert body().startswith("Page: chapters/en/05_lenet.ipynb\n\nWhat is wrong")
    page.evaluate("document.getElementById('train-it').scrollIntoView({ behavior: 'instant' })")
    link.evaluate("(link) => link.click()")
    assert body().startswith("Page: chapters/en/05_lenet.ipynb\nSection: Train it\n\nWhat is wrong")
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
    link.evaluate("(link) => link.click()")
    assert "\nSection: Touch first\n" in body()


LUMINANCE = """(colour) => { const [r, g, b] = colour.match(/[\\d.]+/g).map((v) => (v /= 255) <= 0.03928 ? v / 12.92
  : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; }"""


def test_a_page_prints_as_it_shows_dark_on_white_and_whole(open_page, address):
    page = open_page(f"{address}/chapters/en/02_padding_stride.html", color_scheme="dark", viewport=PAPER)
    page.emulate_media(media="print")
    gone = ".bd-sidebar-primary, .bd-sidebar-secondary, .bd-header-article, .prev-next-footer, .copybtn, .course-report"
    assert not [one for one in page.locator(gone).all() if one.is_visible()]
    assert page.locator("details.hide").first.get_attribute("open") is None  # folds stay as they are
    pale = page.evaluate(
        f"""() => {{ const luminance = {LUMINANCE};
        const own = (node) => [...node.childNodes].some((one) => one.nodeType === 3 && one.textContent.trim());
        return [...document.querySelectorAll("article.bd-article *")]
          .filter((node) => !node.closest("[data-cnn-widget], mjx-container"))
          .filter((node) => own(node) && node.getClientRects().length)
          .filter((node) => 1.05 / (luminance(getComputedStyle(node).color) + 0.05) < 4.5)
          .map((node) => node.outerHTML.slice(0, 80)); }}"""
    )
    assert pale == []
    cut = "(blocks) => blocks.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent)"
    assert page.locator("article.bd-article pre").evaluate_all(cut) == []


def test_links_to_headings_lead_there_although_explorers_come_to_life(open_page, address):
    page = open_page(f"{address}/chapters/en/01_conv2d.html#summary")
    page.wait_for_function("Math.abs(document.querySelector('#summary').getBoundingClientRect().top) < 400")
    Explorer(page, "conv-first").assert_true()


def test_the_theme_can_be_switched_and_the_explorers_follow(open_page, address):
    page = open_page(f"{address}/chapters/en/01_conv2d.html", color_scheme="light")
    page.wait_for_selector("#conv-first[data-live]")
    colours = lambda: page.evaluate("getComputedStyle(document.querySelector('#conv-first .cx')).backgroundColor")  # noqa: E731
    light = colours()
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert colours() != light


def test_launch_and_download_buttons_lead_to_the_notebook(site):
    from tools.repository import stated

    text = (site / "chapters/en/01_conv2d.html").read_text(encoding="utf-8")
    slug = stated().removeprefix("https://github.com/")
    assert f"https://colab.research.google.com/github/{slug}/blob/main/chapters/en/01_conv2d.ipynb" in text
    assert f"https://mybinder.org/v2/gh/{slug}/main" in text
    assert (site / "_sources/chapters/en/01_conv2d.ipynb").is_file()
    assert '_sources/chapters/en/01_conv2d.ipynb"' in text
    for path in (site / "_sources").rglob("*.ipynb"):
        cells = notebooks.read(path).cells
        assert any("solution" in cell.metadata.get("tags", []) for cell in cells) or path.stem.startswith("00")
        assert not any("hidden" in cell.metadata.get("tags", []) for cell in cells), path.name


def test_hidden_checks_do_not_show_on_the_page(site):
    text = (site / "chapters/en/01_conv2d.html").read_text(encoding="utf-8")
    assert "corr2d_by_kernel_solution" in text
    assert "by_torch" not in text
    assert ">Hide the solution</p>" in text
    index = (site / "_static/search-index.js").read_text(encoding="utf-8")
    assert "corr2d_by_kernel(" in index
    assert "_solution" not in index


@pytest.mark.parametrize("name", CHAPTERS[1:])
def test_a_chapter_page_is_light(browser, address, name):
    """At most 600 KB as gzip would send them (fonts as they are), the budget of the design; trained weights, which are
    fetched by the explorer that needs them, are counted apart: at most 300 KB."""
    page, answers = browser.new_page(), []
    page.on(
        "response", lambda answer: answers.append(answer)
    )  # read afterwards: to ask for a body here would hold up the page
    page.goto(f"{address}/chapters/en/{name}.html")
    page.wait_for_load_state("networkidle")
    bodies = {answer.url: answer.body() for answer in answers}
    page.close()
    sizes = {url: len(b if re.search(r"\.(woff2?|png)$", url) else gzip.compress(b)) for url, b in bodies.items()}
    assert len(sizes) > 5
    weights = [sizes.pop(url) for url in list(sizes) if "-weights.js" in url]
    assert len(weights) == (name in ("05_lenet", "08_nin"))  # whose first explorer is a trained network
    assert sum(weights) <= 300_000
    assert sum(sizes.values()) <= 600_000, sizes


def test_the_quiz_tells_what_is_wrong_and_why(open_page, address):
    page = open_page(f"{address}/chapters/en/01_conv2d.html")
    quiz = page.get_by_role("region", name="Quiz")
    first = quiz.locator("form").first
    first.get_by_role("button", name="Check").click()
    assert "A number is missing" in first.get_by_role("status").inner_text()
    first.get_by_role("textbox", name="Your answer").fill("25")
    first.get_by_role("button", name="Check").click()
    assert "Not yet." in first.get_by_role("status").inner_text()
    first.get_by_role("textbox", name="Your answer").fill("26")
    first.get_by_role("textbox", name="Your answer").press("Enter")
    assert first.get_by_role("status").inner_text().startswith("Right.")
    several = quiz.locator("form").filter(has=page.get_by_role("checkbox")).first
    several.get_by_role("checkbox").first.check()
    several.get_by_role("button", name="Check").click()
    assert "Still to be found: 1" in several.get_by_role("status").inner_text()
