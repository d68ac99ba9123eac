"""What a message of ours looks like, as plain facts: words, pictures, buttons. Pure; `gallery` draws it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from discord.utils import escape_markdown

from bot.client.custom_ids import CustomId
from bot.client.stage import Stage
from bot.conversation import wording
from bot.conversation.events import Press
from bot.conversation.project import Project, Variant, Version
from engine.contract import Family, JobError, Kind, ModelView, Status

Style = Literal["primary", "secondary", "success", "danger"]

ACCENTS = {
    Family.PHOTOREAL: 0x4C8C6B,
    Family.ILLUSTRATION: 0xC46A4A,
    Family.CONCEPT3D: 0x8A6FB8,
    Family.VIDEO: 0x3F7FB5,
    Family.TOOL: 0x7A8088,
}
NAMES = {
    Family.PHOTOREAL: "Photoreal",
    Family.ILLUSTRATION: "Illustration",
    Family.CONCEPT3D: "Stylised 3D",
    Family.VIDEO: "Video",
    Family.TOOL: "Tool",
}
TROUBLE = 0xB5483F
LIMIT = 3900  # Discord allows 4000 characters in all text of a message
PROMPT_LIMIT = 1200
STOP = "stop"  # cancels a project that has not begun; its number stands where a version's does
LOOKING = "👀 Looking at your picture…"


@dataclass(frozen=True)
class Button:
    """A button; `custom_id` holds all that it means."""

    custom_id: CustomId
    label: str
    emoji: str | None = None
    style: Style = "secondary"


@dataclass(frozen=True)
class Media:
    """A picture or clip of a message: its image id, a file name without suffix, and words for screen readers."""

    image: str
    name: str
    alt: str
    small: bool = False  # a preview: a small copy will do


@dataclass(frozen=True)
class Face:
    """A whole message."""

    head: str
    media: tuple[Media, ...] = ()
    body: str = ""
    rows: tuple[tuple[Button, ...], ...] = ()
    accent: int | None = None


def trouble(text: str) -> Face:
    """Bad news, in words."""
    return Face(head=_clip(f"⚠️ {text}", LIMIT), accent=TROUBLE)


def not_allowed(version: Version, models: Mapping[str, ModelView]) -> Face:
    """A gallery that is there and may not be posted."""
    why = "The pictures are ready, but I am no longer allowed to attach files here. I try again every ten minutes."
    return Face(head=f"{_title(version, models)}\n⚠️ {why}", accent=TROUBLE)


def looking(project: int, words: str, *, away: bool = False) -> Face:
    """The first answer, before anything is understood."""
    said = f"{_quote(words, 300)}\n" if words else ""
    doing = "⏳ The engine is away for a moment. I keep your picture and go on by myself." if away else LOOKING
    return Face(head=said + doing, rows=((Button(CustomId(STOP, project), "Cancel", "✖️", "danger"),),))


def in_progress(version: Version, stage: Stage, models: Mapping[str, ModelView]) -> Face:
    """A version that waits or runs: where it stands, what is there already, and a way to stop it.

    A comparison shows each model's result as it comes; else the newest preview does, which costs the machine least.
    """
    compared = stage.results if len(version.request.models) > 1 else ()
    shown = tuple(
        Media(r.poster or r.id, f"easel-{version.id}-part-{i}", _alt(r.model, i, models), small=True)
        for i, r in enumerate(compared, 1)
    )
    if not shown and stage.preview:
        shown = (Media(stage.preview, f"easel-{version.id}-preview", "The picture so far", small=True),)
    return Face(
        head=f"{_title(version, models)}\n{_standing(stage, models)}",
        media=shown,
        body=_clip("\n".join([*_plan_lines(version), *_notices(version)]), LIMIT - 600),
        rows=((Button(CustomId(Press.CANCEL, version.id), "Cancel", "✖️", "danger"),),),
        accent=_accent(version, models),
    )


def ended(project: Project, version: Version, models: Mapping[str, ModelView]) -> Face:
    """A version that has ended: its gallery, or why there is none."""
    if version.variants:
        return _gallery(project, version, models)
    rows: tuple[tuple[Button, ...], ...] = ((_again(version),),)
    if version.status is Status.CANCELLED:
        return Face(head=f"{_title(version, models)}\n✖️ Cancelled. Another round is one press away.", rows=rows)
    why = _clip(_why(version.error), LIMIT - 400) if version.error else "Something went wrong."
    return Face(head=f"{_title(version, models)}\n⚠️ {why}", rows=rows, accent=TROUBLE)


def _why(error: JobError) -> str:
    return wording.PICTURE_GONE if error.code == "image_not_found" else error.detail


def _gallery(project: Project, version: Version, models: Mapping[str, ModelView]) -> Face:
    media = tuple(_media(version, v, models) for v in version.variants)
    if version.sheet:
        media = (Media(version.sheet, f"easel-{version.id}-sheet", "All of them side by side, labelled"), *media)
    return Face(
        head=_title(version, models),
        media=media,
        body=_clip("\n".join(_gallery_lines(project, version, models)), LIMIT - 400),
        rows=_rows(project, version),
        accent=_accent(version, models),
    )


def _media(version: Version, variant: Variant, models: Mapping[str, ModelView]) -> Media:
    name = f"easel-{version.id}-{variant.number}-{variant.model}-seed{variant.seed}"
    return Media(variant.image, name, _alt(variant.model, variant.number, models))


def _alt(model: str, number: int, models: Mapping[str, ModelView]) -> str:
    return f"{number}: {_model_title(model, models)}"


def _model_title(model: str, models: Mapping[str, ModelView]) -> str:
    return models[model].title if model in models else model


def _title(version: Version, models: Mapping[str, ModelView]) -> str:
    titles = " · ".join(dict.fromkeys(_model_title(m, models) for m in version.request.models))
    what = {
        Kind.GENERATE: "Compared" if len(version.request.models) > 1 else "",
        Kind.ANIMATE: "Clip",
        Kind.UPSCALE: f"Upscaled {version.request.scale}×",  # noqa: RUF001  # people read a multiplication sign here
        Kind.FIX_FACE: "Faces",
    }[version.request.kind]
    return f"### {version.number}. {' · '.join(part for part in (what, titles) if part)}"


def _standing(stage: Stage, models: Mapping[str, ModelView]) -> str:
    if stage.away:
        return "⏳ The engine is away for a moment. Your request is kept and goes on by itself."
    when = f" · ready <t:{stage.ends_at}:R>" if stage.ends_at else ""
    if stage.position is not None:
        ahead = f"{stage.position} ahead of you" if stage.position else "you are next"
        return f"⏳ Waiting · {ahead}{when}"
    if stage.model is None:
        return "⏳ Waiting for a place in the queue"
    bar = f" {_bar(stage.step, stage.of)} {stage.step}/{stage.of}" if stage.of else ""
    return f"🎨 {_model_title(stage.model, models)}{bar}{when}"


def _bar(step: int, of: int, width: int = 10) -> str:
    full = min(width, round(width * step / max(of, 1)))
    return "▰" * full + "▱" * (width - full)


def _plan_lines(version: Version) -> list[str]:
    lines = [version.plan.reason] if version.plan.reason else []
    if version.request.prompt and version.request.kind in {Kind.GENERATE, Kind.ANIMATE}:
        lines.append(_quote(version.request.prompt, PROMPT_LIMIT))
    return lines


def _notices(version: Version) -> list[str]:
    return [f"-# ⚠️ {notice}" for notice in version.notices]


def _gallery_lines(project: Project, version: Version, models: Mapping[str, ModelView]) -> list[str]:
    lines = _plan_lines(version) + _notices(version)
    notes = dict.fromkeys(note for v in version.variants for note in v.notes)
    lines += [f"-# {note}" for note in notes]
    lines.append(f"-# {_facts(version, models)}")
    lines += _picks(project, version)
    return lines


def _facts(version: Version, models: Mapping[str, ModelView]) -> str:
    seeds = f"seed {version.request.seed}"
    used = [models[m] for m in version.request.models if m in models]
    family = " + ".join(dict.fromkeys(NAMES[m.family] for m in used if m.family is not Family.TOOL))
    first = version.variants[0]
    size = f"{first.width} by {first.height} px"
    took = f"{version.ended - version.created:.0f} s" if version.ended else ""
    change = f"change {version.request.change}" if version.request.kind is Kind.GENERATE else ""
    keep = f"keeps {', '.join(sorted(version.request.keep))}" if version.request.keep else ""
    return " · ".join(part for part in (family, size, seeds, change, keep, took) if part)


def _picks(project: Project, version: Version) -> list[str]:
    lines = []
    if project.selected and project.selected[0] == version.id:
        lines.append(f"✅ Picked: **{project.selected[1]}**")
    votes = {n: len(who) for n, who in sorted(version.picks.items()) if who}
    if votes:
        counted = " · ".join(f"**{n}**: {count} {'vote' if count == 1 else 'votes'}" for n, count in votes.items())
        lines.append(f"⭐ {counted}")
    return lines


def _rows(project: Project, version: Version) -> tuple[tuple[Button, ...], ...]:
    clip = any(v.clip for v in version.variants)
    rows = _pick_rows(project, version) if len(version.variants) > 1 else []
    if clip:
        rows.append((_again(version), _button(version, Press.EDIT, "Edit prompt", "✏️"), _delete(version)))
        return tuple(rows)
    if len(version.variants) > 1:
        rows += _numbered(version, Press.VARY, "Vary", "🎲")
    else:
        rows.append((Button(CustomId(Press.VARY, version.id, version.variants[0].number), "Vary", "🎲"),))
    rows.append(
        (
            _again(version),
            _button(version, Press.EDIT, "Edit prompt", "✏️"),
            _button(version, Press.COMPARE, "Compare", "⚖️"),
            _button(version, Press.UPSCALE, "Upscale", "🔍"),
            _button(version, Press.FIX_FACE, "Fix face", "🙂"),
        )
    )
    rows.append(
        (
            _button(version, Press.ANIMATE, "Animate", "🎬"),
            _button(version, Press.CLOSER, "More like the source", "🖼️"),
            _button(version, Press.FURTHER, "Go further", "✨"),
            _delete(version),
        )
    )
    return tuple(rows)


def _pick_rows(project: Project, version: Version) -> list[tuple[Button, ...]]:
    picked = project.selected[1] if project.selected and project.selected[0] == version.id else None
    buttons = [
        Button(
            CustomId(Press.PICK, version.id, v.number),
            str(v.number),
            "✅" if v.number == picked else "👍",
            "success" if v.number == picked else "primary",
        )
        for v in version.variants
    ]
    return _split(buttons)


def _numbered(version: Version, press: Press, label: str, emoji: str) -> list[tuple[Button, ...]]:
    return _split(
        [Button(CustomId(press, version.id, v.number), f"{label} {v.number}", emoji) for v in version.variants]
    )


def _split(buttons: list[Button], width: int = 4) -> list[tuple[Button, ...]]:
    return [tuple(buttons[i : i + width]) for i in range(0, len(buttons), width)]


def _button(version: Version, press: Press, label: str, emoji: str) -> Button:
    return Button(CustomId(press, version.id), label, emoji)


def _again(version: Version) -> Button:
    return _button(version, Press.AGAIN, "Again", "🔁")


def _delete(version: Version) -> Button:
    return Button(CustomId(Press.DELETE, version.id), "Delete", "🗑️", "danger")


def _accent(version: Version, models: Mapping[str, ModelView]) -> int | None:
    first = version.request.models[0]
    return ACCENTS[models[first].family] if first in models else None


def _quote(text: str, limit: int) -> str:
    """Quote what a member wrote, so that it reads as written: no heading, link or code block comes of it."""
    return "\n".join(f"> {escape_markdown(line)}" for line in _clip(text, limit).splitlines())


def _clip(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
