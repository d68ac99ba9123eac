"""The planner against a chat server on loopback: every way it may answer, and every way it may fail."""

import json
import time

import pytest

from bot.planner.embedded import EmbeddedPlanner, understand
from bot.planner.llm.chat import Chat
from bot.planner.llm.planner import STYLES, LlmPlanner, Model
from bot.planner.llm.wire import Anthropic, OpenAi, Style
from bot.planner.plan import Action, Context, ThreadContext
from engine.contract import Family
from tests.support.llm_server import (
    PLAN,
    bare,
    breaks,
    calls,
    claude_says,
    claude_streams,
    hangs,
    says,
    serving,
    status,
    streamed_call,
    streamed_text,
    streams,
    whole,
)

NEW = Context(images=1)
GALLERY = Context(thread=ThreadContext(sources=1, variants=4, families=(Family.PHOTOREAL,), versions=2))
EMBEDDED = EmbeddedPlanner()
WORDS = "the harbour in gouache, evening light"


def planner(server, dialect=None, *, budget=3.0, stream=False, styles=STYLES):
    chat = Chat(server.base, dialect or OpenAi(), "a-key")
    return LlmPlanner(chat, Model("a-model", budget, stream, styles), EMBEDDED)


async def planned(server, words=WORDS, context=NEW, **how):
    """Return the plan and the planner, its connections closed."""
    asker = planner(server, **how)
    try:
        return await asker.plan(words, context), asker
    finally:
        await asker.close()


def told(plan):
    """Whether it is the embedded planner's, and says so."""
    return "my own rules" in plan.note


# -- the good road


@pytest.mark.parametrize("style", [Style.SCHEMA, Style.TOOL, Style.TEXT])
@pytest.mark.parametrize("move", [says(), calls(), says([PLAN])])
async def test_a_plan_is_taken_from_text_and_from_a_call(move, style):
    async with serving(move) as server:
        plan, _ = await planned(server, styles=(style,))
    assert (plan.prompt, plan.families, plan.base) == (PLAN["prompt"], (Family.ILLUSTRATION,), "source")
    assert (plan.reply, plan.reason, plan.note) == (PLAN["reply"], PLAN["reason"], "")
    asked = server.questions[0]
    assert ("response_format" in asked, "tools" in asked) == (style is Style.SCHEMA, style is Style.TOOL)
    assert ("JSON schema" in asked["messages"][0]["content"]) == (style is Style.TEXT)
    assert server.headers[0]["Authorization"] == "Bearer a-key"


@pytest.mark.parametrize("move", [streamed_text(), streamed_call(), streamed_text(end=False), says()])
async def test_a_stream_is_read_like_a_whole_answer(move):
    """A server that is asked for a stream and answers at once is understood too."""
    async with serving(move) as server:
        plan, _ = await planned(server, stream=True)
    assert plan.prompt == PLAN["prompt"]
    assert server.questions[0]["stream"] is True


async def test_a_stream_may_end_without_a_last_line():
    event = json.dumps({"choices": [{"delta": {"content": json.dumps(PLAN)}}]})
    async with serving(bare(f": hello\n\ndata: {event}", "text/event-stream")) as server:
        plan, _ = await planned(server, stream=True)
    assert plan.prompt == PLAN["prompt"]


async def test_an_error_in_anthropics_stream_is_one():
    async with serving(streams([{"type": "error", "error": {"type": "overloaded_error"}}])) as server:
        plan, _ = await planned(server, dialect=Anthropic(), stream=True)
    assert told(plan)


@pytest.mark.parametrize(("move", "stream"), [(claude_says(), False), (claude_streams(), True)])
async def test_anthropic_is_asked_in_its_own_manner(move, stream):
    async with serving(move) as server:
        plan, _ = await planned(server, dialect=Anthropic(), stream=stream)
    asked = server.questions[0]
    assert plan.prompt == PLAN["prompt"]
    assert asked["tool_choice"] == {"type": "tool", "name": "plan"}
    assert asked["system"][0]["cache_control"] == {"type": "ephemeral"}
    assert server.headers[0]["x-api-key"] == "a-key"


async def test_a_server_without_schemas_is_asked_in_another_style_from_then_on():
    unknown = status(400, "response_format is not supported")
    async with serving(unknown, unknown, says()) as server:
        asker = planner(server)
        first, second = await asker.plan(WORDS, NEW), await asker.plan(WORDS, NEW)
        await asker.close()
    assert first.prompt == second.prompt == PLAN["prompt"]
    kinds = ["response_format" in q or "tools" in q for q in server.questions]
    assert kinds == [True, True, False, False]


async def test_a_refusal_of_the_question_itself_changes_no_style():
    """It was not the style that was wrong: the next question is asked the best way again."""
    wrong = status(400, "the context is too long")
    async with serving(wrong, wrong, wrong, says()) as server:
        asker = planner(server)
        assert told(await asker.plan(WORDS, NEW))
        assert not told(await asker.plan(WORDS, NEW))
        await asker.close()
    assert "response_format" in server.questions[-1]


