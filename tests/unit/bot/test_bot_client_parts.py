"""Small parts of the client: what is taken in, what forms say, what is missing, what is suggested."""

from types import SimpleNamespace

import discord
import pytest

from bot.client import forms
from bot.client.commands import describe_models, suggestions
from bot.client.intake import Inbox, Offer, PictureGone, offered
from bot.client.opening import title_for
from bot.client.permissions import missing, words
from engine.contract import MAX_UPLOAD_BYTES, Change, Family
from tests.support import records


def offer(name="a.png", size=100, kind="image/png"):
    return Offer(name, size, kind, f"http://cdn/{name}")


@pytest.mark.parametrize(
    ("offers", "taken", "remark"),
    [
        ([offer()], 1, None),
        ([offer("photo.HEIC", kind="")], 1, None),
        ([offer("photo", kind="image/webp")], 1, None),
        ([offer(f"{n}.png") for n in range(6)], 4, "first four of your 6"),
        ([offer("clip.mp4", kind="video/mp4")], 0, "not an image I can read"),
        ([offer("notes.txt", kind="text/plain"), offer()], 1, None),
        ([offer(size=MAX_UPLOAD_BYTES + 1)], 0, "25 MB is the most"),
        ([offer(size=MAX_UPLOAD_BYTES + 1), offer("b.png")], 1, "25 MB is the most"),
        ([], 0, None),
    ],
)
def test_what_is_taken_and_what_is_said_of_the_rest(offers, taken, remark):
    found = offered(offers)
    assert len(found.taken) == taken
    assert " ".join(found.remarks) == "" if remark is None else remark in " ".join(found.remarks)


async def test_the_inbox_keeps_bytes_until_they_are_dropped(tmp_path):
    async def fetch(url):
        return url.encode()

    inbox = Inbox(tmp_path / "inbox", fetch)
    first, second = await inbox.keep([offer("a.png").link, offer("a.png").link])
    assert first.path != second.path
    assert await Inbox(tmp_path / "inbox", fetch).read(first) == b"http://cdn/a.png"
    await inbox.drop([first])
    with pytest.raises(FileNotFoundError):
        await inbox.read(first)
    assert await inbox.read(second) == b"http://cdn/a.png"


def refusal(status, error=discord.HTTPException):
    return error(SimpleNamespace(status=status, reason=""), "no")


@pytest.mark.parametrize(
    ("failures", "tries", "kept"),
    [
        ([], 1, True),
        ([refusal(503), OSError()], 3, True),
        ([TimeoutError()] * 3, 3, False),
        ([refusal(404, discord.NotFound)], 1, False),
        ([refusal(403, discord.Forbidden)], 1, False),
    ],
)
async def test_a_link_that_fails_for_a_moment_is_tried_again(tmp_path, monkeypatch, failures, tries, kept):
    monkeypatch.setattr("bot.client.intake.RETRIES_S", (0, 0))
    calls, left = [], list(failures)

    async def fetch(url):
        calls.append(url)
        if left:
            raise left.pop(0)
        return b"x"

    inbox = Inbox(tmp_path / "inbox", fetch)
    if kept:
        assert await inbox.keep([offer().link])
    else:
        with pytest.raises(PictureGone):
            await inbox.keep([offer().link])
    assert len(calls) == tries


async def test_what_a_crash_left_in_the_inbox_is_cleared(tmp_path):
    async def fetch(url):
        return b"x"

    inbox = Inbox(tmp_path / "inbox", fetch)
    first, second = await inbox.keep([offer("a.png").link, offer("b.png").link])
    await inbox.sweep([second])
    assert [p.name for p in (tmp_path / "inbox").iterdir()] == [second.path]
    assert first.path != second.path


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("", "New picture"),
        ("  a\n soft  sea ", "a soft sea"),
        ("x" * 200, "x" * 89 + "…"),
        ("\u200b\u2060", "New picture"),
        ("like <@123> said <a:wave:9> in <#5>", "like said in"),
    ],
)
def test_a_thread_is_named_after_its_request(text, title):
    assert title_for(text) == title
    assert 1 <= len(title_for(text)) <= 100


