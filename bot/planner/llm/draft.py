"""What a language model is asked to write down: a plan as it may come, before it is believed. Pure."""

from __future__ import annotations

import contextlib
import json
import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bot.planner.llm.problems import Garbled
from bot.planner.plan import Action
from engine.contract import Change, Keep, Motion, Role

_THOUGHTS = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
#: What a model must not do is not in the schema: a family is one of these, the others are for tools.
FamilyName = Literal["photoreal", "illustration", "concept3d", "video"]
#: A model that thinks aloud may open a few braces before it comes to the plan.
MAX_STARTS = 40
REPLY_CHARS, REASON_CHARS, CAUTION_CHARS, PROMPT_CHARS = 400, 240, 160, 1200


def _list(value: object) -> object:
    """Models say null for nothing, and one thing without brackets."""
    if value is None:
        return []
    return [value] if isinstance(value, str | dict) and value else value or []


def _known(*known: str) -> BeforeValidator:
    """Leave out the names that do not exist: they are not worth a second asking."""
    return BeforeValidator(lambda value: [v for v in _items(value) if str(v) in known])


def _items(value: object) -> list[object]:
    listed = _list(value)
    return list(listed) if isinstance(listed, list | tuple) else []


def _base(value: object) -> object:
    """Read "#2" and "2" as 2."""
    if isinstance(value, str) and (digits := re.fullmatch(r"\s*#?(\d)\s*", value)):
        return int(digits[1])
    return _none(value)


def _none(value: object) -> object:
    """Models also say nothing with an empty word or a nought."""
    return None if isinstance(value, str | int | float) and value in {"", "null", "none", 0} else value


_NoneFirst = BeforeValidator(_none)


def _most(most: int) -> BeforeValidator:
    """What is asked for beyond the most there is, is the most there is."""
    return BeforeValidator(lambda value: min(value, most) if isinstance(value, int | float) else value)


def _text(limit: int) -> BeforeValidator:
    """One line of text, cut at a word."""
    return BeforeValidator(lambda value: "" if value is None else _cut(" ".join(str(value).split()), limit))


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0]


class DraftReference(BaseModel):
    """What image number `image` contributes."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    image: Annotated[int, Field(ge=1, le=8)]
    role: Role


class Draft(BaseModel):
    """A plan as the model wrote it. Descriptions are for the model: they are part of the schema it is sent."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    action: Action
    families: Annotated[tuple[FamilyName, ...], BeforeValidator(_list), Field(description="Usually one.")] = ()
    looks: Annotated[
        tuple[str, ...], BeforeValidator(_list), Field(description="Only to compare looks of one family.")
    ] = ()
    base: Annotated[
        Annotated[int, Field(ge=1)] | Literal["source"] | None,
        BeforeValidator(_base),
        Field(description='A variant\'s number, or "source"; null: as it is.'),
    ] = None
    version: Annotated[
        Annotated[int, Field(ge=1)] | None, _NoneFirst, Field(description="For back: which gallery.")
    ] = None
    prompt: Annotated[str, _text(PROMPT_CHARS), Field(description="The finished picture, 25 to 70 words.")] = ""
    negative: Annotated[str, _text(600), Field(description="What must not appear, comma-separated.")] = ""
    variants: Annotated[Annotated[int, Field(ge=1, le=8)] | None, _most(8), _NoneFirst] = None
    change: Annotated[Change | None, _NoneFirst] = None
    keep: Annotated[frozenset[Keep], _known(*Keep)] = frozenset()
    references: Annotated[tuple[DraftReference, ...], BeforeValidator(_list)] = ()
    motion: Annotated[tuple[Motion, ...], _known(*Motion)] = ()
    seconds: Annotated[Annotated[float, Field(ge=1, le=10)] | None, _most(10), _NoneFirst] = None
    scale: Annotated[Annotated[int, Field(ge=2, le=4)] | None, _most(4), _NoneFirst] = None
    exact: Annotated[bool, BeforeValidator(lambda value: value or False)] = False
    reason: Annotated[str, _text(REASON_CHARS), Field(description="One sentence: why this family.")] = ""
    cautions: Annotated[
        tuple[Annotated[str, _text(CAUTION_CHARS)], ...],
        BeforeValidator(_list),
        Field(description="At most three short sentences; usually none."),
    ] = ()
    reply: Annotated[str, _text(REPLY_CHARS), Field(description="One friendly sentence to the member.")] = ""


def read(text: str) -> Draft:
    """Read an answer: JSON, perhaps after some thinking, between fences or with words around it.

    Raises:
        Garbled: when it is no such thing, saying what is wrong with it.
    """
    try:
        return Draft.model_validate(_object(text))
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, e['loc'])) or 'plan'}: {e['msg']}" for e in error.errors()[:4]]
        raise Garbled("; ".join(wrong)) from error


def _object(text: str) -> dict[str, Any]:
    """Return the first JSON object in a text that has an action, itself or under one name."""
    bare = _THOUGHTS.sub("", text)
    starts = [match.start() for match in re.finditer(r"\{", bare)][:MAX_STARTS]
    for start in starts:
        with contextlib.suppress(ValueError, RecursionError):
            found, _ = json.JSONDecoder().raw_decode(bare, start)
            inner = next(iter(found.values()), None) if len(found) == 1 else found
            if isinstance(inner, dict) and "action" in inner:
                return inner
            if "action" in found:
                return dict(found)
    raise Garbled("the JSON object is broken or has no action" if starts else "the answer has no JSON object")


def schema() -> dict[str, Any]:
    """Return the JSON schema that a model is held to: no references, titles or defaults, and little else."""
    whole = Draft.model_json_schema()
    plain = _plain(whole, whole.get("$defs", {}))
    del plain["description"]
    return {**plain, "required": ["action", "reply"], "additionalProperties": False}


#: Limits are checked here, for some servers refuse a schema that has them.
_LEFT_OUT = frozenset({"title", "default", "$defs", "minimum", "maximum", "uniqueItems", "minLength", "maxLength"})


def _plain(node: Any, defs: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_plain(item, defs) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _plain(defs[node["$ref"].rsplit("/", 1)[-1]], defs)
    kept = {key: value for key, value in node.items() if key not in _LEFT_OUT}
    if "properties" in kept:
        return {**kept, "properties": {name: _plain(value, defs) for name, value in kept["properties"].items()}}
    return {key: _plain(value, defs) for key, value in kept.items()}
