"""Every limit of Discord's, as a table: what is sent, and the status, code and field it is refused with."""

import pytest

from tests.support.sandbox_bot import png, rigged

V2 = 1 << 15


def text(words="x"):
    return {"type": 10, "content": words}


def button(**more):
    return {"type": 2, "style": 1, "label": "go", "custom_id": "a", **more}


def row(*children):
    return {"type": 1, "components": list(children)}


def v2(*parts, **more):
    return {"flags": V2, "components": list(parts), **more}


def v1(*rows):
    return {"content": "hi", "components": list(rows)}


def select(count=1, **more):
    options = [{"label": str(n), "value": str(n)} for n in range(count)]
    return {"type": 3, "custom_id": "s", "options": options, **more}


def gallery(count, url="https://example.org/a.png"):
    return {"type": 12, "items": [{"media": {"url": url}}] * count}


def embed(**more):
    return {"embeds": [{"title": "t", **more}]}


#: id, message, path of the fault below `errors`, its code. All are 400 with code 50035.
FORM = [
    ("content 2001", {"content": "x" * 2001}, "content", "BASE_TYPE_MAX_LENGTH"),
    ("eleven embeds", {"embeds": [{"title": "t"}] * 11}, "embeds", "BASE_TYPE_MAX_LENGTH"),
    ("embed title 257", embed(title="t" * 257), "embeds/0/title", "BASE_TYPE_MAX_LENGTH"),
    ("embed text 4097", embed(description="t" * 4097), "embeds/0/description", "BASE_TYPE_MAX_LENGTH"),
    ("26 fields", embed(fields=[{"name": "n", "value": "v"}] * 26), "embeds/0/fields", "BASE_TYPE_MAX_LENGTH"),
    ("embeds over 6000", {"embeds": [{"description": "t" * 3001}] * 2}, "embeds", "MAX_EMBED_SIZE_EXCEEDED"),
    ("text over 4000", v2(text("x" * 2001), text("x" * 2000)), "components",
     "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"),
    ("41 components", v2(*[text()] * 41), "components", "BASE_TYPE_BAD_LENGTH"),
    ("41 with the nested", v2({"type": 17, "components": [text()] * 40}), "components", "BASE_TYPE_BAD_LENGTH"),
    ("V2 and content", v2(text(), content="hi"), "content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"),
    ("V2 and embeds", v2(text(), **embed()), "embeds", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"),
    ("V2 part without flag", {"components": [text()]}, "components/0/type", "UNION_TYPE_CHOICES"),
    ("container in container", v2({"type": 17, "components": [{"type": 17, "components": [text()]}]}),
     "components/0/components/0/type", "UNION_TYPE_CHOICES"),
    ("empty text", v2(text("")), "components/0/content", "BASE_TYPE_BAD_LENGTH"),
    ("six rows", v1(*[row(button(custom_id=str(n))) for n in range(6)]), "components", "BASE_TYPE_MAX_LENGTH"),
    ("six buttons", v1(row(*[button(custom_id=str(n)) for n in range(6)])), "components/0/components",
     "BASE_TYPE_BAD_LENGTH"),
    ("empty row", v1(row()), "components/0/components", "BASE_TYPE_BAD_LENGTH"),
    ("select and button", v1(row(select(), button())), "components/0/components/1", "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
    ("no custom_id", v1(row({"type": 2, "style": 1, "label": "x"})), "components/0/components/0/custom_id",
     "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED"),
    ("custom_id 101", v1(row(button(custom_id="x" * 101))), "components/0/components/0/custom_id",
     "BASE_TYPE_BAD_LENGTH"),
    ("custom_id twice", v1(row(button(), button())), "components/0/components/1/custom_id",
     "COMPONENT_CUSTOM_ID_DUPLICATED"),
    ("label 81", v1(row(button(label="x" * 81))), "components/0/components/0/label", "BASE_TYPE_MAX_LENGTH"),
    ("no label", v1(row(button(label=None))), "components/0/components/0", "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED"),
    ("link without url", v1(row({"type": 2, "style": 5, "label": "x"})), "components/0/components/0/url",
     "BASE_TYPE_REQUIRED"),
    ("26 options", v1(row(select(26))), "components/0/components/0/options", "BASE_TYPE_BAD_LENGTH"),
    ("no options", v1(row(select(0))), "components/0/components/0/options", "BASE_TYPE_BAD_LENGTH"),
    ("placeholder 151", v1(row(select(placeholder="x" * 151))), "components/0/components/0/placeholder",
     "BASE_TYPE_MAX_LENGTH"),
    ("option label 101", v1(row(select(options=[{"label": "x" * 101, "value": "v"}]))),
     "components/0/components/0/options/0/label", "BASE_TYPE_BAD_LENGTH"),
    ("option value twice", v1(row(select(options=[{"label": "x", "value": "v"}] * 2))),
     "components/0/components/0/options/1/value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"),
    ("empty gallery", v2(gallery(0)), "components/0/items", "BASE_TYPE_BAD_LENGTH"),
    ("gallery of eleven", v2(gallery(11)), "components/0/items", "BASE_TYPE_BAD_LENGTH"),
    ("attachment not there", v2(gallery(1, "attachment://no.png")), "components/0/items/0/media/url",
     "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"),
    ("thumbnail not there", v2({"type": 9, "components": [text()],
                                "accessory": {"type": 11, "media": {"url": "attachment://no.png"}}}),
     "components/0/accessory/media/url", "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"),
    ("file not there", v2({"type": 13, "file": {"url": "attachment://no.zip"}}), "components/0/file/url",
     "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"),
    ("section without accessory", v2({"type": 9, "components": [text()]}), "components/0/accessory",
     "BASE_TYPE_REQUIRED"),
    ("section of four", v2({"type": 9, "components": [text()] * 4, "accessory": button()}), "components/0/components",
     "BASE_TYPE_BAD_LENGTH"),
    ("reply to nothing", {"content": "x", "message_reference": {"message_id": "1"}}, "message_reference",
     "REPLIES_UNKNOWN_MESSAGE"),
    ("secret without interaction", {"content": "x", "flags": 64}, "flags", "MESSAGE_FLAGS_INVALID"),
]  # fmt: skip


def codes_at(errors, path):
    """The codes noted at a path of a refusal."""
    for step in path.split("/"):
        errors = errors[step]
    return [fault["code"] for fault in errors["_errors"]]


@pytest.mark.parametrize(("body", "path", "code"), [case[1:] for case in FORM], ids=[case[0] for case in FORM])
async def test_a_message_past_a_limit_is_refused_at_the_field(body, path, code):
    """400, 50035, and the fault nested as the request is."""
    async with rigged(connect=False) as rig:
        status, refusal = await rig.api("POST", f"/channels/{rig.channel()}/messages", body)
        said = list(rig.world.messages)
    assert (status, refusal["code"], refusal["message"]) == (400, 50035, "Invalid Form Body")
    assert code in codes_at(refusal["errors"], path)
    assert said == []


@pytest.mark.parametrize(
    ("body", "files", "status", "code"),
    [
        ({}, [], 400, 50006),
        ({"content": ""}, [], 400, 50006),
        ({}, [("a.txt", b"x")] * 11, 400, 30015),
        ({}, [("a.bin", bytes(2001))], 413, 40005),
        ({}, [("a.bin", bytes(1500)), ("b.bin", bytes(1501))], 413, 40005),
    ],
    ids=["nothing", "empty words", "eleven files", "large file", "large request"],
)
async def test_files_and_emptiness(body, files, status, code):
    """Ten files, each within the limit, all within the request's."""
    async with rigged(connect=False, file_limit=2000, request_limit=3000) as rig:
        answer, refusal = await rig.api("POST", f"/channels/{rig.channel()}/messages", body, files)
    assert (answer, refusal["code"]) == (status, code)


async def test_a_request_over_25_mib_is_refused_before_it_is_read():
    """The length it announces is enough."""
    async with rigged(connect=False) as rig:
        files = [(f"{n}.bin", bytes(9 << 20)) for n in range(3)]
        status, refusal = await rig.api("POST", f"/channels/{rig.channel()}/messages", {}, files)
    assert (status, refusal["code"]) == (413, 40005)


@pytest.mark.parametrize(
    "body",
    [
        {"content": "x" * 2000},
        v2(*[text()] * 40),
        v2(text("x" * 4000)),
        v2(gallery(10)),
        v1(*[row(button(custom_id=str(n))) for n in range(5)]),
        v1(row(*[button(custom_id=str(n), label="x" * 80) for n in range(5)])),
        v1(row(select(25, placeholder="x" * 150))),
        v2({"type": 9, "components": [text()] * 3, "accessory": button(custom_id="x" * 100)}),
        v2({"type": 17, "components": [text(), {"type": 14}, row(button())], "accent_color": 0xFFFFFF}),
    ],
    ids=["2000", "40", "4000", "gallery", "five rows", "five buttons", "25 options", "section", "container"],
)
async def test_what_just_fits_is_taken(body):
    """A limit itself is still allowed."""
    async with rigged(connect=False) as rig:
        status, message = await rig.api("POST", f"/channels/{rig.channel()}/messages", body)
    assert status == 200, message


async def test_a_message_made_of_components_stays_so():
    """The flag cannot be taken off, words cannot be added; to set it on an edit, words have to go."""
    async with rigged(connect=False, ratelimit=False) as rig:
        where = f"/channels/{rig.channel()}/messages"
        _, plain = await rig.api("POST", where, {"content": "words"})
        mixed, _ = await rig.api("PATCH", f"{where}/{plain['id']}", v2(text()))
        turned, after = await rig.api("PATCH", f"{where}/{plain['id']}", v2(text(), content=None, embeds=[]))
        again, _ = await rig.api("PATCH", f"{where}/{plain['id']}", {"content": "words"})
        kept, same = await rig.api("PATCH", f"{where}/{plain['id']}", {"flags": 0, "components": [text("b")]})
    assert (mixed, turned, again, kept) == (400, 200, 400, 200)
    assert after["flags"] & V2
    assert same["flags"] & V2


async def test_an_edit_names_the_files_it_keeps():
    """Left out, all stay; listed, only those named stay; together no more than ten."""
    async with rigged(connect=False, ratelimit=False) as rig:
        where = f"/channels/{rig.channel()}/messages"
        _, message = await rig.api("POST", where, {"content": "x"}, [("a.png", png()), ("b.png", png())])
        first, path = message["attachments"][0]["id"], f"{where}/{message['id']}"
        _, untouched = await rig.api("PATCH", path, {"content": "y"})
        _, one = await rig.api("PATCH", path, {"attachments": [{"id": first}]})
        files = [("c.png", png())] * 10
        status, refusal = await rig.api("PATCH", path, {"attachments": [{"id": first}]}, files)
    assert len(untouched["attachments"]) == 2
    assert [a["filename"] for a in one["attachments"]] == ["a.png"]
    assert (status, refusal["code"]) == (400, 30015)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({}, "name"),
        ({"name": "x", "auto_archive_duration": 61}, "auto_archive_duration"),
    ],
)
async def test_threads_have_names_and_fixed_durations(body, path):
    """1 to 100 characters; 60, 1440, 4320 or 10080 minutes."""
    async with rigged(connect=False) as rig:
        post = await rig.do("post", channel="art", content="x")
        status, refusal = await rig.api("POST", f"/channels/{post['channel_id']}/messages/{post['id']}/threads", body)
    assert (status, refusal["code"]) == (400, 50035)
    assert path in refusal["errors"]


