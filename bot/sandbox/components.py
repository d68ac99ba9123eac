"""The limits of components, checked: `check` looks at a message's, nothing here changes anything."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from bot.sandbox.form import Form, Path
from bot.sandbox.records import Json

MAX_COMPONENTS = 40
MAX_TEXT = 4000
SCHEME = "attachment://"


class C(IntEnum):
    """Component types."""

    ROW = 1
    BUTTON = 2
    STRING_SELECT = 3
    TEXT_INPUT = 4
    USER_SELECT = 5
    ROLE_SELECT = 6
    MENTIONABLE_SELECT = 7
    CHANNEL_SELECT = 8
    SECTION = 9
    TEXT = 10
    THUMBNAIL = 11
    GALLERY = 12
    FILE = 13
    SEPARATOR = 14
    CONTAINER = 17
    LABEL = 18
    UPLOAD = 19
    RADIO_GROUP = 21
    CHECKBOX_GROUP = 22
    CHECKBOX = 23


SELECTS = (C.STRING_SELECT, C.USER_SELECT, C.ROLE_SELECT, C.MENTIONABLE_SELECT, C.CHANNEL_SELECT)
IN_CONTAINER = (C.ROW, C.SECTION, C.TEXT, C.GALLERY, C.FILE, C.SEPARATOR)
#: What may stand in what; None is the message itself.
CHILDREN: dict[int | None, tuple[int, ...]] = {
    None: (*IN_CONTAINER, C.CONTAINER),
    C.CONTAINER: IN_CONTAINER,
    C.SECTION: (C.TEXT,),
    C.ROW: (C.BUTTON, *SELECTS),
}


@dataclass
class _Seen:
    """What is counted over the whole message."""

    form: Form
    files: set[str]
    count: int = 0
    text: int = 0
    custom_ids: set[str] = field(default_factory=set)


def check(components: list[Json], form: Form, *, v2: bool, files: set[str]) -> None:
    """Note every fault of a message's components.

    Args:
        components: as the bot sent them.
        form: takes the faults, each at the path of its component.
        v2: whether the message is made of components alone.
        files: the names of its attachments, for `attachment://` to resolve to.
    """
    seen = _Seen(form, files)
    top = CHILDREN[None] if v2 else (C.ROW,)
    _children(components, ("components",), top, seen)
    if v2 and seen.count > MAX_COMPONENTS:
        form.wrong(("components",), "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {MAX_COMPONENTS} in length.")
    if not v2 and len(components) > 5:
        form.wrong(("components",), "BASE_TYPE_MAX_LENGTH", "Must be 5 or fewer in length.")
    if seen.text > MAX_TEXT:
        form.wrong(
            ("components",),
            "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
            f"The total size of displayable text must be {MAX_TEXT} or fewer",
        )


def _children(components: list[Json], path: Path, allowed: tuple[int, ...], seen: _Seen) -> None:
    for index, component in enumerate(components):
        here = (*path, index)
        seen.count += 1
        if component.get("type") in allowed:
            _one(component, here, seen)
        else:
            words = ", ".join(str(int(kind)) for kind in allowed)
            seen.form.wrong((*here, "type"), "UNION_TYPE_CHOICES", f'Value of field "type" must be one of ({words}).')


def _one(component: Json, path: Path, seen: _Seen) -> None:
    kind = component["type"]
    if kind in CHECKS:
        CHECKS[kind](component, path, seen)
    if kind in CHILDREN:
        _children(component.get("components") or [], (*path, "components"), CHILDREN[kind], seen)


def check_custom_id(component: Json, path: Path, form: Form, seen: set[str]) -> None:
    """A component that can be used has an id of 1 to 100 characters that no other has."""
    custom_id = component.get("custom_id")
    if custom_id is None:
        form.wrong((*path, "custom_id"), "BASE_TYPE_REQUIRED", "This field is required")
        return
    form.length((*path, "custom_id"), custom_id, 1, 100)
    if custom_id in seen:
        form.wrong((*path, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
    seen.add(custom_id)


def check_options(component: Json, path: Path, form: Form, low: int, high: int) -> None:
    """Options have labels and values of 1 to 100 characters, and no two the same value."""
    options = component.get("options") or []
    form.length((*path, "options"), options, low, high, required=True)
    values = set()
    for index, option in enumerate(options):
        here = (*path, "options", index)
        form.length((*here, "label"), option.get("label"), 1, 100, required=True)
        form.length((*here, "value"), option.get("value"), 1, 100, required=True)
        form.length((*here, "description"), option.get("description"), 0, 100)
        if option.get("value") in values:
            code = "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"
            form.wrong((*here, "value"), code, "The specified option value is already used")
        values.add(option.get("value"))


def check_select(component: Json, path: Path, form: Form) -> None:
    """A select's options, placeholder and how many may be chosen."""
    if component["type"] == C.STRING_SELECT:
        check_options(component, path, form, 1, 25)
    form.length((*path, "placeholder"), component.get("placeholder"), 0, 150)
    form.number((*path, "min_values"), component.get("min_values"), 0, 25)
    form.number((*path, "max_values"), component.get("max_values"), 1, 25)


def _row(component: Json, path: Path, seen: _Seen) -> None:
    children = component.get("components") or []
    seen.form.length((*path, "components"), children, 1, 5)
    width = sum(5 if child.get("type") in SELECTS else 1 for child in children)
    if width > 5 and len(children) <= 5:
        seen.form.wrong(
            (*path, "components", len(children) - 1),
            "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
            "The specified component exceeds the maximum width",
        )


