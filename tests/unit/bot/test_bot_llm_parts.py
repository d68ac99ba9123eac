"""What a language model is told and shown, where it is, and what is counted of it."""

import asyncio
import io
import json
import logging
import tomllib

import pytest
from PIL import Image
from prometheus_client import REGISTRY

from bot.__main__ import main
from bot.conversation.history import MAX_TURNS, turns
from bot.planner import cases
from bot.planner.embedded import EmbeddedPlanner, understand
from bot.planner.hearing import hear
from bot.planner.llm import choose, prompt, trust
from bot.planner.llm import draft as drafts
from bot.planner.llm.planner import LlmPlanner, Model
from bot.planner.llm.sight import LONG_SIDE, Sight, shrunk
from bot.planner.llm.trust import Asked
from bot.planner.llm.wire import Answer, Anthropic, Message, OpenAi, Question
from bot.planner.plan import Context, ThreadContext
from bot.planner.vocabulary import PROMPTS
from bot.settings import BotSettings
from engine.contract import Family
from tests.support import records

EMBEDDED = EmbeddedPlanner()
CALM = "A calm harbour at dawn, still water, pale blue light"
ANSWER = Answer(
    json.dumps({"action": "generate", "families": ["photoreal"], "prompt": CALM, "reply": "Yes."}),
    tokens_in=1000,
    tokens_out=80,
)


class Chat:
    def __init__(self, answer=ANSWER):
        self.questions, self.answer = [], answer

    async def ask(self, question):
        self.questions.append(question)
        return self.answer


def png(width, height, mode="RGB", colour=(200, 30, 30)):
    out = io.BytesIO()
    Image.new(mode, (width, height), colour).save(out, "PNG")
    return out.getvalue()


# -- what it is told


def test_the_system_prompt_names_what_can_run_and_every_look():
    lines = prompt.card_lines([*records.MODELS, records.model("neural", good_at=("glass",), why_not="no GPU")])
    whole = prompt.system(lines, spelled=False)
    assert "Watercolor" in whole
    assert "Neural" not in whole
    assert "Bigger" not in whole
    assert "pixel art (illustration)" in whole
    assert "{" + "rules}" not in whole


def test_the_schema_is_spelled_only_for_servers_that_take_none():
    assert "additionalProperties" in prompt.system((), spelled=True)
    assert "additionalProperties" not in prompt.system((), spelled=False)


def test_every_example_is_a_plan_that_would_be_believed():
    examples = tomllib.loads((PROMPTS / "system" / "examples.toml").read_text(encoding="utf-8"))["example"]
    assert len(examples) >= 6
    for example in examples:
        told = example["message"]
        thread = None
        if "galleries" in told:
            thread = ThreadContext(sources=1, variants=told["newest_has"], versions=len(told["galleries"]))
        context = Context(images=told.get("pictures_with_it", 0), thread=thread)
        text = told["message"]
        asked = Asked(text, context, hear(text, context), understand(text, context))
        draft = drafts.read(json.dumps(example["plan"]))
        assert trust.complaints(draft, asked) == (), text
        assert not trust.leaks(draft, prompt.rules()), text
        if draft.action == "generate":
            assert 20 <= len(draft.prompt.split()) <= 70, text


def test_a_thread_is_told_with_what_was_asked_and_picked():
    project = records.project(records.version(7, words="a mug on oak"), records.version(8, words="warmer", number=2))
    project = project.evolve(selected=(8, 3))
    context = Context(thread=project.as_context(), turns=turns(project))
    asked = Asked("softer", context, hear("softer", context), understand("softer", context))
    told = json.loads(prompt.message(asked))
    assert [gallery["asked"] for gallery in told["galleries"]] == ["a mug on oak", "warmer"]
    assert (told["galleries"][1]["picked"], told["picked"], told["newest_has"]) == (3, 3, 4)
    assert told["standing_prompt"] == "soft paper"


def test_a_long_thread_is_told_from_its_end():
    project = records.project(*(records.version(n, number=n, words=f"wish {n}") for n in range(1, 20)))
    told = turns(project)
    assert [turn.number for turn in told] == list(range(20 - MAX_TURNS, 20))


# -- what it is shown


@pytest.mark.parametrize(("width", "height", "mode"), [(2000, 1000, "RGB"), (300, 200, "RGB"), (900, 900, "RGBA")])
def test_a_picture_is_shown_small_and_as_a_jpeg(width, height, mode):
    data = shrunk(png(width, height, mode, (200, 30, 30, 128)[: len(mode)]))
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, max(image.size)) == ("JPEG", min(LONG_SIDE, max(width, height)))


async def test_pictures_go_with_the_words_and_one_that_cannot_be_had_is_left_out():
    async def fetch(picture):
        if picture == "gone":
            raise ConnectionError
        return png(40, 30) if picture == "here" else b"no picture"

    chat = Chat()
    asker = LlmPlanner(chat, Model("m"), EMBEDDED, Sight(fetch))
    plan = await asker.plan("calm and blue", Context(images=3, pictures=("here", "gone", "odd")))
    assert len(chat.questions[0].messages[0].pictures) == 1
    assert plan.prompt == CALM


