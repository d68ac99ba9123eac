"""The planner that needs no server and no weights: rules for structure, words from `prompts/`, milliseconds."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace

from bot.conversation.wording import families as families_in_words
from bot.conversation.wording import listed as in_words
from bot.planner import paper as papers
from bot.planner.brief import Brief, brief
from bot.planner.hearing import Heard, hear
from bot.planner.plan import Action, Base, Context, Plan, ThreadContext
from bot.planner.roles import references
from bot.planner.text import Scan
from bot.planner.vocabulary import cautions, compiled, defaults, fold, phrase, words
from bot.planner.wish import CAMERA, compared, families, wish
from engine.contract import MAX_IMAGES, Family, Keep, Motion

MAX_CAUTIONS = 3
#: Actions that work on a picture as it is, so that a place or number says which.
ON_A_PICTURE = frozenset({Action.GENERATE, Action.ANIMATE, Action.UPSCALE, Action.FIX_FACE, Action.PICK})


#: What is done to a finished picture, and the words for it in a message and in a plan: one at a time, in this order.
LATER = {"face_fix": Action.FIX_FACE, "upscale": Action.UPSCALE, "animate": Action.ANIMATE}

#: Everything a message can be about, so that every pattern is compiled before the first member speaks.
_ANYTHING = Context(images=2, thread=ThreadContext(sources=1, variants=4, versions=2, families=(Family.PHOTOREAL,)))


class EmbeddedPlanner:
    """Understands words by rules; the word files are read and compiled when it is made."""

    def __init__(self) -> None:
        understand("warm up: number 2 of four, as a watercolor, image 1 for the colours", _ANYTHING)

    async def plan(self, text: str, context: Context) -> Plan:
        """Return what the member wants; never raises for anything a member can write."""
        return await asyncio.to_thread(understand, text, context)  # long words take a while, and others wait


def understand(text: str, context: Context) -> Plan:
    """Return the plan for a message in its context. Pure: the same words give the same plan."""
    heard = hear(text, context)
    action = wish(heard, context)
    match action:
        case Action.GENERATE:
            plan = _generate(heard, context)
        case Action.ANIMATE:
            plan = _animate(heard, context)
        case Action.BACK:
            plan = Plan(action=action, version=_version(heard, context))
        case _:
            plan = _short(action, heard)
    if action in ON_A_PICTURE:
        plan = plan.evolve(base=_base(heard, context))
    return plan.evolve(reason=_reason(plan, heard, context), reply=_reply(plan, heard, context))


def _base(heard: Heard, context: Context) -> Base | None:
    """Return the picture that is named; a first picture is the source, and silence leaves it open."""
    if heard.source:
        return "source"
    if heard.base is not None:
        return heard.base
    begun = context.thread is not None and context.thread.variants
    return None if begun else "source"


def _generate(heard: Heard, context: Context) -> Plan:
    chosen = families(heard, context)
    families_ = chosen or _standing(heard, context)
    written = brief(_untold(heard, (("action", key) for key in LATER if key in heard.said)), families_, context)
    return Plan(
        action=Action.GENERATE,
        families=families_,
        looks=compared(heard),
        version=_version(heard, context) if "back" in heard.said or heard.ago else None,
        prompt=written.prompt,
        negative=written.negative,
        variants=heard.variants,
        change=heard.change,
        keep=heard.keep,
        references=references(heard.clean, context),
        exact=heard.exact,
        cautions=_cautions(heard, Action.GENERATE, context),
    )


def _untold(heard: Heard, told: Iterable[tuple[str, str]]) -> Heard:
    """Return what was heard without the words of some actions and motions: they describe no picture."""
    rest, described = Scan(heard.rest, fold(heard.rest)), Scan(heard.described, fold(heard.described))
    for section, key in told:
        rest.take_all(phrase(section, key))
        described.take_all(phrase(section, key))
    return replace(heard, rest=rest.text, described=described.text)


def _standing(heard: Heard, context: Context) -> tuple[Family, ...]:
    """Without a look the family stays; a project that has none yet begins photoreal."""
    thread = context.thread
    if thread is None or not thread.versions or not thread.families:
        return (Family.PHOTOREAL,)
    stills = tuple(f for f in thread.families if f is not Family.VIDEO)
    if len(stills) == 1:
        return stills
    ordered = len(stills) == thread.variants and heard.base is not None and heard.base <= len(stills)
    return (stills[heard.base - 1],) if ordered and heard.base else ()


def _animate(heard: Heard, context: Context) -> Plan:
    thread = context.thread
    standing = thread.prompt if thread else ""
    moves = (("motion", motion.value) for motion in (*CAMERA, Motion.LOOP))
    still = _untold(heard, [("action", "animate"), ("action", "upscale"), *moves])
    written = Brief(standing, thread.negative if thread else "") if standing else brief(still, (), context)
    return Plan(
        action=Action.ANIMATE,
        families=(Family.VIDEO,),
        prompt=written.prompt,
        negative=written.negative,
        keep=heard.keep,
        motion=heard.motion or (Motion.PUSH_IN,),
        seconds=heard.seconds,
        exact=heard.exact,
        cautions=_cautions(heard, Action.ANIMATE, context),
    )


def _short(action: Action, heard: Heard) -> Plan:
    """Plans without a prompt: what stands is used as it is."""
    return Plan(
        action=action,
        base=heard.base,
        variants=heard.variants if action is Action.REROLL else None,
        scale=_scale(heard) if action is Action.UPSCALE else None,
        paper=heard.paper if action is Action.UPSCALE else None,
        change=heard.change if action is Action.REROLL else None,
        keep=heard.keep if action in {Action.FIX_FACE, Action.REROLL} else frozenset(),
    )


def _scale(heard: Heard) -> int | None:
    """Return how much larger; for a print a guess, until the picture's size is known."""
    return heard.paper.times or papers.guessed(heard.paper) if heard.paper else heard.scale