@pytest.mark.parametrize("move", [status(429, Retry_After="0"), status(500), status(503)])
async def test_a_busy_server_is_asked_once_more(move):
    async with serving(move, says()) as server:
        plan, _ = await planned(server)
    assert plan.prompt == PLAN["prompt"]
    assert len(server.questions) == 2


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (PLAN | {"base": 9}, "variants are 1 to 4"),
        (PLAN | {"action": "paint"}, "action"),
        (PLAN | {"prompt": ""}, "needs a prompt"),
        (PLAN | {"prompt": "Make it a gouache painting"}, "no command"),
        (PLAN | {"families": ["video"]}, "video"),
        (PLAN | {"references": [{"image": 3, "role": "style"}]}, "references"),
        (PLAN | {"action": "back", "version": 7}, "no gallery 7"),
        (PLAN | {"references": [{"image": 1, "role": "style"}, {"image": 1, "role": "subject"}]}, "one role"),
        (PLAN | {"action": "cancel"}, "nobody asked to stop"),
        ('{"action": "generate", "prompt": "The harb', "broken"),
        ("I would paint it in gouache.", "no JSON"),
    ],
)
async def test_a_wrong_plan_goes_back_once_with_what_is_wrong(wrong, why):
    async with serving(says(wrong), says(PLAN | {"base": 2})) as server:
        plan, _ = await planned(server, "the second in gouache, evening light", GALLERY)
    assert (plan.prompt, plan.base, plan.note) == (PLAN["prompt"], 2, "")
    assert why in server.questions[1]["messages"][-1]["content"]


# -- the bad road


ENDLESS = [{"choices": [{"delta": {"content": "and so on " * 20}}]}] * 600
BAD = {
    "429 for long": status(429, Retry_After="600"),
    "500": status(500),
    "401": status(401),
    "hang": hangs,
    "truncated JSON": says('{"action": "generate", "prompt": "The har'),
    "cut at the limit": says('{"action": "generate"', finish="length"),
    "refusal": says(None, refusal="I can't help with that."),
    "filtered": says("", finish="content_filter"),
    "unknown variant": says(PLAN | {"base": 9}),
    "unknown action": says(PLAN | {"action": "paint"}),
    "100 kB": says(PLAN | {"reply": "long " * 20_000}),
    "100 kB of nothing": bare("x" * 100_000),
    "a line without end": bare("data: " + "x" * 2_000_000, "text/event-stream"),
    "endless stream": streams(ENDLESS),
    "slow drip": streamed_text(pause=0.3),
    "error midway": streams([{"choices": [{"delta": {"content": '{"act'}}]}, {"error": {"message": "out of memory"}}]),
    "broken off": breaks,
    "HTML": bare("<html>Bad gateway</html>", "text/html"),
    "another API": whole({"output": "hello"}),
    "null": bare("null"),
    "deep": says('{"action":' * 3000),
}


@pytest.mark.parametrize("move", BAD.values(), ids=BAD.keys())
@pytest.mark.parametrize("words", ["the harbour in gouache, number 2"])
async def test_whatever_fails_the_embedded_planner_answers_in_time_and_says_so(move, words):
    async with serving(move) as server:
        began = time.monotonic()
        plan, _ = await planned(server, words, GALLERY, budget=0.7)
        took = time.monotonic() - began
    assert told(plan)
    assert plan.evolve(note="") == understand(words, GALLERY)
    assert took < 4


async def test_a_server_that_is_not_there_costs_no_time():
    async with serving(says()) as server:
        pass
    plan, asker = await planned(server)
    assert told(plan)
    assert asker.breaker.open


# -- the breaker


async def test_one_time_out_spares_the_next_ones():
    async with serving(hangs) as server:
        asker = planner(server, budget=0.5)
        await asker.plan(WORDS, NEW)
        plans = [await asker.plan(WORDS, NEW) for _ in range(5)]
        await asker.close()
    assert len(server.questions) == 1
    assert all("away right now" in plan.note for plan in plans)


async def test_after_its_rest_a_server_is_tried_again_and_trusted_again():
    now = [0.0]
    async with serving(status(401), status(401), status(401), says()) as server:
        asker = planner(server)
        asker.clock = lambda: now[0]
        for _ in range(5):
            assert told(await asker.plan(WORDS, NEW))
        assert len(server.questions) == 3
        now[0] = 21.0
        assert not told(await asker.plan(WORDS, NEW))
        assert not told(await asker.plan(WORDS, NEW))
        await asker.close()
    assert len(server.questions) == 5


@pytest.mark.parametrize("move", [says(None, refusal="No."), says(PLAN | {"base": 9})])
async def test_what_a_member_can_cause_switches_the_model_off_for_nobody(move):
    async with serving(move) as server:
        asker = planner(server)
        for _ in range(6):
            await asker.plan(WORDS, GALLERY)
        await asker.close()
    assert not asker.breaker.open


async def test_a_plain_pick_or_stop_waits_for_no_model():
    async with serving(hangs) as server:
        plan, _ = await planned(server, "the second one", GALLERY)
    assert (plan.action, plan.base, plan.note) == (Action.PICK, 2, "")
    assert server.questions == []
