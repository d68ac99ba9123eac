"""Modals: the limits of what the bot shows, and what a person's answer looks like to the bot."""

from bot.sandbox.components import SELECTS, C, check_custom_id, check_options, check_select, walk
from bot.sandbox.errors import BadControl
from bot.sandbox.form import Form, Path
from bot.sandbox.records import Json

FIELDS = (C.TEXT_INPUT, *SELECTS, C.UPLOAD, C.RADIO_GROUP, C.CHECKBOX_GROUP, C.CHECKBOX)
#: Their answer is one value; the others answer with a list.
SINGLE = (C.TEXT_INPUT, C.RADIO_GROUP, C.CHECKBOX)


def check(modal: Json, form: Form) -> None:
    """Note every fault of a modal: title 45, 1 to 5 components, and each component's own limits."""
    form.length(("title",), modal.get("title"), 1, 45, required=True)
    form.length(("custom_id",), modal.get("custom_id"), 1, 100, required=True)
    components = modal.get("components") or []
    form.length(("components",), components, 1, 5)
    seen: set[str] = set()
    for index, component in enumerate(components):
        _check_one(component, ("components", index), form, seen)


def _check_one(component: Json, path: Path, form: Form, seen: set[str]) -> None:
    kind = component.get("type")
    if kind == C.LABEL:
        form.length((*path, "label"), component.get("label"), 1, 45, required=True)
        form.length((*path, "description"), component.get("description"), 0, 100)
        _check_field(component.get("component") or {}, (*path, "component"), form, seen)
    elif kind == C.ROW:
        rows = component.get("components") or []
        form.length((*path, "components"), rows, 1, 1)
        for index, child in enumerate(rows):
            form.length((*path, "components", index, "label"), child.get("label"), 1, 45, required=True)
            _check_field(child, (*path, "components", index), form, seen)
    elif kind == C.TEXT:
        form.length((*path, "content"), component.get("content") or "", 1, 4000)
    else:
        code, words = "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (1, 10, 18).'
        form.wrong((*path, "type"), code, words)


def _check_field(field: Json, path: Path, form: Form, seen: set[str]) -> None:
    kind = field.get("type")
    if kind not in FIELDS:
        form.wrong((*path, "type"), "UNION_TYPE_CHOICES", "This component cannot stand in a modal")
        return
    check_custom_id(field, path, form, seen)
    if kind == C.TEXT_INPUT:
        _check_text_input(field, path, form)
    elif kind in SELECTS:
        check_select(field, path, form)
    elif kind == C.UPLOAD:
        form.number((*path, "min_values"), field.get("min_values"), 0, 10)
        form.number((*path, "max_values"), field.get("max_values"), 1, 10)
    elif kind in (C.RADIO_GROUP, C.CHECKBOX_GROUP):
        check_options(field, path, form, 2 if kind == C.RADIO_GROUP else 1, 10)


def _check_text_input(field: Json, path: Path, form: Form) -> None:
    form.choice((*path, "style"), field.get("style"), (1, 2))
    form.length((*path, "value"), field.get("value"), 0, 4000)
    form.length((*path, "placeholder"), field.get("placeholder"), 0, 100)
    form.number((*path, "min_length"), field.get("min_length"), 0, 4000)
    form.number((*path, "max_length"), field.get("max_length"), 1, 4000)


def fields(modal: Json) -> list[Json]:
    """The parts of a modal that take an answer, in order."""
    return [component for component in walk(modal.get("components") or []) if component.get("type") in FIELDS]


def fill(modal: Json, values: Json, uploads: dict[str, list[str]]) -> list[Json]:
    """A modal's components with a person's answers in them.

    Args:
        modal: as the bot showed it.
        values: custom_id -> text, value, list of values or bool; what is absent keeps its default.
        uploads: custom_id -> ids of the files uploaded there.

    Raises:
        BadControl: for an answer the dialog would not let a person send.
    """
    counter = iter(range(1, 1000))
    out = []
    for component in modal["components"]:
        number = next(counter)
        if component["type"] == C.LABEL:
            answer = _answer(component["component"], next(counter), values, uploads)
            out.append({"type": C.LABEL, "id": number, "component": answer})
        elif component["type"] == C.ROW:
            answers = [_answer(child, next(counter), values, uploads) for child in component["components"]]
            out.append({"type": C.ROW, "id": number, "components": answers})
        else:
            out.append({"type": component["type"], "id": number})
    return out


def _answer(field: Json, number: int, values: Json, uploads: dict[str, list[str]]) -> Json:
    custom_id, kind = field["custom_id"], field["type"]
    out = {"type": kind, "id": number, "custom_id": custom_id}
    if kind == C.UPLOAD:
        given: object = uploads.get(custom_id, [])
    else:
        given = values.get(custom_id, _default(field))
    _judge(field, given)
    if kind in SINGLE:
        return {**out, "value": given}
    return {**out, "values": given or []}


def _default(field: Json) -> object:
    """What a field holds when nobody touches it."""
    chosen = [option["value"] for option in field.get("options") or [] if option.get("default")]
    match field["type"]:
        case C.TEXT_INPUT:
            return field.get("value") or ""
        case C.CHECKBOX:
            return bool(field.get("default"))
        case C.RADIO_GROUP:
            return chosen[0] if chosen else None
        case _:
            return chosen


def _judge(field: Json, given: object) -> None:
    kind, name = field["type"], field["custom_id"]
    if kind == C.CHECKBOX:
        return
    if not given and given != 0:
        if field.get("required", True) and least(field) != 0:
            raise BadControl(f"{name} has to be filled in")
        return
    if kind == C.TEXT_INPUT:
        low, high, size = field.get("min_length") or 0, field.get("max_length") or 4000, len(str(given))
    else:
        many = given if isinstance(given, list) else [given]
        low, high, size = least(field), most(field), len(many)
        known = [option["value"] for option in field.get("options") or []]
        if known and not set(many) <= set(known):
            raise BadControl(f"{name} offers {known}, not {many}")
    if not low <= size <= high:
        raise BadControl(f"{name} takes {low} to {high}, not {size}")


def least(field: Json) -> int:
    """How many values a field needs at least."""
    low = field.get("min_values")
    return 1 if low is None else low


def most(field: Json) -> int:
    """How many values a field takes at most; all of a checkbox group's, one of others', unless it says."""
    high = field.get("max_values")
    if high is not None:
        return int(high)
    return len(field.get("options") or []) if field["type"] == C.CHECKBOX_GROUP else 1