def _button(component: Json, path: Path, seen: _Seen) -> None:
    form, link = seen.form, component.get("style") == 5
    form.choice((*path, "style"), component.get("style"), (1, 2, 3, 4, 5, 6))
    form.length((*path, "label"), component.get("label"), 0, 80)
    if link:
        form.length((*path, "url"), component.get("url"), 1, 512, required=True)
        return
    if component.get("custom_id") is None:
        form.wrong((*path, "custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED", "A custom id required")
    else:
        check_custom_id(component, path, form, seen.custom_ids)
    if not component.get("label") and not component.get("emoji"):
        form.wrong(path, "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A button must have a label or an emoji")


def _select(component: Json, path: Path, seen: _Seen) -> None:
    check_custom_id(component, path, seen.form, seen.custom_ids)
    check_select(component, path, seen.form)


def _text(component: Json, path: Path, seen: _Seen) -> None:
    seen.form.length((*path, "content"), component.get("content") or "", 1, MAX_TEXT)
    seen.text += len(component.get("content") or "")


def _section(component: Json, path: Path, seen: _Seen) -> None:
    seen.form.length((*path, "components"), component.get("components") or [], 1, 3)
    if not component.get("accessory"):
        seen.form.wrong((*path, "accessory"), "BASE_TYPE_REQUIRED", "This field is required")
        return
    seen.count += 1
    accessory = component["accessory"]
    if accessory.get("type") in (C.BUTTON, C.THUMBNAIL):
        _one(accessory, (*path, "accessory"), seen)
    else:
        code, words = "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (2, 11).'
        seen.form.wrong((*path, "accessory", "type"), code, words)


def _media(item: Json | None, path: Path, seen: _Seen, *, local: bool = False) -> None:
    url = (item or {}).get("url") or ""
    if url.startswith(SCHEME):
        name = url.removeprefix(SCHEME)
        if name not in seen.files:
            code = "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"
            seen.form.wrong((*path, "url"), code, f"The referenced attachment {name} was not found")
    elif not url:
        seen.form.wrong((*path, "url"), "BASE_TYPE_REQUIRED", "This field is required")
    elif local or not url.startswith(("http://", "https://")):
        seen.form.wrong((*path, "url"), "URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('http', 'https').")


def _thumbnail(component: Json, path: Path, seen: _Seen) -> None:
    _media(component.get("media"), (*path, "media"), seen)
    seen.form.length((*path, "description"), component.get("description"), 0, 1024)


def _gallery(component: Json, path: Path, seen: _Seen) -> None:
    items = component.get("items") or []
    seen.form.length((*path, "items"), items, 1, 10)
    for index, item in enumerate(items):
        _media(item.get("media"), (*path, "items", index, "media"), seen)
        seen.form.length((*path, "items", index, "description"), item.get("description"), 0, 1024)


def _file(component: Json, path: Path, seen: _Seen) -> None:
    """A file comes with the message or was kept from it; the latter is named by its address."""
    item = component.get("file")
    known = (item or {}).get("attachment_id") or "/attachments/" in ((item or {}).get("url") or "")
    _media(item, (*path, "file"), seen, local=not known)


def _container(component: Json, path: Path, seen: _Seen) -> None:
    if not component.get("components"):
        seen.form.length((*path, "components"), [], 1, MAX_COMPONENTS)
    seen.form.number((*path, "accent_color"), component.get("accent_color"), 0, 0xFFFFFF)


CHECKS = {
    C.ROW: _row,
    C.BUTTON: _button,
    **dict.fromkeys(SELECTS, _select),
    C.SECTION: _section,
    C.TEXT: _text,
    C.THUMBNAIL: _thumbnail,
    C.GALLERY: _gallery,
    C.FILE: _file,
    C.CONTAINER: _container,
}


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component, in reading order, accessories before what they stand beside."""
    for component in components:
        yield component
        if component.get("accessory"):
            yield from walk([component["accessory"]])
        if component.get("component"):
            yield from walk([component["component"]])
        yield from walk(component.get("components") or [])


def numbered(components: list[Json]) -> tuple[Json, ...]:
    """The same components as Discord stores them: each with an id and its defaults filled in."""
    counter = iter(range(1, 10_000))
    return tuple(_numbered(component, counter) for component in components)


def _numbered(component: Json, counter: Iterator[int]) -> Json:
    out = {"id": next(counter), **DEFAULTS.get(component["type"], {}), **component}
    out["id"] = out["id"] or next(counter)
    if out.get("emoji"):  # a standard emoji has no id
        out["emoji"] = {key: value for key, value in out["emoji"].items() if value is not None}
    if out.get("items"):
        out["items"] = [{"description": None, "spoiler": False, **item} for item in out["items"]]
    if out.get("accessory"):
        out["accessory"] = _numbered(out["accessory"], counter)
    if out.get("components"):
        out["components"] = [_numbered(child, counter) for child in out["components"]]
    return out


DEFAULTS: dict[int, Json] = {
    **{kind: {"min_values": 1, "max_values": 1} for kind in SELECTS},
    C.CONTAINER: {"accent_color": None, "spoiler": False},
    C.SEPARATOR: {"divider": True, "spacing": 1},
    C.THUMBNAIL: {"description": None, "spoiler": False},
    C.FILE: {"spoiler": False},
}