async def test_a_message_has_twenty_different_reactions_at_most():
    """The twenty-first emoji is 30010, one more of a known emoji is fine; what is no emoji is 10014."""
    async with rigged(connect=False, ratelimit=False) as rig:
        post = await rig.do("post", channel="art", content="x")
        for code in range(0x1F600, 0x1F614):
            await rig.do("react", message=post["id"], emoji=chr(code))
        where = f"/channels/{post['channel_id']}/messages/{post['id']}/reactions"
        known, _ = await rig.api("PUT", f"{where}/{chr(0x1F600)}/@me")
        more, refusal = await rig.api("PUT", f"{where}/{chr(0x1F680)}/@me")
        word, unknown = await rig.api("PUT", f"{where}/smile:123/@me")
    assert (known, more, refusal["code"]) == (204, 400, 30010)
    assert (word, unknown["code"]) == (400, 10014)


def _command(**more):
    return {"name": "easel", "description": "d", "type": 1, **more}


def _option(**more):
    return {"type": 3, "name": "o", "description": "d", **more}


@pytest.mark.parametrize(
    ("bodies", "code"),
    [
        ([_command(name="Easel")], 50035),
        ([_command(name="x" * 33)], 50035),
        ([_command(description="")], 50035),
        ([_command(), _command()], 50035),
        ([_command(options=[_option(name=f"o{n}") for n in range(26)])], 50035),
        ([_command(options=[_option(), _option(name="p", required=True)])], 50035),
        ([_command(options=[_option(choices=[{"name": "n", "value": "v"}] * 26)])], 50035),
        ([_command(options=[_option(name=f"o{n}", choices=[{"name": "n" * 100, "value": "v" * 100}] * 25)
                            for n in range(2)])], 50035),
        ([_command(name=f"c{n}") for n in range(101)], 30032),
        ([{"name": f"menu {n}", "type": 3} for n in range(16)], 30032),
    ],
    ids=["capital", "33", "no words", "twice", "26 options", "order", "26 choices", "8000", "101", "16 menus"],
)  # fmt: skip
async def test_commands_have_limits(bodies, code):
    """Names, descriptions, options, choices, sizes and how many there may be."""
    async with rigged(connect=False) as rig:
        status, refusal = await rig.api("PUT", f"/applications/{rig.world.app_id}/commands", bodies)
    assert (status, refusal["code"]) == (400, code)


