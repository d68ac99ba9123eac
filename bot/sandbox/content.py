"""The limits of a message as a whole, checked purely: words, embeds, files and components together."""

from collections.abc import Sequence

from bot.sandbox import components
from bot.sandbox.errors import EmptyMessage, EntityTooLarge, TooManyAttachments
from bot.sandbox.files import safe_name
from bot.sandbox.form import Form
from bot.sandbox.knobs import Knobs
from bot.sandbox.records import Attachment, Flags, Json, Message, Upload

LEGACY = ("content", "embeds", "poll", "sticker_ids")
EMBED_TOTAL = 6000


def check_files(uploads: Sequence[Upload], kept: int, knobs: Knobs) -> None:
    """Refuse too many files, or too large ones.

    Raises:
        TooManyAttachments: for more than ten, kept ones included.
        EntityTooLarge: for a file over the file limit, or all over the request limit.
    """
    if len(uploads) + kept > 10:
        raise TooManyAttachments
    sizes = [len(upload.data) for upload in uploads]
    if sum(sizes) > knobs.request_limit or any(size > knobs.file_limit for size in sizes):
        raise EntityTooLarge


def check_new(payload: Json, uploads: Sequence[Upload], form: Form) -> None:
    """Refuse a new message that breaks a limit.

    Raises:
        EmptyMessage: if there is nothing in it.
        InvalidForm: with every other fault.
    """
    if not (uploads or payload.get("components") or any(payload.get(key) for key in LEGACY)):
        raise EmptyMessage
    names = {safe_name(upload.filename) for upload in uploads}
    _check(payload, form, flags=payload.get("flags") or 0, files=names)


def check_edit(old: Message, payload: Json, uploads: Sequence[Upload], form: Form) -> None:
    """Refuse an edit that breaks a limit, or that would mix a components-only message with words.

    Raises:
        InvalidForm: with every fault.
        EmptyMessage: if it would leave nothing.
    """
    flags = old.flags | (payload.get("flags") or 0)
    after = {
        "content": payload.get("content", old.content),
        "embeds": payload.get("embeds", list(old.embeds)),
        "components": payload.get("components", list(old.components)) or [],
    }
    kept = kept_attachments(old, payload)
    names = {a.filename for a in kept} | {safe_name(upload.filename) for upload in uploads}
    _check(after, form, flags=flags, files=names)
    if not (kept or uploads or any(after.values())):
        raise EmptyMessage


def kept_attachments(old: Message, payload: Json) -> tuple[Attachment, ...]:
    """The files an edit keeps: all, unless it lists the ones to keep."""
    if "attachments" not in payload:
        return old.attachments
    named = {str(item["id"]) for item in payload["attachments"] or []}
    return tuple(attachment for attachment in old.attachments if attachment.id in named)


def _check(payload: Json, form: Form, *, flags: int, files: set[str]) -> None:
    v2 = bool(flags & Flags.COMPONENTS_V2)
    form.length(("content",), payload.get("content"), 0, 2000)
    _embeds(payload.get("embeds") or [], form)
    if v2:
        for key in LEGACY:
            if payload.get(key):
                form.wrong(
                    (key,),
                    "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                    f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
                )
    components.check(payload.get("components") or [], form, v2=v2, files=files)
    form.check()


def _embeds(embeds: list[Json], form: Form) -> None:
    form.length(("embeds",), embeds, 0, 10)
    total = 0
    for index, embed in enumerate(embeds):
        here = ("embeds", index)
        fields = embed.get("fields") or []
        form.length((*here, "title"), embed.get("title"), 0, 256)
        form.length((*here, "description"), embed.get("description"), 0, 4096)
        form.length((*here, "footer", "text"), (embed.get("footer") or {}).get("text"), 0, 2048)
        form.length((*here, "author", "name"), (embed.get("author") or {}).get("name"), 0, 256)
        form.length((*here, "fields"), fields, 0, 25)
        for number, item in enumerate(fields):
            form.length((*here, "fields", number, "name"), item.get("name"), 1, 256, required=True)
            form.length((*here, "fields", number, "value"), item.get("value"), 1, 1024, required=True)
        total += _embed_text(embed, fields)
    if total > EMBED_TOTAL:
        form.wrong(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {EMBED_TOTAL}")


def _embed_text(embed: Json, fields: list[Json]) -> int:
    texts = [embed.get("title"), embed.get("description")]
    texts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    texts += [item.get(key) for item in fields for key in ("name", "value")]
    return sum(len(text or "") for text in texts)
