"""What a message wants, from what was heard in it. The first rule that applies decides."""

from __future__ import annotations

from bot.planner.hearing import Heard
from bot.planner.plan import Action, Context
from engine.contract import MAX_VARIANTS, Family, Motion

CAMERA = frozenset({Motion.PUSH_IN, Motion.PULL_BACK, Motion.PAN, Motion.ORBIT})
#: A print size among more words than these is part of what is to be seen.
PRINT_TALK = 4
STILLS = (Family.PHOTOREAL, Family.ILLUSTRATION, Family.CONCEPT3D)


def wish(heard: Heard, context: Context) -> Action:
    """Return what a member wants."""
    if not heard.text:
        return Action.GENERATE if context.images and not heard.injected else Action.TALK
    for rule in (_stops, _asks, _remarks, _returns, _repairs, _moves, _grows, _repeats, _picks, _chats):
        if (action := rule(heard, context)) is not None:
            return action
    return Action.GENERATE if _has_picture(context) else Action.TALK


def _has_picture(context: Context) -> bool:
    thread = context.thread
    return bool(context.images or (thread and (thread.sources or thread.variants)))


def _stops(heard: Heard, context: Context) -> Action | None:
    if "cancel" not in heard.said or heard.modifiers or not all(look.broad for look in heard.looks):
        return None
    if "question" in heard.said and heard.text.endswith("?"):
        return Action.TALK
    return Action.CANCEL if context.thread is not None else Action.TALK


def _asks(heard: Heard, context: Context) -> Action | None:
    """Questions are answered; a request in the form of a question is none."""
    if not _has_picture(context) or "opinion" in heard.said:
        return Action.TALK
    if "question" in heard.said and "request" not in heard.said:
        return Action.TALK
    does = heard.said & {"animate", "upscale", "again", "back", "face_fix", "face_trouble", "compare", "request"}
    asks = heard.text.rstrip().endswith(("?", "？"))
    if asks and not (does or heard.directs or heard.base or heard.change or context.images):
        return Action.TALK
    return None


def _remarks(heard: Heard, context: Context) -> Action | None:
    """What is only told asks for nothing: "my cat walked over the keyboard"."""
    wishes = heard.directs or heard.edits or heard.change or heard.variants or context.images
    others = heard.said - {"remark", "praise", "thanks", "greeting", "chatter", "face_part", "face_trouble", "pick"}
    told = "remark" in heard.said and not (wishes or others)
    return Action.TALK if told and (heard.base is None or heard.residue) else None


def _returns(heard: Heard, context: Context) -> Action | None:
    if "back" not in heard.said and heard.ago is None:
        return None
    if context.thread is None or context.images:
        return None
    return Action.GENERATE if heard.looks or heard.modifiers else Action.BACK


def _repairs(heard: Heard, _: Context) -> Action | None:
    broken = "face_part" in heard.said and "face_trouble" in heard.said
    return Action.FIX_FACE if ("face_fix" in heard.said or broken) and not heard.looks else None


def _moves(heard: Heard, _: Context) -> Action | None:
    led = bool(CAMERA.intersection(heard.motion)) and not heard.looks
    timed = heard.seconds is not None and bool(heard.motion or not heard.looks)
    looped = Motion.LOOP in heard.motion and len(heard.motion) > 1
    return Action.ANIMATE if "animate" in heard.said or led or timed or looped else None


def _grows(heard: Heard, _: Context) -> Action | None:
    larger = (
        "upscale" in heard.said
        or (heard.paper and len(heard.residue) <= PRINT_TALK)
        or (heard.scale is not None and not heard.residue)
    )
    return Action.UPSCALE if larger and not (heard.looks or heard.modifiers or heard.excluded) else None


def _repeats(heard: Heard, context: Context) -> Action | None:
    if "again" not in heard.said or heard.directs or context.images or context.thread is None:
        return None
    spare = 0 if heard.edits and heard.language == "en" else 2
    return Action.REROLL if len(heard.residue) <= spare and heard.base is None else None


def _picks(heard: Heard, _: Context) -> Action | None:
    quiet = not (heard.directs or heard.residue or heard.change or heard.variants or "again" in heard.said)
    return Action.PICK if heard.base is not None and quiet else None


def _chats(heard: Heard, context: Context) -> Action | None:
    """Thanks, praise and small talk: nothing in them says how a picture should look."""
    pleased = heard.said & {"thanks", "praise"} and not (heard.edits or context.images)
    if heard.directs or (heard.residue and not pleased) or heard.change or heard.base or heard.source:
        return None
    if "again" in heard.said or heard.variants:
        return Action.REROLL if context.thread and context.thread.variants else None
    idle = heard.said & {"thanks", "greeting", "praise", "chatter", *(() if context.images else ("pick",))}
    return Action.TALK if idle or not context.images else None


def families(heard: Heard, context: Context) -> tuple[Family, ...]:
    """Return the families that are asked for, in order; several when they are to be compared."""
    named = tuple(dict.fromkeys(look.family for look in heard.looks))
    if "all_families" in heard.said and len(named) < 2:
        return STILLS
    if "compare" in heard.said:
        standing = context.thread.families if context.thread else ()
        return (
            named
            if len(named) > 1
            else tuple(dict.fromkeys((*standing, *named)))
            if standing and named
            else named or STILLS
        )
    if named:
        return (leading(heard),)
    return ()


def compared(heard: Heard) -> tuple[str, ...]:
    """Return the looks to be seen side by side, in the member's words, when families do not tell them apart."""
    named = {look.name: word.strip().lower() for look, word in zip(heard.looks, heard.look_words, strict=True)}
    several = "compare" in heard.said and len(named) > len({look.family for look in heard.looks})
    return tuple(named.values())[:MAX_VARIANTS] if several else ()


def leading(heard: Heard) -> Family:
    """Return the family that is meant when looks of several are named.

    What it becomes ("into", "as") decides; else a drawn or sculpted look, which a photographic setting only frames.
    """
    if heard.goal is not None:
        return heard.goal.family
    media = [look.family for look in heard.looks if not look.frames] or [look.family for look in heard.looks]
    return next((family for family in media if family is not Family.PHOTOREAL), media[0])