def _label(field, **more):
    return {"type": 18, "label": "l", "component": field, **more}


TEXT_INPUT = {"type": 4, "style": 1, "custom_id": "t"}


@pytest.mark.parametrize(
    ("modal", "path"),
    [
        ({"title": "x" * 46}, "title"),
        ({"components": []}, "components"),
        ({"components": [_label({**TEXT_INPUT, "custom_id": str(n)}) for n in range(6)]}, "components"),
        ({"components": [_label(TEXT_INPUT, label="x" * 46)]}, "components/0/label"),
        ({"components": [_label(TEXT_INPUT), _label(TEXT_INPUT)]}, "components/1/component/custom_id"),
        ({"components": [_label({**TEXT_INPUT, "value": "x" * 4001})]}, "components/0/component/value"),
        ({"components": [_label({"type": 21, "custom_id": "r", "options": [{"label": "a", "value": "a"}]})]},
         "components/0/component/options"),
        ({"components": [_label({"type": 22, "custom_id": "c", "options": []})]}, "components/0/component/options"),
        ({"components": [_label({"type": 19, "custom_id": "f", "max_values": 11})]},
         "components/0/component/max_values"),
        ({"components": [_label(select(26))]}, "components/0/component/options"),
        ({"components": [button()]}, "components/0/type"),
    ],
    ids=["title", "none", "six", "label", "twice", "value", "one radio", "no box", "eleven files", "options", "kind"],
)  # fmt: skip
async def test_modals_have_limits(modal, path):
    """Title 45, one to five components, each with its own bounds; faults are nested below `data`."""
    async with rigged(connect=False) as rig:
        await rig.api("POST", f"/channels/{rig.channel()}/messages", v1(row(button())))
        asked = await rig.do("click", message=next(iter(rig.world.messages)), custom_id="a")
        token = rig.world.interactions[asked["id"]].token
        data = {"title": "t", "custom_id": "m", "components": [_label(TEXT_INPUT)], **modal}
        status, refusal = await rig.api(
            "POST", f"/interactions/{asked['id']}/{token}/callback", {"type": 9, "data": data}
        )
    assert (status, refusal["code"]) == (400, 50035)
    assert codes_at(refusal["errors"]["data"], path)
