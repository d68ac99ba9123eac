"""Which colours a prompt names for the picture itself, and not for a thing in it."""

from __future__ import annotations

import colorsys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

#: How light the ramp of a named colour is, as shares of its way to black (negative) and to white.
_RAMP = (-0.72, -0.4, 0.0, 0.4, 0.75)


class Named(NamedTuple):
    """Codes such as "#a8501c" to lead the colours to, and how far (0..1)."""

    codes: tuple[str, ...] = ()
    share: float = 0.0


def named_colours(tokens: Sequence[str], table: Mapping[str, Any]) -> Named:
    """Return the colours that the words of a prompt give the whole picture.

    A run of colour words, small words and nouns of colour counts when it is a whole thought ("emerald and gold"),
    has such a noun ("blue tones") or a plural of a colour ("in blues and greys"). "A red car" is an object.

    Args:
        tokens: Lower-case words and punctuation.
        table: prompts/steer.toml.
    """
    codes: dict[str, None] = {}
    families = 0
    for run in _runs(tokens, table):
        for codes_of_one in _colours(run, table):
            families += 1
            codes.update(dict.fromkeys(codes_of_one))
    share = 0.0 if not families else 0.75 if families == 1 and len(codes) == len(_RAMP) else 0.92
    return Named(tuple(codes), share)


def _runs(tokens: Sequence[str], table: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    """Yield the runs of colour talk that speak of the picture."""
    talk = {*table["colours"], *table["palettes"], *_plural(table), *_said(table, "nouns", "fillers")}
    talk |= _said(table, "paler", "deeper", "duller")
    for thought in _thoughts(tokens):
        run: list[str] = []
        for token in [*thought, ""]:
            if token in talk:
                run.append(token)
                continue
            if run and _speaks_of_the_picture(run, whole=len(run) == len(thought), table=table):
                yield tuple(run)
            run = []


def _thoughts(tokens: Sequence[str]) -> Iterator[Sequence[str]]:
    thought: list[str] = []
    for word in [*tokens, "."]:
        if word[0].isalnum() or word == "-":
            thought.append(word)
        elif thought:
            yield thought
            thought = []


def _speaks_of_the_picture(run: Sequence[str], *, whole: bool, table: Mapping[str, Any]) -> bool:
    colours = [token for token in run if token in table["colours"] or token in {*table["palettes"], *_plural(table)}]
    plain = all(token in {"white", "black", "grey", "gray"} for token in colours)
    told = any(token in table["colour_words"]["nouns"] for token in run)
    told |= any(token.endswith("s") for token in colours if token not in table["palettes"])
    dressed = run[0] == "in" and len(colours) == 1
    return bool(colours) and (told or (whole and not plain and not dressed))


def _colours(run: Sequence[str], table: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield the codes of each colour or palette in a run, "pastel", "dark" and the like taken to the colour after."""
    manner = ""
    words = table["colour_words"]
    for at, token in enumerate(run):
        name = _plural(table).get(token, token)
        if name in table["colours"]:
            yield _ramp(table["colours"][name], manner)
            manner = ""
        elif name in table["palettes"] and not _followed_by_colour(run[at + 1 :], table):
            yield tuple(table["palettes"][name])
        else:
            manner = next((kind for kind in ("paler", "deeper", "duller") if token in words[kind]), manner)


def _followed_by_colour(rest: Sequence[str], table: Mapping[str, Any]) -> bool:
    return bool(rest) and rest[0] in table["colours"]


def _plural(table: Mapping[str, Any]) -> dict[str, str]:
    return {f"{name}s": name for name in table["palettes"]}


def _said(table: Mapping[str, Any], *kinds: str) -> set[str]:
    return {word for kind in kinds for word in table["colour_words"][kind]}


def _ramp(code: str, manner: str) -> tuple[str, ...]:
    """Return a colour from its shadow to its tint, so that a picture led to it keeps its light and shade."""
    hue, light, full = colorsys.rgb_to_hls(*(int(code[k : k + 2], 16) / 255 for k in (1, 3, 5)))
    if manner == "paler":
        light, full = light + 0.45 * (1 - light), 0.9 * full
    elif manner == "deeper":
        light, full = 0.62 * light, min(1.0, 1.1 * full)
    elif manner == "duller":
        full *= 0.55
    return tuple(_code(hue, _lit(light, step), full * (1 - (0.25 if step < 0 else 0.65) * abs(step))) for step in _RAMP)


def _lit(light: float, step: float) -> float:
    return light * (1 + step) if step < 0 else light + step * (0.97 - light)


def _code(hue: float, light: float, full: float) -> str:
    return "#" + "".join(f"{round(255 * value):02x}" for value in colorsys.hls_to_rgb(hue, light, full))
