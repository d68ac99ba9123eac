"""Registering application commands, globally or in the guild."""

from bot.sandbox import announce, commands, render
from bot.sandbox.call import Call
from bot.sandbox.errors import MalformedJson, MissingAccess, UnknownCommand
from bot.sandbox.records import Command, Json
from bot.sandbox.rest.route import Created, Routes

routes = Routes()
GLOBAL = "/applications/{app}/commands"
GUILD = "/applications/{app}/guilds/{guild}/commands"


def _scope(call: Call) -> str | None:
    if call.params["app"] != call.world.app_id:
        raise MissingAccess
    guild_id = call.params.get("guild")
    if guild_id not in (None, call.world.guild_id):
        raise MissingAccess
    return guild_id


def _command(call: Call) -> Command:
    guild_id, command = _scope(call), call.world.commands.get(call.params["command"])
    if command is None or command.guild_id != guild_id:
        raise UnknownCommand
    return command


@routes.on("GET", GLOBAL)
@routes.on("GET", GUILD)
async def list_commands(call: Call) -> list[Json]:
    """All of one scope."""
    return [render.command(call.world, command) for command in commands.scope(call.world, _scope(call))]


@routes.on("PUT", GLOBAL)
@routes.on("PUT", GUILD)
async def put_commands(call: Call) -> list[Json]:
    """These, and no others."""
    if not isinstance(call.payload, list):
        raise MalformedJson
    kept = commands.replace_all(call.world, call.payload, _scope(call))
    announce.to_page(call.world, "COMMANDS_UPDATE", {})
    return [render.command(call.world, command) for command in kept]


@routes.on("POST", GLOBAL)
@routes.on("POST", GUILD)
async def post_command(call: Call) -> Json | Created:
    """One more, or one in place of its namesake."""
    command, new = commands.put_one(call.world, call.body, _scope(call))
    announce.to_page(call.world, "COMMANDS_UPDATE", {})
    out = render.command(call.world, command)
    return Created(out) if new else out


@routes.on("GET", GLOBAL + "/{command}")
@routes.on("GET", GUILD + "/{command}")
async def get_command(call: Call) -> Json:
    """One."""
    return render.command(call.world, _command(call))


@routes.on("PATCH", GLOBAL + "/{command}")
@routes.on("PATCH", GUILD + "/{command}")
async def edit_command(call: Call) -> Json:
    """Change one."""
    old = _command(call)
    body = {**old.body, **call.body, "type": old.type}
    commands.put_one(call.world, body, old.guild_id)
    if body["name"] != old.name:
        del call.world.commands[old.id]
    command = commands.find(call.world, body["name"], old.type)
    announce.to_page(call.world, "COMMANDS_UPDATE", {})
    return render.command(call.world, command)


@routes.on("DELETE", GLOBAL + "/{command}")
@routes.on("DELETE", GUILD + "/{command}")
async def delete_command(call: Call) -> None:
    """Take one away."""
    del call.world.commands[_command(call).id]
    announce.to_page(call.world, "COMMANDS_UPDATE", {})
