"""What the model is told: the files of `prompts/system/` filled in, and a message with its thread as data. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from bot.planner.hearing import Heard, hear
from bot.planner.llm.draft import schema
from bot.planner.llm.trust import Asked
from bot.planner.plan import Context, Turn
from bot.planner.vocabulary import PROMPTS, Pattern, compiled, fold, looks, words
from engine.contract import Kind, ModelView

MESSAGE_CHARS, EARLIER_CHARS = 2000, 300
#: Of each card the first few; a card's list is in the order of weight.
CARD_WORDS = 3


def templates() -> dict[str, Any]:
    """Return the small templates and what goes with them."""
    return words("system/templates")


@cache
def rules() -> str:
    """Return the rules, which nobody is shown."""
    return (PROMPTS / "system" / "planner.md").read_text(encoding="utf-8").strip()


@lru_cache(maxsize=4)
def system(cards: tuple[str, ...], *, spelled: bool) -> str:
    """Return the system prompt. It changes only with the cards, so that a server may keep what it has read.

    Args:
        cards: Of `card_lines`.
        spelled: Whether the schema stands in it, for servers that take none beside it.
    """
    parts = templates()["system"]
    shown = [parts["look"].format(name=x.name, family=x.family.value, craft=x.craft) for x in looks()]
    examples = [
        parts["example"].format(message=_json(example["message"]), plan=_json(example["plan"]))
        for example in words("system/examples")["example"]
    ]
    whole: str = parts["whole"].format(
        rules=rules(), cards="\n".join(cards), looks="\n".join(shown), examples="\n\n".join(examples)
    )
    return whole.strip() + (parts["schema"].format(schema=_json(schema())) if spelled else "")


def card_lines(models: Sequence[ModelView]) -> tuple[str, ...]:
    """Return a line for each card that can run and makes pictures or clips."""
    able = [card for card in models if card.why_not is None and {Kind.GENERATE, Kind.ANIMATE} & set(card.kinds)]
    return tuple(_card(card) for card in able)


def _card(card: ModelView) -> str:
    line: str = templates()["system"]["card"].format(
        title=card.title,
        family=card.family.value,
        style=card.styles[0] if card.styles else card.title,
        good_at=", ".join(card.good_at[:CARD_WORDS]) or "its family's usual",
        bad_at=", ".join(card.bad_at[:CARD_WORDS]) or "nothing known",
    )
    return line


@cache
def _guard() -> Pattern:
    return compiled(templates()["guard"]["words"])


def orders(text: str, heard: Heard) -> bool:
    """Whether a message tries to give the planner orders, or speaks of it at all instead of a picture."""
    return heard.injected or _guard().search(fold(text)) is not None


def message(asked: Asked) -> str:
    """Return a message and its thread as one JSON object, so that no word in it can end the data."""
    return _json({"message": asked.text[:MESSAGE_CHARS], **situation(asked.context)})


def situation(context: Context) -> dict[str, Any]:
    """Return what is known beside the words. File names are not in it: they say nothing and can be anything."""
    facts: dict[str, Any] = {"pictures_with_it": context.images, "faces": context.faces}
    facts["measured"] = [advisory.code for advisory in context.advisories]
    if context.thread is not None:
        thread = context.thread
        facts |= {
            "galleries": [_turn(turn, context) for turn in context.turns],
            "standing_prompt": thread.prompt[: 2 * MESSAGE_CHARS],
            "standing_negative": thread.negative[:MESSAGE_CHARS],
            "newest_has": thread.variants,
            "families_now": [family.value for family in thread.families],
            "picked": thread.selected,
            "pictures_before": thread.sources,
            "galleries_shown": thread.versions,
            "running": thread.running,
        }
    return {name: value for name, value in facts.items() if value not in (None, "", [], False)}


def _turn(turn: Turn, context: Context) -> dict[str, Any]:
    """Return a gallery; words that tried to give orders are told no more now than they were then."""
    said = "" if orders(turn.words, hear(turn.words, context)) else turn.words[:EARLIER_CHARS]
    told = {
        "number": turn.number,
        "asked": said,
        "action": turn.action.value,
        "families": [family.value for family in turn.families],
        "from": turn.base,
        "variants": turn.variants,
        "picked": turn.picked,
    }
    return {name: value for name, value in told.items() if value not in (None, "", [])}


def retry(why: str) -> str:
    """Return what is said of a plan that was refused."""
    said: str = templates()["message"]["retry"].format(why=why)
    return said


def note(outcome: str) -> str:
    """Return what the gallery says when the model gave no plan."""
    listed: Mapping[str, str] = templates()["note"]
    return listed.get(outcome, listed["other"])


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
