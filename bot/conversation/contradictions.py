"""Pictures that ask for different things: told by measured distances, before the work, and never refused. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import atan2, degrees, exp, hypot

from bot.conversation.project import Source
from bot.planner.plan import Plan
from engine.contract import Family, Keep, Mood, Role

#: Two palettes whose colours lie so far apart (mean deltaE to the nearest of the other) share hardly any: two halves
#: of one photo measure about 6, two photos in the same tones 8 to 15, amber against blue 20 to 60.
PALETTES_APART = 20.0
#: Below this a palette is the picture's own, and keeping the colours costs it nothing.
PALETTES_ALIKE = 10.0
#: A light this far from the middle throws shadows that are seen to fall to one side. Up and down do not count: a
#: bright sky or a pale floor is no lamp.
ONE_SIDED = 0.25
#: Night and a bright day are 35 to 60 apart in mean lightness; a cloud over the same scene makes 15.
BRIGHTNESS_APART = 32.0
#: How much a picture looks like a flat drawing; photos stay below 0.2.
FLAT = 0.5

Lab = tuple[float, float, float]
_Seen = tuple[int, Mood]


def contradictions(sources: Sequence[Source], plan: Plan, families: Sequence[Family]) -> tuple[str, ...]:
    """Return one honest sentence for each pair of wishes that pull apart, the weightiest first.

    Args:
        sources: The project's, in the order of the plan's image numbers.
        plan: Whose references are compared; where it names none, the roles that the sources have.
        families: Who will make it.
    """
    seen = _by_role(sources, plan)
    return (
        *_kept_against_palette(seen, plan),
        *_palettes(seen),
        *_lights(seen),
        *_light_against_subject(seen),
        *_style(seen, families),
    )


def disputed(sources: Sequence[Source], plan: Plan) -> frozenset[Role]:
    """Return the roles whose two pictures are compared here, so that nothing general needs to be said of them."""
    seen = _by_role(sources, plan)
    return frozenset(role for role in (Role.PALETTE, Role.LIGHTING) if len(seen.get(role, ())) > 1)


def _by_role(sources: Sequence[Source], plan: Plan) -> Mapping[Role, Sequence[_Seen]]:
    named = {reference.image: reference.role for reference in plan.references}
    if not named:
        named = {number: source.role for number, source in enumerate(sources, 1) if source.role}
    found: dict[Role, list[_Seen]] = {}
    for number, source in enumerate(sources, 1):
        role = named.get(number) or (Role.SUBJECT if number == 1 else None)
        if role and source.info.mood:
            found.setdefault(role, []).append((number, source.info.mood))
    return found


def _kept_against_palette(seen: Mapping[Role, Sequence[_Seen]], plan: Plan) -> Iterator[str]:
    subject = _subject(seen)
    for number, mood in seen.get(Role.PALETTE, ()) if Keep.COLORS in plan.keep else ():
        if subject is None or palettes_apart(subject, mood) > PALETTES_ALIKE:
            yield (
                f"You want the colours kept and gave picture {number} as a palette: "
                "the colours stay, so that palette will hardly show. Drop one of the two wishes to see the other."
            )


def _palettes(seen: Mapping[Role, Sequence[_Seen]]) -> Iterator[str]:
    for (_, one), (_, other) in combinations(seen.get(Role.PALETTE, ()), 2):
        if palettes_apart(one, other) > PALETTES_APART:
            first, second = colour_name(one), colour_name(other)
            apart = f"The first palette is {first}, the second {second}"
            if first == second:
                apart = f"Both palettes are {first} but share few colours"
            yield f"{apart}: I mix them by weight; say which should lead."


def _lights(seen: Mapping[Role, Sequence[_Seen]]) -> Iterator[str]:
    for (_, one), (_, other) in combinations(seen.get(Role.LIGHTING, ()), 2):
        if opposed(one, other):
            yield (
                f"One light comes from {side(one)}, the other from {side(other)}: "
                "together they flatten each other; say which should lead."
            )
        elif abs(one.lightness - other.lightness) > BRIGHTNESS_APART:
            yield "One of the light references is dark, the other bright: I meet them halfway; say which should lead."


def _light_against_subject(seen: Mapping[Role, Sequence[_Seen]]) -> Iterator[str]:
    subject = _subject(seen)
    lights = seen.get(Role.LIGHTING, ())
    if subject is None or len(lights) != 1:
        return
    ((number, mood),) = lights
    if opposed(subject, mood):
        yield (
            f"Your picture is lit from {side(subject)}, picture {number} from {side(mood)}: "
            "I turn the light at large, but the shadows that are drawn in it stay."
        )
    elif abs(subject.lightness - mood.lightness) > BRIGHTNESS_APART:
        dark, bright = ("it", "your picture") if mood.lightness < subject.lightness else ("your picture", "it")
        yield (
            f"Picture {number} is to give the light, but {dark} is dark and {bright} bright: "
            "expect a strong change, with noise or empty shadows in places."
        )


def _style(seen: Mapping[Role, Sequence[_Seen]], families: Sequence[Family]) -> Iterator[str]:
    for number, mood in seen.get(Role.STYLE, ()):
        if mood.flat > FLAT and Family.PHOTOREAL in families:
            yield (
                f"Picture {number} is a flat drawing, and photoreal keeps real texture: "
                "it lends its colours more than its manner. Illustration follows it better."
            )
        for _, palette in seen.get(Role.PALETTE, ()):
            if palettes_apart(mood, palette) > PALETTES_APART:
                yield (
                    f"The style picture is {colour_name(mood)}, the palette {colour_name(palette)}: "
                    "the palette leads the colours, the style the strokes."
                )


def _subject(seen: Mapping[Role, Sequence[_Seen]]) -> Mood | None:
    return next((mood for role in (Role.COMPOSITION, Role.SUBJECT) for _, mood in seen.get(role, ())), None)


def palettes_apart(one: Mood, other: Mood) -> float:
    """Return how far two palettes lie apart: how far a colour is, on average, from the nearest one of the other."""
    return (_reach(one, other) + _reach(other, one)) / 2


def _reach(one: Mood, other: Mood) -> float:
    others = [lab_of(swatch.colour) for swatch in other.palette]
    total = sum(swatch.share for swatch in one.palette)
    if not others or not total:
        return 0.0
    return sum(s.share * min(_apart(lab_of(s.colour), lab) for lab in others) for s in one.palette) / total


def _apart(one: Lab, other: Lab) -> float:
    """Return a difference in which lightness counts half: a palette is about colour."""
    return hypot(0.5 * (one[0] - other[0]), one[1] - other[1], one[2] - other[2])


def opposed(one: Mood, other: Mood) -> bool:
    """Return whether two pictures are lit from opposite sides, each clearly from one."""
    first, second = one.light[0], other.light[0]
    return min(abs(first), abs(second)) >= ONE_SIDED and first * second < 0


def side(mood: Mood) -> str:
    """Return from which side a picture's light comes, in words."""
    return "the right" if mood.light[0] > 0 else "the left"