def _version(heard: Heard, context: Context) -> int | None:
    """Return which gallery is meant by "the first set" or "two versions ago"; None is the one before the newest."""
    have = context.thread.versions if context.thread else 0
    if heard.ago is not None:
        return max(1, have - heard.ago)
    folded = fold(heard.text)
    for value, ordinal in words("languages")["ordinals"].items():
        if value != "last" and compiled(ordinal).search(folded):
            return int(value)
    named = compiled([r"(?:version|set|gallery|round|batch|v|versao|versión|версия|バージョン|版本) ?[1-9]"]).search(
        folded
    )
    if named:
        return int(named.group()[-1])
    return 1 if heard.source or compiled([r"original\w*", "beginning", "start", "initial"]).search(folded) else None


def _cautions(heard: Heard, action: Action, context: Context) -> tuple[str, ...]:
    # A material that only names a look is not in the picture.
    named = [word for word, look in zip(heard.look_words, heard.looks, strict=True) if look.name != "stained glass"]
    text = fold(f"{heard.rest} {' '.join(named)}{' lettering' if Keep.TEXT in heard.keep else ''}")
    found = [c.say for c in cautions() if c.action in {None, action.value} and c.pattern.search(text)]
    if any(a.code == "tiny_faces" for a in context.advisories):
        found.insert(0, "The faces are small and may change; a closer crop keeps a likeness.")
    if heard.clamped:
        found.insert(0, words("replies")["reply"]["clamped"])
    if heard.paper is not None:
        found.append(f"For {heard.paper.name}, pick one and say “print it at {heard.paper.name}”: that enlarges it.")
    if action is Action.ANIMATE and heard.seconds and heard.seconds > 5:
        found.append("Long clips move slowly; three to five seconds look best.")
    return tuple(dict.fromkeys(found))[:MAX_CAUTIONS]


def _reason(plan: Plan, heard: Heard, context: Context) -> str:
    listed = words("replies")["reason"]
    named = {Action.ANIMATE, Action.UPSCALE, Action.FIX_FACE, Action.REROLL}
    if plan.action in named:
        return str(listed[plan.action.value])
    if plan.action is not Action.GENERATE or not plan.families:
        return ""
    if plan.looks:
        return str(listed["compare"]).format(family=in_words(plan.looks))
    if len(plan.families) > 1:
        return str(listed["compare"]).format(family=families_in_words(plan.families))
    if heard.looks:
        return defaults(plan.families[0])["reason"]
    begun = context.thread is not None and context.thread.versions
    return str(listed["followup" if begun else "edit"]).format(family=families_in_words(plan.families))


def _reply(plan: Plan, heard: Heard, context: Context) -> str:
    listed = words("replies")["reply"]
    if plan.action is Action.TALK:
        return str(listed[_topic(heard, context)])
    what = ", ".join(dict.fromkeys(w.strip().lower() for w in heard.look_words)) or families_in_words(
        plan.families or (Family.PHOTOREAL,)
    )
    key = "compare" if len(plan.families) > 1 or plan.looks else plan.action.value
    if plan.action is Action.GENERATE and key != "compare" and context.thread and context.thread.versions:
        key, what = "followup", what if heard.looks else ", ".join(m.name for m in heard.modifiers) or "as you say"
    if plan.action is Action.PICK and plan.base is None:
        key = "which"
    said = str(listed[key]).format(what=what, base=plan.base, scale=plan.scale or 2, seconds=f"{plan.seconds or 4:g}")
    extra = [listed["too_many"]] if context.images > MAX_IMAGES else []
    extra += [listed["clamped"]] if heard.clamped else []
    return " ".join([said[:1].upper() + said[1:], *extra, *_next(plan, heard)])


def _next(plan: Plan, heard: Heard) -> list[str]:
    """Say what of a message comes after this: one thing is done at a time."""
    if plan.action not in {Action.GENERATE, *LATER.values()}:
        return []
    listed = words("replies")["later"]
    if plan.action is Action.ANIMATE and heard.looks:
        return [str(listed["look"]).format(what=heard.looks[0].name)]
    wished = [listed[key] for key, action in LATER.items() if key in heard.said and action is not plan.action]
    return [str(listed["say"]).format(what=" and ".join(wished))] if wished and not plan.exact else []


def _topic(heard: Heard, context: Context) -> str:
    """Return which of the replies answers this."""
    if heard.injected:
        return "injection"
    if heard.said & {"opinion"}:
        return "opinion"
    if "question" in heard.said or heard.text.endswith("?"):
        return _question(heard)
    if "thanks" in heard.said or "praise" in heard.said:
        return "thanks"
    if not context.images and not (context.thread and context.thread.sources):
        return "greeting" if "greeting" in heard.said else "no_image"
    return "greeting" if "greeting" in heard.said else "chatter"


def _question(heard: Heard) -> str:
    folded = fold(heard.text)
    topics = words("replies")["topics"]
    return next((topic for topic, listed in topics.items() if compiled(listed).search(folded)), "question")
