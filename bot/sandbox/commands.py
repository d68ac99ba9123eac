"""Application commands: what may be registered, and what a person's use of one looks like to the bot."""

import re
from collections import Counter
from collections.abc import Iterator

from bot.sandbox import render
from bot.sandbox.errors import BadControl, TooManyCommands
from bot.sandbox.form import Form, Path
from bot.sandbox.hub import Reader
from bot.sandbox.records import Attachment, Channel, Command, Json, Message, User
from bot.sandbox.world import World

CHAT, USER_MENU, MESSAGE_MENU = 1, 2, 3
#: How many there may be of each type.
MOST = {CHAT: 100, USER_MENU: 15, MESSAGE_MENU: 15}
MAX_CHARACTERS = 8000
CHAT_NAME = re.compile(r"^[-_'\w]{1,32}$")
SUB, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(1, 12)
#: Which JSON types the plain options take.
VALUES: dict[int, tuple[type, ...]] = {STRING: (str,), INTEGER: (int,), BOOLEAN: (bool,), NUMBER: (int, float)}


def check(body: Json, form: Form, path: Path = ()) -> None:
    """Note every fault of one command."""
    kind = body.get("type") or CHAT
    form.length((*path, "name"), body.get("name"), 1, 32, required=True)
    if kind == CHAT:
        _check_name(body, path, form)
        form.length((*path, "description"), body.get("description"), 1, 100, required=True)
        _check_options(body.get("options") or [], (*path, "options"), form)
    if characters(body) > MAX_CHARACTERS:
        code = "APPLICATION_COMMAND_TOO_LARGE"
        form.wrong(path or ("name",), code, f"Command exceeds maximum size ({MAX_CHARACTERS})")


