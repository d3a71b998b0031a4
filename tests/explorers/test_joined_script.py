"""The script that pages load, joined from our modules, offers what the modules do."""

from helpers import esm
from tools.browser import served


def test_the_joined_modules_export_what_the_modules_export(open_page, browser):
    """Loaded by the browser one by one, our modules have the same names as in the joined script."""
    with served(esm.STATIC.parent.parent) as address:
        page = browser.new_page()
        page.goto(f"{address}/vocabulary/")
        page.add_script_tag(content=esm.classic())
        for name, entry in esm.PURE.items():
            natively = page.evaluate(f"async () => Object.keys(await import('/widgets/static/{entry}')).sort()")
            assert natively == page.evaluate(f"() => Object.keys(convnets.{name}).sort()")
        page.close()
