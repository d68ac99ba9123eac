"""Makes the README's pictures anew: one photo in every look, and a gallery on the sandbox page."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.async_api import async_playwright  # noqa: E402  # after the root is on the path
from skimage import data  # noqa: E402

from engine.images.encode import encode_jpeg  # noqa: E402
from engine.images.fit import fit, resized  # noqa: E402
from engine.images.sheet import sheet  # noqa: E402
from engine.models.catalog import here  # noqa: E402
from engine.renderers import registry  # noqa: E402
from engine.renderers.base import Input, Picture, RenderTask  # noqa: E402
from engine.settings import EngineSettings  # noqa: E402
from tests.support.chromium import ARGS, chromium_path  # noqa: E402
from tests.support.town import Engine, Town  # noqa: E402

TARGET = ROOT / "docs" / "pictures"
LOOKS = ("studio-watercolor", "studio-ink", "studio-oil", "studio-clay", "studio-natural")
WIDE = 1600


def looks() -> bytes:
    """Return a labelled sheet: the cup of coffee (CC0) as it is and in every still look."""
    photo = data.coffee()
    cards = here(EngineSettings(), registry.why_missing).cards
    cells = [(photo, "The photo")]
    for name in LOOKS:
        task = RenderTask(images=(Input(photo),), prompt="soft light", variants=(0,), seed=7)
        made = next(iter(registry.make(cards[name]).render(task, lambda *_: None)))
        if isinstance(made, Picture):
            cells.append((made.pixels, cards[name].title))
    whole = sheet(cells, 3)
    return encode_jpeg(resized(whole, fit(whole.shape[1], whole.shape[0], WIDE)), 85)


async def gallery(target: Path) -> None:
    """Post the portrait on the page and take a picture of its gallery."""
    with tempfile.TemporaryDirectory() as folder:
        engine = await Engine(Path(folder) / "engine").start()
        town = await Town(Path(folder) / "town", engine).start()
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium_path(), args=[*ARGS])
            page = await browser.new_page(viewport={"width": 1280, "height": 1330})
            await page.goto(town.sandbox.base)
            await page.get_by_test_id("welcome").get_by_test_id("sample-portrait").click()
            await page.get_by_test_id("composer").press_sequentially("make it a watercolor")
            await page.get_by_test_id("send").click()
            await page.get_by_test_id("thread-link").click()
            await page.locator("[data-testid^='button-easel:again:']").wait_for(timeout=90_000)
            await page.locator("[data-testid^='button-easel:pick:'][data-testid$=':4']").click()
            await page.get_by_text("Picked").wait_for()
            await page.wait_for_timeout(1500)
            await page.screenshot(path=target, type="jpeg", quality=82)
            await browser.close()
        await town.stop()
        await engine.kill(15)


def main() -> None:
    """Write every picture."""
    TARGET.mkdir(exist_ok=True)
    (TARGET / "looks.jpg").write_bytes(looks())
    asyncio.run(gallery(TARGET / "gallery.jpg"))


if __name__ == "__main__":
    main()