def _check_name(body: Json, path: Path, form: Form) -> None:
    name = body.get("name") or ""
    if not CHAT_NAME.match(name) or name != name.lower():
        form.wrong((*path, "name"), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _check_options(options: list[Json], path: Path, form: Form) -> None:
    form.length(path, options, 0, 25)
    optional = False
    for index, option in enumerate(options):
        here = (*path, index)
        _check_name(option, here, form)
        form.length((*here, "description"), option.get("description"), 1, 100, required=True)
        _check_choices(option.get("choices") or [], (*here, "choices"), form)
        if option.get("type") in (SUB, GROUP):
            _check_options(option.get("options") or [], (*here, "options"), form)
        elif option.get("required") and optional:
            code = "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"
            form.wrong(here, code, "Required options must be placed before non-required options")
        optional = optional or not option.get("required")


def _check_choices(choices: list[Json], path: Path, form: Form) -> None:
    form.length(path, choices, 0, 25)
    for index, choice in enumerate(choices):
        form.length((*path, index, "name"), choice.get("name"), 1, 100, required=True)


def characters(body: Json) -> int:
    """The characters of a command that count: names, descriptions and the values of choices."""
    own = sum(len(str(body.get(key) or "")) for key in ("name", "description", "value"))
    return own + sum(characters(child) for key in ("options", "choices") for child in body.get(key) or [])


def replace_all(world: World, bodies: list[Json], guild_id: str | None) -> list[Command]:
    """Put these commands in place of all that were registered in that scope; known ones keep their ids.

    Raises:
        InvalidForm: if one breaks a limit or two have one name.
        TooManyCommands: past the number allowed of a type.
    """
    form = Form()
    counts = Counter((body.get("type") or CHAT, body.get("name")) for body in bodies)
    for index, body in enumerate(bodies):
        check(body, form, (index,))
        if counts[body.get("type") or CHAT, body.get("name")] > 1:
            code = "APPLICATION_COMMANDS_DUPLICATE_NAME"
            form.wrong((index,), code, "Application command names must be unique")
    form.check()
    _check_number(bodies)
    old = {(c.type, c.name): c for c in scope(world, guild_id)}
    for command in old.values():
        del world.commands[command.id]
    return [_keep(world, body, guild_id, old.get((body.get("type") or CHAT, body["name"]))) for body in bodies]


def _check_number(bodies: list[Json]) -> None:
    kinds = Counter(body.get("type") or CHAT for body in bodies)
    if any(kinds[kind] > most for kind, most in MOST.items()):
        raise TooManyCommands


def put_one(world: World, body: Json, guild_id: str | None) -> tuple[Command, bool]:
    """Register one command, or put it in place of the one of its name.

    Returns:
        The command, and whether it is new.

    Raises:
        InvalidForm: if it breaks a limit.
        TooManyCommands: past the number allowed of its type.
    """
    form = Form()
    check(body, form)
    form.check()
    kind = body.get("type") or CHAT
    old = next((c for c in scope(world, guild_id) if (c.type, c.name) == (kind, body["name"])), None)
    if old is None:
        _check_number([*({"type": c.type} for c in scope(world, guild_id)), body])
    return _keep(world, body, guild_id, old), old is None


def _keep(world: World, body: Json, guild_id: str | None, old: Command | None) -> Command:
    command = Command(
        id=old.id if old else world.ids.next(),
        type=body.get("type") or CHAT,
        name=body["name"],
        version=world.ids.next(),
        body=body,
        guild_id=guild_id,
    )
    world.commands[command.id] = command
    return command


def scope(world: World, guild_id: str | None) -> list[Command]:
    """The commands registered globally, or in the guild."""
    return [command for command in world.commands.values() if command.guild_id == guild_id]


def find(world: World, name: str, kind: int | None = None) -> Command:
    """The command a person means.

    Raises:
        BadControl: if there is none.
    """
    for command in world.commands.values():
        if name in (command.name, command.id) and kind in (None, command.type):
            return command
    raise BadControl(f"There is no command {name}")


def require_place(command: Command, where: int) -> None:
    """Refuse a command where it is not offered.

    `where` is 0 in a guild, 1 in the bot's direct messages, 2 among others.

    Raises:
        BadControl: if it is not offered there.
    """
    contexts = command.body.get("contexts")
    if contexts is not None and where not in contexts:
        raise BadControl(f"{command.name} is not offered here")


def leaves(given: list[Json]) -> Iterator[Json]:
    """The options that carry values, below any sub-commands."""
    for option in given:
        if option.get("options"):
            yield from leaves(option["options"])
        elif option.get("type") not in (SUB, GROUP):
            yield option


def declared(options: list[Json], given: list[Json]) -> list[Json]:
    """What the chosen (sub-)command declares."""
    for option in given:
        if option.get("type") in (SUB, GROUP):
            found = next((o for o in options if o["name"] == option["name"]), None)
            if found is None:
                raise BadControl(f"There is no sub-command {option['name']}")
            return declared(found.get("options") or [], option.get("options") or [])
    return options


def typed(command: Command, given: list[Json]) -> list[Json]:
    """The given options with their types filled in from the declaration.

    Raises:
        BadControl: for an option that is not declared.
    """
    options = declared(command.body.get("options") or [], given)

    def fill(option: Json) -> Json:
        if option.get("type") in (SUB, GROUP):
            return {**option, "options": [fill(child) for child in option.get("options") or []]}
        known = next((o for o in options if o["name"] == option.get("name")), None)
        if known is None:
            raise BadControl(f"{command.name} has no option {option.get('name')}")
        return {**option, "type": known["type"]}

    return [fill(option) for option in given]


def judge(command: Command, given: list[Json]) -> None:
    """Refuse a use of a command that a client would not let a person send.

    Raises:
        BadControl: for a missing required option or a value that does not fit.
    """
    options = {option["name"]: option for option in declared(command.body.get("options") or [], given)}
    filled = {option["name"]: option.get("value") for option in leaves(given)}
    for name, option in options.items():
        if name not in filled:
            if option.get("required"):
                raise BadControl(f"{name} has to be filled in")
            continue
        _judge_value(option, filled[name])


def _judge_value(option: Json, value: object) -> None:
    name, kinds = option["name"], VALUES.get(option["type"])
    if kinds and (not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds)):
        raise BadControl(f"{name} cannot be {value!r}")
    choices = [choice["value"] for choice in option.get("choices") or []]
    if choices and value not in choices:
        raise BadControl(f"{name} offers {choices}")
    size = len(value) if isinstance(value, str) else value
    ends = ("min_length", "max_length") if isinstance(value, str) else ("min_value", "max_value")
    low, high = option.get(ends[0]), option.get(ends[1])
    if isinstance(size, int | float) and ((low is not None and size < low) or (high is not None and size > high)):
        raise BadControl(f"{name} has to be between {low} and {high}")


def resolved(
    world: World, channel: Channel, given: list[Json], *, files: dict[str, Attachment], target: Message | User | None
) -> Json:
    """The objects that a command's values and target name."""
    out: Json = {}
    if isinstance(target, Message):
        # What an interaction carries is shown to the bot whatever its intents are.
        shown = render.message(world, target, Reader(world.app_id, person=False))
        out["messages"] = {target.id: shown}
    if isinstance(target, User):
        _add_user(world, out, channel, target)
    for option in leaves(given):
        key = str(option.get("value"))
        if option["type"] == ATTACHMENT and key in files:
            out.setdefault("attachments", {})[key] = render.attachment(world, files[key])
        elif option["type"] in (USER, MENTIONABLE) and key in world.users:
            _add_user(world, out, channel, world.users[key])
        elif option["type"] in (ROLE, MENTIONABLE) and key in world.roles:
            out.setdefault("roles", {})[key] = render.role(world.roles[key])
        elif option["type"] == CHANNEL and key in world.channels:
            bits = str(world.permissions_in(world.bot, world.channels[key]))
            shown = {**render.channel(world, world.channels[key]), "permissions": bits}
            out.setdefault("channels", {})[key] = shown
    return out


def _add_user(world: World, out: Json, channel: Channel, user: User) -> None:
    out.setdefault("users", {})[user.id] = render.user(user)
    if channel.in_guild:
        bits = str(world.permissions_in(user, channel))
        out.setdefault("members", {})[user.id] = {**render.member(user, with_user=False), "permissions": bits}
