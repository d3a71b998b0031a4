"""Each link of the lesson plans opens its explorer in the state that the plan shows, on the built site."""

from __future__ import annotations

import html

import pytest
from playwright.sync_api import expect

from extensions import lessons
from tools import states

STATES = states.read()
IN_VIEW = "id => { const { top } = document.getElementById(id).getBoundingClientRect(); return top > -2 && top < 300; }"
PAGES = sorted({state["page"] for state in STATES.values()})


@pytest.mark.parametrize("page", PAGES)
def test_each_link_of_a_plan_opens_its_state(open_page, address, page):
    for name, state in STATES.items():
        if state["page"] != page:
            continue
        opened = open_page(f"{address}/chapters/en/{page}.html{state['link']}")
        root = opened.locator(f"#{state['explorer']}[data-live]")
        own = root.get_by_role("link", name="Link to this state")
        expect(own).to_have_attribute("href", state["link"])
        assert not root.get_by_role("alert").is_visible(), name
        opened.wait_for_function(IN_VIEW, arg=state["explorer"])
        opened.context.close()


def test_the_plans_link_every_state_and_a_press_opens_one(open_page, address, site):
    page = (site / "chapters" / "en" / lessons.PLANS).with_suffix(".html")
    text = page.read_text(encoding="utf-8")
    for name, state in STATES.items():
        assert f'href="{state["page"]}.html{html.escape(state["link"])}"' in text, name
    assert "(state:" not in text
    assert "<!-- chapter" not in text
    opened = open_page(f"{address}/chapters/en/{page.name}")
    opened.get_by_role("link", name="A single 1", exact=True).click()
    own = opened.locator("#conv-flip[data-live]").get_by_role("link", name="Link to this state")
    expect(own).to_have_attribute("href", STATES["a-single-one"]["link"])
