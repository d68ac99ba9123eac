"""A face drawn with Discord's Components V2."""

from __future__ import annotations

from collections.abc import Mapping

import discord
from discord import ui

from bot.client.faces import Button, Face

STYLES = {
    "primary": discord.ButtonStyle.primary,
    "secondary": discord.ButtonStyle.secondary,
    "success": discord.ButtonStyle.success,
    "danger": discord.ButtonStyle.danger,
}


def layout(face: Face, names: Mapping[str, str]) -> ui.LayoutView:
    """Draw a face; `names` gives the attached file's name for each image id that could be had.

    The view is stopped at once: its buttons are read from their custom_ids, so nothing is kept in memory.
    """
    view = ui.LayoutView(timeout=None)
    parts: list[ui.Item[ui.LayoutView]] = [ui.TextDisplay(face.head)]
    items = [
        discord.MediaGalleryItem(f"attachment://{names[m.image]}", description=m.alt[:1024])
        for m in face.media
        if m.image in names
    ]
    if items:
        parts.append(ui.MediaGallery(*items[:10]))
    if face.body:
        parts.append(ui.TextDisplay(face.body))
    parts += [ui.ActionRow(*[_button(b) for b in row]) for row in face.rows]
    view.add_item(ui.Container(*parts, accent_colour=face.accent))
    view.stop()
    return view


def _button(button: Button) -> ui.Button[ui.LayoutView]:
    return ui.Button(
        label=button.label[:80],
        emoji=button.emoji,
        style=STYLES[button.style],
        custom_id=str(button.custom_id),
    )
