"""The walk of a newcomer: from the sample photo to a playing clip, on the page, in a real browser."""

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright, expect

from tests.support.chromium import ARGS, chromium_path
from tests.support.town import Engine, Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
PATIENCE_MS = 90_000


@pytest_asyncio.fixture
async def town(tmp_path):
    engine = await Engine(tmp_path / "engine").start()
    town = await Town(tmp_path / "town", engine, BOT_RUNNING_LIMIT="9").start()
    yield town
    await town.stop()
    await engine.kill(15)
    assert town.faults == []


@pytest_asyncio.fixture
async def page(town):
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=[*ARGS])
        page = await browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        page.set_default_timeout(20_000)
        complaints = []
        page.on("console", lambda note: note.type == "error" and complaints.append(note.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(town.sandbox.base)
        yield page
        await browser.close()
        assert complaints == []


class Walk:
    """What a person does on the page, and sees."""

    def __init__(self, page):
        self.page = page

    def get(self, testid):
        return self.page.get_by_test_id(testid)

    def galleries(self):
        return self.get("message").filter(has=self.page.locator("[data-testid^='button-easel:again:']"))

    async def gallery(self, number):
        """Wait for the number-th gallery in the thread."""
        await expect(self.galleries()).to_have_count(number, timeout=PATIENCE_MS)
        return self.galleries().nth(number - 1)

    async def press(self, gallery, action, variant=0):
        await gallery.locator(f"[data-testid^='button-easel:{action}:'][data-testid$=':{variant}']").click()

    async def say(self, words):
        await self.get("composer").fill(words)
        await self.get("send").click()


async def test_from_a_sample_photo_to_a_playing_clip(page):
    walk = Walk(page)
    await expect(walk.get("bot-status")).to_contain_text("online")
    await walk.get("welcome").get_by_test_id("sample-cat").click()
    await walk.get("composer").press_sequentially("make it a watercolor")
    await walk.get("send").click()
    await walk.get("thread-link").click()
    await expect(
        page.locator("[data-testid^='button-easel:stop:'], [data-testid^='button-easel:cancel:']")
    ).to_have_count(1)

    first = await walk.gallery(1)
    await expect(first.get_by_test_id("gallery-item")).to_have_count(4)
    await expect(first).to_contain_text("Studio watercolo")
    await walk.press(first, "pick", 3)
    await expect(first).to_contain_text("Picked: 3")

    await walk.press(first, "again")
    await walk.gallery(2)

    await walk.press(first, "edit")
    modal = walk.get("modal")
    await modal.get_by_test_id("modal-field-prompt").fill("a cat in blue ink, bold lines, white paper")
    await modal.get_by_test_id("modal-submit").click()
    edited = await walk.gallery(3)
    await expect(edited).to_contain_text("blue ink")

    await walk.press(first, "upscale")
    upscaled = await walk.gallery(4)
    await expect(upscaled.get_by_test_id("gallery-item")).to_have_count(1)

    await first.hover()
    await first.get_by_test_id("react").click()
    await walk.get("emoji-2️⃣").click()
    await expect(first).to_contain_text("Picked: 2")

    await walk.say("the second one but as clay")
    await expect(await walk.gallery(5)).to_contain_text("Studio clay")

    await walk.press(first, "compare")
    compared = await walk.gallery(6)
    await expect(compared).to_contain_text("Photoreal")
    await expect(compared).to_contain_text("Stylised 3D")

    await walk.press(first, "animate")
    await walk.gallery(7)
    video = page.locator("video").last
    await video.evaluate("video => { video.muted = true; return video.play(); }")
    await page.wait_for_function("() => [...document.querySelectorAll('video')].some(v => v.currentTime > 0.2)")
