"""The gateway's protocol: one connection, and what it says and hears."""

import asyncio
import json
import time
import zlib
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from bot.sandbox import announce, profile, render
from bot.sandbox.records import Intent, Json
from bot.sandbox.session import Session
from bot.sandbox.world import World

HEARTBEAT_MS = 41_250
ACK_S = 0.02
MAX_PAYLOAD = 4096
SENDS, SENDS_S = 120, 60.0

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, RECONNECT, MEMBERS, INVALID, HELLO, ACK = (
    0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11,
)  # fmt: skip


class Refused(Exception):
    """The connection is closed with one of Discord's codes."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def compressor(kind: str | None) -> Callable[[bytes], bytes] | None:
    """What turns each message into its part of one compressed stream; None sends plain text."""
    if kind == "zlib-stream":
        stream = zlib.compressobj()
        return lambda raw: stream.compress(raw) + stream.flush(zlib.Z_SYNC_FLUSH)
    if kind == "zstd-stream":
        with suppress(ImportError):
            import zstandard  # noqa: PLC0415  only a client that has it asks for it

            packer = zstandard.ZstdCompressor().compressobj()
            return lambda raw: packer.compress(raw) + packer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    return None


class Connection:
    """One websocket: speaks the protocol for a session."""

    def __init__(self, world: World, ws: web.WebSocketResponse, compress: str | None) -> None:
        self._world, self._ws = world, ws
        self._pack = compressor(compress)
        self._out: asyncio.Queue[Json | Refused] = asyncio.Queue()
        self._sent: deque[float] = deque(maxlen=SENDS)
        self._cut = False
        self.session: Session | None = None

    def send(self, frame: Json) -> None:
        """Queue a frame."""
        self._out.put_nowait(frame)

    def op(self, op: int, d: Any = None) -> None:
        """Queue a frame that is no event."""
        self.send({"op": op, "d": d, "s": None, "t": None})

    def close(self, code: int) -> None:
        """Close once what is queued has been sent."""
        self._out.put_nowait(Refused(code, ""))

    async def run(self) -> None:
        """Serve until either side closes."""
        self.op(HELLO, {"heartbeat_interval": HEARTBEAT_MS, "_trace": []})
        pump = asyncio.get_running_loop().create_task(self._pump())
        try:
            async for message in self._ws:
                self._receive(message)
        except Refused as end:
            # What was queued before (an invalid session, say) still goes out.
            self._out.put_nowait(end)
            await asyncio.wait({pump}, timeout=2)
        finally:
            pump.cancel()
            self._left()

    async def _pump(self) -> None:
        with suppress(ConnectionError):
            while True:
                frame = await self._out.get()
                if isinstance(frame, Refused):
                    self._cut = True
                    await self._ws.close(code=frame.code, message=str(frame).encode())
                    return
                raw = json.dumps(frame).encode()
                if self._pack:
                    await self._ws.send_bytes(self._pack(raw))
                else:
                    await self._ws.send_str(raw.decode())

    def _receive(self, message: WSMessage) -> None:
        now = time.monotonic()
        if len(self._sent) == SENDS and now - self._sent[0] < SENDS_S:
            raise Refused(4008, "Rate limited.")
        self._sent.append(now)
        if message.type is not WSMsgType.TEXT or len(message.data) > MAX_PAYLOAD:
            raise Refused(4002, "Error while decoding payload.")
        try:
            frame = json.loads(message.data)
            op, data = frame["op"], frame.get("d")
        except (ValueError, KeyError, TypeError):
            raise Refused(4002, "Error while decoding payload.") from None
        self._obey(op, data)

    def _obey(self, op: int, data: Any) -> None:
        match op:
            case 1:
                # discord.py notes when it sent a beat only after sending it: an answer may not come at once.
                asyncio.get_running_loop().call_later(ACK_S, self.op, ACK)
            case 2:
                self._identify(data)
            case 6:
                self._resume(data)
            case 3 | 4 if self.session:
                pass
            case 8 if self.session:
                self._members(self.session, data)
            case 3 | 4 | 8:
                raise Refused(4003, "Not authenticated.")
            case _:
                raise Refused(4001, "Unknown opcode.")

    def _identify(self, data: Json) -> None:
        world, knobs = self._world, self._world.knobs
        if self.session:
            raise Refused(4005, "Already authenticated.")
        self._authenticate(data)
        intents, shard = data.get("intents"), tuple(data.get("shard") or (0, 1))
        if not isinstance(intents, int) or intents < 0 or intents >> 27:
            raise Refused(4013, "Invalid intent(s).")
        content = intents & Intent.CONTENT and not knobs.content_intent_allowed
        people = intents & (Intent.MEMBERS | Intent.PRESENCES) and not knobs.members_intent_allowed
        if content or people:
            raise Refused(4014, "Disallowed intent(s).")
        if len(shard) != 2 or not 0 <= shard[0] < shard[1]:
            raise Refused(4010, "Invalid shard.")
        session = Session(world, intents, (shard[0], shard[1]))
        self._take(session)
        self._ready(session, (shard[0], shard[1]))

    def _authenticate(self, data: Json) -> None:
        token = str(data.get("token") or "").removeprefix("Bot ")
        if not token or (self._world.knobs.token and token != self._world.knobs.token):
            raise Refused(4004, "Authentication failed.")

    def _take(self, session: Session) -> None:
        sessions = self._world.hub.sessions
        for key in [key for key, old in sessions.items() if isinstance(old, Session) and old.stale]:
            del sessions[key]
        sessions[session.id] = session
        self.session = session
        was_online = self._world.bot_online
        session.attach(self)
        if not was_online:
            announce.to_page(self._world, "BOT_ONLINE", {"online": True})

    def _ready(self, session: Session, shard: tuple[int, int]) -> None:
        world = self._world
        application = profile.application(world)
        unavailable = [{"id": world.guild_id, "unavailable": True}] if session.has_guild() else []
        session.dispatch(
            "READY",
            {
                "v": 10,
                "user": {**render.user(world.bot), "mfa_enabled": False, "verified": True, "email": None},
                "guilds": unavailable,
                "session_id": session.id,
                "resume_gateway_url": gateway_url(world),
                "shard": list(shard),
                "application": {"id": world.app_id, "flags": application["flags"]},
            },
        )
        if session.has_guild() and session.intents & Intent.GUILDS:
            guild = profile.guild_create(world, all_members=bool(session.intents & Intent.MEMBERS))
            session.dispatch("GUILD_CREATE", guild)

    def _resume(self, data: Json) -> None:
        self._authenticate(data)
        old = self._world.hub.sessions.get(str(data.get("session_id")))
        if not isinstance(old, Session) or old.stale:
            self.op(INVALID, False)
            return
        self._take(old)
        if old.replay(int(data.get("seq") or 0)):
            old.dispatch("RESUMED", {})
        else:
            self.session = None
            old.detach(self)
            del self._world.hub.sessions[old.id]
            self.op(INVALID, False)

    def _members(self, session: Session, data: Json) -> None:
        world = self._world
        ids = data.get("user_ids")
        if ids is not None:
            wanted = {str(key) for key in (ids if isinstance(ids, list) else [ids])}
            people = [user for user in world.users.values() if user.id in wanted]
        elif session.intents & Intent.MEMBERS or data.get("query"):
            query, limit = str(data.get("query") or "").lower(), data.get("limit") or len(world.users)
            people = [user for user in world.users.values() if user.username.startswith(query)][:limit]
        else:
            raise Refused(4014, "Disallowed intent(s).")
        found = {user.id for user in people}
        chunk: Json = {
            "guild_id": world.guild_id,
            "members": [render.member(user) for user in people],
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": [key for key in wanted if key not in found] if ids is not None else [],
        }
        session.dispatch("GUILD_MEMBERS_CHUNK", {**chunk, "nonce": data.get("nonce")})

    def _left(self) -> None:
        session, world = self.session, self._world
        if session is None or session.connection is not self:
            return
        session.detach(self)
        # Leaving in peace ends a session; being thrown out does not, whatever code the client answers with.
        if not self._cut and self._ws.close_code in (WSCloseCode.OK, WSCloseCode.GOING_AWAY):
            world.hub.sessions.pop(session.id, None)
        if not world.bot_online:
            announce.to_page(world, "BOT_ONLINE", {"online": False})


def gateway_url(world: World) -> str:
    """Where bots connect."""
    return world.signer.base.replace("http", "ws", 1) + "/gateway"


def drop(world: World, *, code: int | None = None, op: int | None = None, resumable: bool = False) -> None:
    """Cut every connection: by a close code, or by asking the bot to reconnect (7) or start anew (9)."""
    for session in list(world.hub.sessions.values()):
        if not isinstance(session, Session):
            continue
        connection = session.connection
        if op == INVALID and not resumable:
            world.hub.sessions.pop(session.id, None)
        if connection is None:
            continue
        if op in (RECONNECT, INVALID):
            connection.op(op, resumable if op == INVALID else None)
        else:
            connection.close(code or 4000)
