"""The scripts that pages load, joined from our modules, offer what the modules do."""

from helpers.widgets import bundle
from tools.browser import served


def test_the_joined_modules_export_what_the_modules_export(open_page, browser):
    """Loaded by the browser one by one, our modules have the same names as in the joined script."""
    with served(bundle.HELPERS) as address:
        page = browser.new_page()
        page.goto(f"{address}/vocabulary/")
        page.add_script_tag(content=bundle.classic())
        offered, workers = {}, set()
        for path in sorted(bundle.HERE.rglob("*.js")):
            module = bundle._read(path.relative_to(bundle.HERE).as_posix(), path.read_text(encoding="utf-8"))
            workers |= {entry for _, entry in module.texts}  # which are in the script as texts only
            name = path.relative_to(bundle.HELPERS).as_posix()
            native = page.evaluate(f"async () => Object.keys(await import('/{name}')).sort()")
            offered[path.relative_to(bundle.HERE).as_posix()] = native
        members = dict(bundle.offered([name for name in offered if name not in workers]))
        assert len(members) > 15
        for member, name in members.items():
            assert page.evaluate(f"() => Object.keys(convnets.{member}).sort()") == offered[name], name
        page.close()