async def test_the_edit_form_is_filled_with_what_was_made():
    form = forms.edit_form(records.version(), Family.ILLUSTRATION)
    data = form.to_dict()
    fields = {part["component"]["custom_id"]: part["component"] for part in data["components"]}
    assert data["custom_id"] == "easel:edit:7:0"
    assert fields["prompt"]["value"] == "soft paper"
    assert [o["value"] for o in fields["family"]["options"] if o.get("default")] == ["illustration"]
    assert [o["value"] for o in fields["change"]["options"] if o.get("default")] == ["balanced"]


def sent(**values):
    """Shape values as Discord sends a submitted form."""
    parts = []
    for name, value in values.items():
        key = "values" if isinstance(value, list) else "value"
        parts.append({"type": 18, "component": {"custom_id": name, key: value}})
    return {"custom_id": "easel:edit:7:0", "components": parts}


def test_a_sent_form_is_read():
    data = sent(prompt="  blue ink ", family=["concept3d"], change="strong", exact=True)
    event = forms.submitted(5, records.version(), Family.ILLUSTRATION, data)
    assert (event.prompt, event.family, event.change, event.exact) == (
        "blue ink",
        Family.CONCEPT3D,
        Change.STRONG,
        True,
    )


def test_what_was_left_empty_stays_as_it_was():
    event = forms.submitted(5, records.version(), Family.ILLUSTRATION, sent(family=[]))
    assert (event.prompt, event.family, event.change, event.exact) == (
        "",
        Family.ILLUSTRATION,
        Change.BALANCED,
        False,
    )


def test_the_old_shape_of_forms_is_read_too():
    data = {"components": [{"type": 1, "components": [{"custom_id": "words", "value": "soft"}]}]}
    assert forms.values(data) == {"words": "soft"}


async def test_the_restyle_form_carries_its_message():
    data = forms.restyle_form(1234567890123456789, 1234567890123456790).to_dict()
    assert data["custom_id"] == "easel:restyle:1234567890123456789:1234567890123456790"


@pytest.mark.parametrize(
    ("gone", "in_thread", "names"),
    [
        ({}, False, ()),
        ({"attach_files": False}, False, ("Attach Files",)),
        ({"create_public_threads": False}, False, ("Create Public Threads",)),
        ({"create_public_threads": False, "send_messages": False}, True, ()),
        ({"view_channel": False, "attach_files": False}, True, ("View Channel", "Attach Files")),
    ],
)
def test_missing_permissions_have_names(gone, in_thread, names):
    permissions = discord.Permissions.all()
    permissions.update(**gone)
    assert missing(permissions, in_thread=in_thread) == names
    assert all(name in words(names) for name in names)


@pytest.mark.parametrize(
    ("current", "first"),
    [("", "clay"), ("wa", "watercolor"), ("a soft wat", "a soft watercolor"), ("zzz", None)],
)
def test_looks_are_suggested_while_typing(current, first):
    found = suggestions(current, records.MODELS)
    assert (found[0] if found else None) == first
    assert len(found) <= 25


def test_a_model_that_cannot_run_is_not_suggested_and_says_why():
    broken = records.model("etching", styles=("etching",), why_not="needs 13 GB, 8 free")
    assert suggestions("etch", [broken]) == []
    said = describe_models([*records.MODELS, broken])
    assert "~~Etching~~: needs 13 GB, 8 free" in said
    assert "**Illustration**" in said
    assert len(said) <= 2000


def test_many_models_are_listed_by_name_and_none_is_left_out():
    many = [records.model(f"look-{i}", good_at=("soft washes of pigment", "portraits")) for i in range(60)]
    said = describe_models([*records.MODELS, *many])
    assert all(m.title in said for m in many)
    assert len(said) <= 2000


def test_without_an_engine_the_models_are_asked_for_later():
    assert "away" in describe_models([])