#: Where hues begin, in degrees of Lab, and what they are called.
_HUES = (
    (20.0, "warm pink"),
    (55.0, "warm red"),
    (85.0, "warm amber"),
    (110.0, "yellow"),
    (165.0, "green"),
    (225.0, "cool teal"),
    (300.0, "cold blue"),
    (335.0, "violet"),
    (360.0, "warm pink"),
)
_GREY = 6.0


def colour_name(mood: Mood) -> str:
    """Return a palette's leading colour in words; strong colours count more than large grey areas."""
    votes: dict[str, float] = {}
    for swatch in mood.palette:
        _, a, b = lab_of(swatch.colour)
        if hypot(a, b) >= _GREY:
            name = next(name for end, name in _HUES if degrees(atan2(b, a)) % 360 <= end)
            votes[name] = votes.get(name, 0.0) + swatch.share * (1 - exp(-hypot(a, b) / 25))
    return max(votes, key=votes.__getitem__, default="grey")


def lab_of(code: str) -> Lab:
    """Return CIE Lab (D65) of a code such as "#a8501c"."""
    red, green, blue = (_light(int(code[k : k + 2], 16) / 255) for k in (1, 3, 5))
    x = _root((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505)
    y = _root(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    z = _root((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _light(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _root(value: float) -> float:
    return value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116
