"""The modals, and how what is sent with them is read. They work after a restart: all is in their custom_id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import discord
from discord import ui

from bot.client.custom_ids import CustomId
from bot.conversation.events import Press, Submitted
from bot.conversation.project import Version
from engine.contract import Change, Family

PROMPT, FAMILY, CHANGE, EXACT, WORDS = "prompt", "family", "change", "exact", "words"
RESTYLE = "restyle"
AUTO = "auto"
OPEN_S = 3600

FAMILY_LABELS = {
    Family.PHOTOREAL: "Photoreal",
    Family.ILLUSTRATION: "Illustration",
    Family.CONCEPT3D: "Stylised 3D",
    Family.VIDEO: "Video clip",
}
CHANGE_LABELS = {
    Change.SUBTLE: "Subtle: close to the source",
    Change.BALANCED: "Balanced",
    Change.STRONG: "Strong: go far",
}


class Form(ui.Modal):
    """A modal whose answer is read from the interaction, not from this object."""

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        """Nothing: `client` reads every form by its custom_id, also one from before a restart."""


def edit_form(version: Version, family: Family | None) -> Form:
    """Make the form that edits a version's prompt, filled with what it was made with."""
    form = Form(title=f"Edit prompt of version {version.number}"[:45], custom_id=str(CustomId(Press.EDIT, version.id)))
    form.timeout = OPEN_S
    prompt = ui.TextInput[ui.Modal](
        custom_id=PROMPT,
        style=discord.TextStyle.paragraph,
        default=version.request.prompt[:4000] or None,
        max_length=4000,
        required=False,
    )
    form.add_item(ui.Label(text="Prompt", description="What the finished picture looks like", component=prompt))
    form.add_item(ui.Label(text="Family", component=_families(family)))
    form.add_item(ui.Label(text="How far from the source", component=_changes(version.request.change)))
    exact = ui.Checkbox[ui.Modal](custom_id=EXACT, default=version.plan.exact)
    form.add_item(ui.Label(text="Use my words exactly", description="Nothing is added to them", component=exact))
    return form


def restyle_form(channel: int, message: int) -> Form:
    """Make the form that asks what a message's picture should become."""
    form = Form(title="Restyle with Easel", custom_id=str(CustomId(RESTYLE, channel, message)))
    form.timeout = OPEN_S
    words = ui.TextInput[ui.Modal](
        custom_id=WORDS, style=discord.TextStyle.paragraph, max_length=1500, placeholder="a soft watercolor"
    )
    form.add_item(ui.Label(text="What should it become?", component=words))
    form.add_item(ui.Label(text="Family", component=_families(None, auto=True)))
    return form


def _families(chosen: Family | None, *, auto: bool = False) -> ui.Select[ui.Modal]:
    options = [
        discord.SelectOption(label=label, value=family.value, default=family is chosen)
        for family, label in FAMILY_LABELS.items()
    ]
    if auto:
        options.insert(0, discord.SelectOption(label="Let Easel choose", value=AUTO, default=True))
    return ui.Select(custom_id=FAMILY, options=options, required=False)


def _changes(chosen: Change) -> ui.RadioGroup[ui.Modal]:
    options = [
        discord.RadioGroupOption(label=label, value=change.value, default=change is chosen)
        for change, label in CHANGE_LABELS.items()
    ]
    return ui.RadioGroup(custom_id=CHANGE, options=options)


def values(data: Mapping[str, Any]) -> dict[str, Any]:
    """Read a submitted modal: the value (or list of values) by custom_id."""
    return {field["custom_id"]: _value(field) for field in _fields(data.get("components") or [])}


def _fields(components: list[Any]) -> Iterator[Mapping[str, Any]]:
    for part in components:
        inner = part.get("component")
        if inner:
            yield inner
        elif part.get("components"):
            yield from _fields(part["components"])
        elif part.get("custom_id"):
            yield part


def _value(field: Mapping[str, Any]) -> Any:
    return field["values"] if "values" in field else field.get("value")


def submitted(user: int, version: Version, family: Family, data: Mapping[str, Any]) -> Submitted:
    """Read the edit form; what was left empty stays as it was."""
    given = values(data)
    chosen = (given.get(FAMILY) or [family.value])[0]
    return Submitted(
        user=user,
        version=version.id,
        prompt=str(given.get(PROMPT) or "").strip(),
        family=Family(chosen),
        change=Change(given.get(CHANGE) or version.request.change),
        exact=bool(given.get(EXACT)),
    )
