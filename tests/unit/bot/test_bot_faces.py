"""What members see: words, pictures and buttons, within Discord's limits."""

import json

import pytest

from bot.client import faces
from bot.client.custom_ids import CustomId, parse
from bot.client.galleries import attached
from bot.client.gallery import layout
from bot.client.stage import Stage, advance
from bot.conversation.events import Press
from engine.contract import JobError, JobRequest, Progress, Queued, Result, Resulted, Started, Status
from tests.support import records

NAMES = {m.id: f"{m.id}.png" for m in records.MODELS}


def labels(face):
    return [b.label for row in face.rows for b in row]


def drawn(face):
    names = {m.image: f"{m.name}.png" for m in face.media}
    return layout(face, names).to_components()


def count(components):
    return sum(1 + count(c.get("components", [])) for c in components)


def result(model="watercolor", variant=0):
    return Result(id=f"{variant:064x}", model=model, variant=variant, seed=1, width=4, height=3)


async def test_a_gallery_of_four_has_every_button_the_members_need():
    version = records.version()
    face = faces.ended(records.project(version), version, records.BY_ID)
    for label in ("1", "4", "Vary 1", "Vary 4", "Again", "Edit prompt", "Compare", "Upscale", "Fix face", "Animate"):
        assert label in labels(face)
    assert {"More like the source", "Go further", "Delete"} <= set(labels(face))
    assert len(face.media) == 4


@pytest.mark.parametrize("variants", range(1, 9))
async def test_every_gallery_fits_discords_limits(variants):
    request = JobRequest(models=("watercolor", "clay"), images=({"id": "a" * 64},), prompt="soft " * 700)
    version = records.version(count=variants, request=request, sheet="f" * 64, notices=("Careful. " * 60,) * 3)
    components = drawn(faces.ended(records.project(version), version, records.BY_ID))
    texts = [c["content"] for c in components[0]["components"] if c["type"] == 10]
    ids = [b["custom_id"] for c in components[0]["components"] if c["type"] == 1 for b in c["components"]]
    assert count(components) <= 40
    assert sum(map(len, texts)) <= 4000
    assert len(ids) == len(set(ids))
    assert all(len(c["components"]) <= 5 for c in components[0]["components"] if c["type"] == 1)


async def test_a_gallery_says_who_made_it_and_how():
    version = records.version(notices=("The source is dark.",))
    face = faces.ended(records.project(version, selected=(7, 2)), version, records.BY_ID)
    said = face.head + face.body
    for words in ("Watercolor", "It suits.", "soft paper", "seed 5", "The source is dark.", "Picked: **2**"):
        assert words in said


async def test_votes_are_counted_and_shown():
    version = records.version(picks={1: frozenset({5, 6}), 3: frozenset({7}), 4: frozenset()})
    body = faces.ended(records.project(version), version, records.BY_ID).body
    assert "**1**: 2 votes" in body
    assert "**3**: 1 vote" in body
    assert "**4**" not in body


@pytest.mark.parametrize(
    ("status", "error", "says"),
    [
        (Status.FAILED, JobError(code="out_of_memory", detail="There was not enough memory."), "not enough memory"),
        (Status.FAILED, JobError(code="image_not_found", detail="There is no image 'ab12'."), "post it once more"),
        (Status.CANCELLED, None, "Cancelled"),
    ],
)
async def test_a_version_without_pictures_says_why_and_offers_another_round(status, error, says):
    version = records.version(count=0, status=status, error=error)
    face = faces.ended(records.project(version), version, records.BY_ID)
    assert says in face.head
    assert labels(face) == ["Again"]


async def test_a_clip_offers_what_can_be_done_with_a_clip():
    version = records.version(count=1, variants=records.variants(1, clip=True))
    assert labels(faces.ended(records.project(version), version, records.BY_ID)) == ["Again", "Edit prompt", "Delete"]


@pytest.mark.parametrize(
    ("events", "says"),
    [
        ([], "Waiting"),
        ([Queued(position=2, eta_s=30)], "2 ahead of you · ready <t:1030:R>"),
        ([Queued(position=0, eta_s=3)], "you are next"),
        ([Queued(position=2), Started(model="ink", eta_s=5)], "Ink · ready <t:1005:R>"),
        ([Started(model="ink"), Progress(model="ink", step=3, of=6)], "▰▰▰▰▰▱▱▱▱▱ 3/6 · ready <t:1001:R>"),
    ],
)
async def test_progress_is_told_in_words(events, says):
    stage = Stage()
    for event in events:
        stage = advance(stage, event, 1000.0)
    face = faces.in_progress(records.version(count=0, status=Status.RUNNING), stage, records.BY_ID)
    assert says in face.head
    assert labels(face) == ["Cancel"]


