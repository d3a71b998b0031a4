"""The scripts that pages load, joined from our modules, offer what the modules do."""

from helpers.widgets import bundle
from tools.browser import served


def test_the_joined_modules_export_what_the_modules_export(open_page, browser):
    """Loaded by the browser one by one, our modules have the same names as in the joined script."""
    with served(bundle.HELPERS) as address:
        page = browser.new_page()
        page.goto(f"{address}/vocabulary/")
        page.add_script_tag(content=bundle.classic())
        offered = {}
        for path in sorted(bundle.HERE.rglob("*.js")):
            name = path.relative_to(bundle.HELPERS).as_posix()
            native = page.evaluate(f"async () => Object.keys(await import('/{name}')).sort()")
            offered[path.relative_to(bundle.HERE).as_posix()] = native
        members = dict(bundle.offered(list(offered)))
        assert len(members) > 15
        for member, name in members.items():
            assert page.evaluate(f"() => Object.keys(convnets.{member}).sort()") == offered[name], name
        page.close()