@pytest.mark.parametrize("dialect", [OpenAi(), Anthropic()])
def test_a_picture_stands_in_the_request(dialect):
    question = Question("m", "rules", (Message("user", "words", (b"jpeg",)),), {})
    sent = dialect.body(question)["messages"][-1]["content"]
    assert {part["type"] for part in sent} >= {"text"}
    assert "anBlZw==" in json.dumps(sent)


# -- where it is


@pytest.mark.parametrize(
    ("model", "base_url", "name", "address", "dialect"),
    [
        ("openai:gpt-x", None, "gpt-x", "https://api.openai.com/v1", OpenAi),
        ("anthropic:claude-x", None, "claude-x", "https://api.anthropic.com/v1", Anthropic),
        ("google:gemini-x", None, "gemini-x", "https://generativelanguage.googleapis.com/v1beta/openai", OpenAi),
        ("qwen3:8b", "http://127.0.0.1:11434/v1", "qwen3:8b", "http://127.0.0.1:11434/v1", OpenAi),
        ("openai:local", "http://127.0.0.1:8000/v1", "local", "http://127.0.0.1:8000/v1", OpenAi),
        ("anthropic:x", "http://127.0.0.1:9/v1", "x", "http://127.0.0.1:9/v1", Anthropic),
    ],
)
def test_a_model_is_found_by_its_name(model, base_url, name, address, dialect):
    found = choose.located(model, base_url)
    assert (found[0], found[1], type(found[2])) == (name, address, dialect)


def test_a_model_without_an_address_is_refused_in_words():
    with pytest.raises(choose.NoAddress, match="BOT_LLM_BASE_URL"):
        choose.planner_for(BotSettings(llm_model="llama3"))


async def test_without_a_model_the_embedded_planner_plans():
    planner = choose.planner_for(BotSettings())
    assert isinstance(planner, EmbeddedPlanner)
    await choose.close(planner)


async def test_settings_reach_the_planner():
    settings = BotSettings(
        llm_model="m",
        llm_base_url="http://127.0.0.1:9/v1/",
        llm_vision=True,
        llm_budget_s=4,
        llm_output="tool",
        llm_stream=True,
    )
    planner = choose.planner_for(settings, lambda _: asyncio.sleep(0))
    assert planner.model == Model("m", 4, True, ("tool",))
    assert planner.sight is not None
    await choose.close(planner)


def test_only_openai_itself_is_told_its_limits_in_its_new_names():
    question = Question("m", "rules", (Message("user", "words"),), {}, max_tokens=7)
    assert OpenAi(hosted=True).body(question)["max_completion_tokens"] == 7
    assert OpenAi().body(question)["max_tokens"] == 7


# -- what is counted


def counted(name, **labels):
    return REGISTRY.get_sample_value(name, labels) or 0


async def test_tokens_time_and_outcome_are_counted_and_no_words_are_logged(caplog):
    caplog.set_level(logging.DEBUG)
    before = counted("easel_llm_tokens_total", kind="in"), counted("easel_llm_questions_total", outcome="ok")
    waits = counted("easel_llm_seconds_count")
    await LlmPlanner(Chat(), Model("m"), EMBEDDED).plan("my zebra at dawn", Context(images=1))
    assert counted("easel_llm_tokens_total", kind="in") == before[0] + 1000
    assert counted("easel_llm_questions_total", outcome="ok") == before[1] + 1
    assert counted("easel_llm_seconds_count") == waits + 1
    assert "outcome=ok" in caplog.text
    assert "zebra" not in caplog.text


async def test_even_our_own_mistake_costs_no_member_an_answer(caplog):
    class Odd:
        async def ask(self, question):
            raise ZeroDivisionError

    context = Context(images=1)
    plan = await LlmPlanner(Odd(), Model("m"), EMBEDDED).plan("a calm harbour at dawn", context)
    assert plan.evolve(note="") == understand("a calm harbour at dawn", context)
    assert plan.note
    assert "ZeroDivisionError" in caplog.text


async def test_a_cancelled_question_is_no_fault_of_the_server():
    class Never:
        async def ask(self, question):
            await asyncio.Event().wait()

    asker = LlmPlanner(Never(), Model("m"), EMBEDDED)
    task = asyncio.create_task(asker.plan("a calm harbour at dawn", Context(images=1)))
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not asker.breaker.open


def test_a_gallery_says_that_the_embedded_planner_answered_and_a_button_does_not_repeat_it():
    from bot.conversation import advice
    from bot.conversation.bases import standing

    version = records.version()
    version = version.evolve(plan=version.plan.evolve(note="by my own rules", families=(Family.PHOTOREAL,)))
    assert advice.before((), version.plan, ())[0] == "by my own rules"
    assert standing(version).note == ""


def test_cases_are_planned_by_whoever_is_named(tmp_path):
    file = tmp_path / "cases.jsonl"
    file.write_text('{"id": "a", "text": "a calm harbour at dawn", "context": {"images": 1}}\n', encoding="utf-8")
    (case,) = cases.run(file, LlmPlanner(Chat(), Model("m"), EMBEDDED))
    assert (case["id"], case["plan"]["prompt"]) == ("a", CALM)


def test_the_command_says_what_is_missing(monkeypatch, capsys):
    monkeypatch.setenv("BOT_LLM_MODEL", "llama3")
    assert main(["plan", "--say", "a calm harbour"]) == 2
    assert "BOT_LLM_BASE_URL" in capsys.readouterr().err