@pytest.mark.parametrize(("seconds", "step", "left"), [(10, 1, 30), (10, 2, 10), (10, 3, 3), (10, 4, 1)])
def test_the_time_left_follows_the_work_and_is_never_past(seconds, step, left):
    stage = advance(Stage(), Started(model="ink", eta_s=2), 1000.0)
    stage = advance(stage, Progress(model="ink", step=step, of=4), 1000.0 + seconds)
    assert stage.ends_at == 1000 + seconds + left


async def test_a_comparison_shows_its_results_as_they_come_each_once():
    stage = advance(Stage(preview="p" * 64), Resulted(result=result("ink", 1)), 0)
    stage = advance(advance(stage, Resulted(result=result("ink", 1)), 0), Resulted(result=result("clay", 2)), 0)
    request = JobRequest(models=("ink", "clay"), images=({"id": "a" * 64},))
    face = faces.in_progress(records.version(count=0, request=request), stage, records.BY_ID)
    assert [m.image for m in face.media] == [f"{1:064x}", f"{2:064x}"]


async def test_one_model_at_work_shows_its_newest_preview():
    stage = advance(Stage(), Progress(model="watercolor", step=1, of=4, preview="p" * 64), 0)
    stage = advance(stage, Resulted(result=result()), 0)
    face = faces.in_progress(records.version(count=0), stage, records.BY_ID)
    assert [m.image for m in face.media] == ["p" * 64]


async def test_while_the_engine_is_away_the_member_is_told():
    assert "away" in faces.in_progress(records.version(count=0), Stage(away=True), records.BY_ID).head
    assert "away" in faces.looking(3, "soft", away=True).head


async def test_the_first_answer_can_be_cancelled_and_quotes_the_words():
    face = faces.looking(3, "make it\nsoft")
    assert face.head.startswith("> make it\n> soft")
    assert str(face.rows[0][0].custom_id) == "easel:stop:3:0"


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("easel:pick:12:3", CustomId(Press.PICK, 12, 3)),
        ("easel:again:12:0", CustomId("again", 12)),
        ("easel:pick:12", None),
        ("other:pick:12:3", None),
        ("easel:pick:-1:3", None),
        ("easel:pick:1:3:extra", None),
        ("", None),
    ],
)
def test_a_button_carries_all_that_it_means(text, meaning):
    assert parse(text) == meaning
    assert meaning is None or str(meaning) == text


def test_only_presses_are_presses():
    assert CustomId("pick", 1, 1).press is Press.PICK
    assert CustomId("stop", 1).press is None


async def test_pictures_are_attached_by_name_and_missing_ones_left_out():
    version = records.version(count=2)
    face = faces.ended(records.project(version), version, records.BY_ID)
    components = layout(face, {face.media[0].image: "one.png"}).to_components()
    assert json.dumps(components).count("attachment://") == 1


NASTY = "# big\n```\n[click](http://e.example) **b**\n> quote"


@pytest.mark.parametrize(
    "draw", [lambda v: faces.looking(1, NASTY).head, lambda v: faces.ended(records.project(v), v, records.BY_ID).body]
)
def test_a_members_words_are_shown_as_written(draw):
    request = records.version().request.model_copy(update={"prompt": NASTY})
    shown = draw(records.version(request=request))
    assert "```" not in shown
    assert "[click](" not in shown.replace("\\[", "")
    assert "> \\# big" in shown
    assert "> \\*" not in shown


@pytest.mark.parametrize(
    "face",
    [
        lambda v: faces.trouble("x" * 9000),
        lambda v: faces.ended(records.project(v), v, records.BY_ID),
        lambda v: faces.looking(1, "\n" * 4000),
    ],
)
async def test_no_bad_news_are_too_long(face):
    version = records.version(count=0, status=Status.FAILED, error=JobError(code="x", detail="y" * 9000))
    texts = [c["content"] for c in drawn(face(version))[0]["components"] if c["type"] == 10]
    assert sum(map(len, texts)) <= 4000


def test_the_attached_files_are_found_by_name_also_when_one_is_missing():
    version = records.version(count=3)
    face = faces.ended(records.project(version), version, records.BY_ID)
    names = [f"{m.name}.png" for m in face.media]
    assert attached(face, (names[0], names[2])) == {face.media[0].image: names[0], face.media[2].image: names[2]}
