"""What the bot says where the words are its own and not the planner's."""

from __future__ import annotations

from collections.abc import Sequence

from engine.contract import Family

FAMILY_WORDS = {
    Family.PHOTOREAL: "photoreal",
    Family.ILLUSTRATION: "illustration",
    Family.CONCEPT3D: "stylised 3D",
    Family.VIDEO: "video",
    Family.TOOL: "tool",
}

GALLERY_GONE = "That gallery is gone. The newest one is further down."
ENGINE_AWAY = "The engine that makes the pictures is away right now. Please try again in a minute."
PICTURE_GONE = "The picture that this is made from is no longer with me. Please post it once more."
STILL_LOOKING = "I am still looking at your picture. Tell me once more when its gallery is there, or press Cancel."
NOTHING_RUNS = "Nothing is running right now, so there is nothing to stop."
ENDED_ALREADY = "That one has ended already."
NOT_READY = "Its pictures are not there yet. One moment."
NOTHING_EARLIER = "This is the first gallery, so there is nothing earlier to go back to."
WHICH_ONE = "Which one? Say its number, or press its button."
NO_PICTURE = "There is no picture to work on yet. Post one and say what it should become."
WHAT_NEXT = "Tell me what it should become, for example “a soft watercolor” or “a product photo on slate”."
SAME_AGAIN = "The same again with other seeds."


def not_yours(owner: int) -> str:
    """Say kindly that a project is somebody else's."""
    return (
        f"This is <@{owner}>'s project, so only they can steer it; your picks count as votes. "
        "To start your own, reply to the picture and mention me."
    )


def no_variant(wanted: int, have: int) -> str:
    """Say that there is no variant with this number."""
    pictures = "one picture" if have == 1 else f"{have} pictures"
    return f"There is no number {wanted} here: that gallery has {pictures}."


def picked(number: int) -> str:
    """Say that a pick was heard, and what can follow."""
    return f"Number {number} it is. From here: say what to change, or press Upscale or Animate."


def went_back(number: int) -> str:
    """Say which gallery is shown again."""
    return f"Here is gallery {number} again."


def no_version(number: int) -> str:
    """Say that there is no gallery with this number."""
    return f"There is no gallery {number} to go back to."


def stopped(count: int) -> str:
    """Say that something was stopped."""
    return "Stopped." if count == 1 else f"Stopped all {count}."


def families(chosen: Sequence[Family]) -> str:
    """Name families in a sentence."""
    return listed([FAMILY_WORDS[family] for family in chosen])


def listed(names: Sequence[str]) -> str:
    """Name things in a sentence, at least one."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
