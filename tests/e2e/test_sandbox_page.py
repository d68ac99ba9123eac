"""A person at the sandbox page, in a real browser, against the real server and a small discord.py bot."""

import contextlib

import discord
import pytest
import pytest_asyncio
from discord import ui
from playwright.async_api import async_playwright, expect

from tests.support.chromium import ARGS, chromium_path
from tests.support.sandbox_bot import TinyBot, png, rigged

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

EVIL = '<img src=x onerror="window.evil=1"><script>window.evil=1</script>'


class PageBot(TinyBot):
    """The small bot, which also says what a test puts into its mouth."""

    async def say(self, channel, **message):
        return await (await self.fetch_channel(int(channel))).send(**message)


class Visit:
    """One member's browser page, with all it complained about."""

    def __init__(self, page, rig):
        self.page, self.rig, self.complaints = page, rig, []
        page.set_default_timeout(8000)
        page.on("console", lambda note: note.type in ("error", "warning") and self.complaints.append(note.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def get(self, testid):
        return self.page.get_by_test_id(testid)

    async def channel(self, name):
        await self.page.locator(f"[data-testid=channel][data-name='{name}']").click()
        await expect(self.get("title")).to_have_text(name)

    async def send(self, words):
        await self.get("composer").fill(words)
        await self.get("send").click()
        await expect(self.get("composer")).to_have_value("")

    async def member(self, name):
        await self.get("member").click()
        await self.get(f"member-{name}").click()
        await expect(self.get("member")).to_contain_text(name.title())

    async def gallery(self):
        """Post a sample and open the thread with the bot's gallery."""
        await self.get("welcome").get_by_test_id("sample-cat").click()
        await expect(self.get("upload")).to_have_count(1)
        await self.get("composer").press_sequentially("make it a watercolor")
        await self.get("send").click()
        await self.get("thread-link").click()
        await expect(self.get("gallery-item")).to_have_count(5)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser():
    async with async_playwright() as playwright:
        yield await playwright.chromium.launch(executable_path=chromium_path(), args=[*ARGS])


@contextlib.asynccontextmanager
async def visiting(browser, size=(1280, 800), **knobs):
    async with rigged(bot=PageBot(), **knobs) as rig:
        page = await browser.new_page(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
        visit = Visit(page, rig)
        await page.goto(rig.box.base)
        await expect(visit.get("bot-status")).to_contain_text("online")
        yield visit
        await page.close()
        assert visit.complaints == []


@pytest_asyncio.fixture(loop_scope="module")
async def visit(browser):
    async with visiting(browser) as one:
        yield one


async def test_a_newcomer_gets_from_a_sample_photo_to_a_gallery(visit):
    """The welcome's photo comes with a mention of the bot; the thread opens, and its gallery opens large."""
    await expect(visit.get("welcome")).to_contain_text("CC0")
    await visit.gallery()
    assert (await visit.rig.noted("message"))[1].startswith("<@") or visit.rig.bot.seen[0][1].startswith("<@")
    await visit.get("gallery-item").nth(2).click()
    box = visit.get("lightbox")
    await expect(box).to_contain_text("2 of 4")
    await visit.page.keyboard.press("ArrowRight")
    await expect(box).to_contain_text("variant 3")
    await visit.get("lightbox-previous").click()
    await expect(box).to_contain_text("variant 2")
    assert "/attachments/" in await visit.get("lightbox-original").get_attribute("href")
    await visit.page.keyboard.press("Escape")
    await expect(box).to_have_count(0)
    await visit.get("parent").click()
    await expect(visit.get("title")).to_have_text("general")


async def test_buttons_selects_and_secrets(visit):
    """A press changes the message, a choice reaches the bot, and a secret is for the one who pressed."""
    await visit.gallery()
    await visit.get("button-press:pick").click()
    await expect(visit.get("message")).to_contain_text("picked")
    await visit.get("select-choose").click()
    await visit.get("choice-ink").click()
    await visit.get("choice-oil").click()
    await visit.page.keyboard.press("Escape")
    assert set((await visit.rig.noted("chose"))[1:]) == {"ink", "oil"}
    await visit.get("button-press:secret").click()
    secret = visit.get("message").filter(has_text="Only you can see this")
    await expect(secret).to_contain_text("only you")
    await visit.member("bob")
    await expect(visit.get("gallery-item")).to_have_count(5)
    await expect(secret).to_have_count(0)
    await visit.member("alice")
    await secret.get_by_test_id("dismiss").click()
    await expect(secret).to_have_count(0)


async def test_a_press_without_an_answer_says_so(browser):
    """While the bot is silent the button waits; then the failure stands under the message."""
    async with visiting(browser, ack_s=0.2) as visit:
        await visit.gallery()
        slow = visit.get("button-press:slow")
        await slow.click()
        await expect(slow).to_have_attribute("aria-busy", "true")
        await expect(visit.get("failure")).to_have_text("This interaction failed")
        await expect(slow).not_to_have_attribute("aria-busy", "true")


async def test_a_modal_with_every_kind_of_field(visit):
    """What is missing is named; what is filled in reaches the bot; the dialog closes."""
    await visit.gallery()
    await visit.get("button-press:tune").click()
    modal = visit.get("modal")
    await modal.get_by_test_id("modal-submit").click()
    await expect(modal).to_contain_text("Choose one.")
    await modal.get_by_test_id("modal-field-words").fill("a dog")
    await modal.get_by_test_id("modal-field-family").click()
    await visit.get("choice-comic").click()
    await modal.get_by_test_id("modal-field-change-strong").check()
    await modal.get_by_test_id("modal-field-keep-faces").check()
    picture = png()
    upload = {"name": "ref.png", "mimeType": "image/png", "buffer": picture}
    await modal.get_by_test_id("modal-field-picture").set_input_files([upload])
    await modal.get_by_test_id("modal-submit").click()
    await expect(modal).to_have_count(0)
    assert await visit.rig.noted("modal") == ("modal", "a dog", ["comic"], "strong", ["faces"], [len(picture)])
    await expect(visit.get("message").filter(has_text="tuned")).to_have_count(1)


async def test_a_slash_command_with_a_picture_and_suggestions(visit):
    """Typing / lists the commands; the form wants its picture, suggests styles, and runs by Enter."""
    await visit.get("composer").press_sequentially("/dr")
    await visit.get("command-draw").click()
    await visit.get("slash-run").click()
    await expect(visit.get("field-image")).to_contain_text("required")
    await visit.get("slash-form").get_by_test_id("sample-coffee").click()
    await visit.get("option-style").fill("pi")
    await visit.get("suggestion-pixel").click()
    await visit.get("option-style").press("Enter")
    answer = visit.get("message").filter(has_text="done")
    await expect(answer.get_by_test_id("gallery-item")).to_have_count(1)
    await expect(answer.get_by_test_id("used-command")).to_contain_text("Alice used /draw")
    assert (await visit.rig.noted("slash"))[1:3] == ("coffee.jpg", "pixel")


async def test_reactions_replies_menus_and_deleting(visit):
    """The tools over a message: react and take it back, reply, a message command, delete."""
    await visit.get("composer").press_sequentially("hello @ea")
    await visit.page.keyboard.press("Tab")
    await expect(visit.get("composer")).to_have_value("hello @easel ")
    await visit.get("file-input").set_input_files([{"name": "a.png", "mimeType": "image/png", "buffer": png()}])
    await visit.get("send").click()
    first = visit.get("message").first
    await first.hover()
    await first.get_by_test_id("react").click()
    await visit.get("emoji-2️⃣").click()
    mine = first.get_by_test_id("reaction-2️⃣")
    await expect(mine).to_have_attribute("aria-pressed", "true")
    assert (await visit.rig.noted("reaction"))[1] == "2️⃣"
    await visit.member("bob")
    await expect(mine).to_have_attribute("aria-pressed", "false")
    await mine.click()
    await expect(mine).to_contain_text("2")
    await mine.click()
    await expect(mine).to_contain_text("1")
    await first.hover()
    await first.get_by_test_id("apps").click()
    await visit.get("apps-Look at this").click()
    await expect(visit.get("message").filter(has_text="Only you can see this")).to_have_count(1)
    assert (await visit.rig.noted("menu"))[2] == ["a.png"]
    await first.hover()
    await first.get_by_test_id("reply").click()
    await visit.send("an answer")
    answer = visit.get("message").filter(has_text="an answer")
    await expect(answer.get_by_test_id("reply-preview")).to_contain_text("@Alice")
    await answer.hover()
    await answer.get_by_test_id("delete").click()
    await expect(answer).to_have_count(0)


async def test_nothing_in_a_message_becomes_html(visit):
    """Tags in text, file names, thread names, embeds, labels and links are read, not run."""
    post = await visit.rig.do("post", channel=visit.rig.channel(), content=f"{EVIL} [x](javascript:window.evil=1)")
    view = ui.View()
    view.add_item(ui.Button(label=EVIL[:60], custom_id="evil<b>"))
    embed = discord.Embed(title=EVIL, description=EVIL, url="https://example.org/").set_footer(text=EVIL)
    await visit.rig.bot.say(visit.rig.channel(), content=f"```html\n{EVIL}\n``` **{EVIL}**", embed=embed, view=view)
    thread = await (await visit.rig.bot.fetch_channel(int(visit.rig.channel()))).fetch_message(int(post["id"]))
    await thread.create_thread(name=EVIL[:90])
    await expect(visit.get("message")).to_have_count(2)
    await expect(visit.get("message").first).to_contain_text("<script>window.evil=1</script>")
    await expect(visit.get("thread-link")).to_contain_text("<img src=x")
    assert await visit.page.evaluate("window.evil") is None
    assert await visit.page.locator("#list script, #list img[src='x'], [href^=javascript]").count() == 0


MARKDOWN = [
    ("**bold** *soft* __under__ ~~gone~~ `code`", ["strong:bold", "em:soft", "u:under", "s:gone", "code:code"]),
    ("# One\n## Two\n### Three\n-# small", ["h1:One", "h2:Two", "h3:Three", "small:small"]),
    ("- a\n- b\n1. c", ["ul:ab", "ol:c"]),
    ("> quoted\n```py\nx = '**y**'\n```", ["blockquote:quoted", "pre:x = '**y**'"]),
    (r"\*plain\* snake_case_name 2*3*4", ["span.text:*plain* snake_case_name 234"]),
    ("https://example.org/a_b_c.", ["a:https://example.org/a_b_c"]),
    ("[words](https://example.org/)", ["a:words"]),
    ("||hidden||", [".spoiler:hidden"]),
    ("<t:0:D>", ["time:January 1, 1970"]),
]


async def test_markdown_reads_as_on_discord(visit):
    """Each kind of markup becomes the element it means, and only that."""
    for text, _expected in MARKDOWN:
        await visit.rig.do("post", channel=visit.rig.channel("art"), content=text)
    await visit.channel("art")
    await expect(visit.get("message")).to_have_count(len(MARKDOWN))
    for index, (_, expected) in enumerate(MARKDOWN):
        for each in expected:
            element, words = each.split(":", 1)
            await expect(visit.get("content").nth(index).locator(element).first).to_have_text(words)


async def test_mentions_and_times_are_alive(visit):
    """A mention shows the name, a channel opens, and a relative time counts down by itself."""
    art = visit.rig.channel("art")
    soon = 4_000_000_000
    await visit.rig.do(
        "post", channel=visit.rig.channel(), content=f"<@{visit.rig.person('bob')}> <#{art}> <t:{soon}:R>"
    )
    content = visit.get("content").first
    await expect(content).to_contain_text("@Bob")
    await expect(content.locator("time")).to_contain_text("in ")
    await content.get_by_text("#art").click()
    await expect(visit.get("title")).to_have_text("art")


async def test_news_arrives_alone_and_marks_what_is_unread(visit):
    """Messages elsewhere put a number on their channel; an edit shows at once; a deletion takes the message away."""
    art = visit.rig.channel("art")
    said = await visit.rig.bot.say(art, content="first")
    row = visit.page.locator("[data-testid=channel][data-name=art]")
    await expect(row.get_by_test_id("unread")).to_have_text("1")
    await row.click()
    await expect(row.get_by_test_id("unread")).to_have_count(0)
    await said.edit(content="second")
    await expect(visit.get("message")).to_contain_text("second(edited)")
    await said.delete()
    await expect(visit.get("message")).to_have_count(0)


async def test_the_reader_is_not_pulled_down_but_followed_at_the_end(visit):
    """At the bottom the list follows; further up it stays, and a button offers the way down."""
    for number in range(30):
        await visit.rig.do("post", channel=visit.rig.channel(), content=f"line {number}\nand more", user="bob")
    await expect(visit.page.get_by_text("line 29")).to_be_in_viewport()
    scroller = visit.page.locator("#scroller")
    await scroller.evaluate("node => { node.scrollTop = 0; }")
    await expect(visit.page.get_by_text("line 0", exact=False).first).to_be_in_viewport()
    await visit.rig.do("post", channel=visit.rig.channel(), content="the last word", user="bob")
    await expect(visit.page.locator("#jump")).to_be_visible()
    await expect(visit.page.get_by_text("the last word")).not_to_be_in_viewport()
    await visit.page.locator("#jump").click()
    await expect(visit.page.get_by_text("the last word")).to_be_in_viewport()


async def test_files_by_paste_and_drop_and_what_is_refused(visit):
    """Pasted and dropped files wait in the tray, can be removed, and ten is the end."""
    give = """([kind, count]) => {
      const data = new DataTransfer();
      for (let n = 0; n < count; n += 1) data.items.add(new File(["x"], `${kind}${n}.txt`, { type: "text/plain" }));
      const name = kind === "paste" ? "clipboardData" : "dataTransfer";
      const target = kind === "paste" ? document.getElementById("text") : document.body;
      const type = kind === "paste" ? ClipboardEvent : DragEvent;
      target.dispatchEvent(new type(kind, { [name]: data, bubbles: true, cancelable: true }));
    }"""
    await visit.page.evaluate(give, ["paste", 1])
    await expect(visit.get("upload")).to_have_count(1)
    await visit.page.evaluate(give, ["drop", 11])
    await expect(visit.get("upload")).to_have_count(10)
    await expect(visit.get("toast")).to_contain_text("at most 10")
    await visit.page.get_by_label("Remove paste0.txt").click()
    await expect(visit.get("upload")).to_have_count(9)
    await visit.rig.do("set", knobs={"file_limit": 1})
    await visit.get("send").click()
    await expect(visit.get("message").get_by_test_id("file")).to_have_count(9)


async def test_a_refusal_is_said_and_the_draft_comes_back(visit):
    """What the server will not take is explained, and nothing written is lost."""
    await visit.rig.do("set", knobs={"file_limit": 10})
    await visit.get("file-input").set_input_files([{"name": "a.png", "mimeType": "image/png", "buffer": png()}])
    await visit.get("composer").fill("keep this")
    await visit.get("send").click()
    await expect(visit.get("toast")).to_contain_text("too large")
    await expect(visit.get("composer")).to_have_value("keep this")
    await expect(visit.get("upload")).to_have_count(1)
    # The browser itself notes every refused request; there is no other complaint.
    assert [words for words in visit.complaints if "413" not in words] == []
    visit.complaints.clear()


async def test_direct_messages_and_a_bot_that_leaves(visit):
    """The bot is one press away in private; when it goes, the page says so."""
    await visit.channel("easel")
    await visit.send("psst")
    assert await visit.rig.until(lambda: ("message", "psst", 0, False) in visit.rig.bot.seen)
    await visit.rig.disconnect()
    await expect(visit.get("bot-status")).to_contain_text("offline")


async def test_a_lost_connection_comes_back_with_what_was_missed(visit):
    """When the stream of news breaks, the page connects again and reads what it missed."""
    visit.rig.world.hub.close_watchers()
    await visit.rig.do("post", channel=visit.rig.channel(), content="said meanwhile", user="bob")
    await expect(visit.get("message")).to_contain_text("said meanwhile")
    await expect(visit.get("bot-status")).to_contain_text("online")


async def test_a_member_who_is_no_more_becomes_alice(visit):
    """An address or a tab that remembers somebody unknown opens as the first member."""
    await visit.page.goto(f"{visit.rig.box.base}/?user=nobody")
    await expect(visit.get("member")).to_contain_text("Alice")
    await visit.rig.do("post", channel=visit.rig.channel(), content="hello again", user="bob")
    await expect(visit.get("message")).to_contain_text("hello again")
    # The browser itself notes the refused requests; there is no other complaint.
    assert [words for words in visit.complaints if "Failed to load resource" not in words] == []
    visit.complaints.clear()


async def test_on_a_phone_the_channels_are_a_drawer(browser):
    """At 390 pixels nothing scrolls sideways, and the channel list comes and goes."""
    async with visiting(browser, size=(390, 844)) as visit:
        row = visit.page.locator("[data-testid=channel][data-name=art]")
        await expect(row).not_to_be_visible()
        await visit.get("toggle-drawer").click()
        await row.click()
        await expect(visit.get("title")).to_have_text("art")
        await expect(row).not_to_be_visible()
        await visit.gallery()
        assert await visit.page.evaluate("document.getElementById('scroller').scrollWidth") <= 390
