"""A chat model's server on loopback that says what a script tells it, in OpenAI's or Anthropic's manner."""

import asyncio
import json
from contextlib import asynccontextmanager

from aiohttp import web

PLAN = {
    "action": "generate",
    "families": ["illustration"],
    "prompt": "The harbour as a gouache painting, opaque flat strokes, low evening light on wet stone",
    "reason": "Illustration, because gouache is painted.",
    "reply": "Gouache it is.",
}
USAGE = {"prompt_tokens": 1200, "completion_tokens": 90}


class Scripted:
    """Answers each question with the next move of its script, the last one again and again."""

    def __init__(self, *moves):
        self.moves = list(moves)
        self.questions = []
        self.headers = []
        self.base = ""

    async def answer(self, request):
        self.questions.append(await request.json())
        self.headers.append(request.headers)
        move = self.moves.pop(0) if len(self.moves) > 1 else self.moves[0]
        return await move(request)


@asynccontextmanager
async def serving(*moves):
    """Serve a script; yields it, its address in `base`."""
    script = Scripted(*moves)
    app = web.Application(client_max_size=10_000_000)
    app.router.add_post("/v1/chat/completions", script.answer)
    app.router.add_post("/v1/messages", script.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    script.base = f"http://127.0.0.1:{port}/v1"
    try:
        yield script
    finally:
        await runner.cleanup()


def text_of(plan):
    return plan if isinstance(plan, str) else json.dumps(plan, ensure_ascii=False)


def says(plan=PLAN, *, finish="stop", **message):
    """A whole answer as text."""
    choice = {"message": {"role": "assistant", "content": text_of(plan), **message}, "finish_reason": finish}
    return whole({"choices": [choice], "usage": USAGE})


def calls(plan=PLAN):
    """A whole answer as the call of a tool."""
    call = {"id": "1", "type": "function", "function": {"name": "plan", "arguments": text_of(plan)}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    return whole({"choices": [{"message": message, "finish_reason": "tool_calls"}], "usage": USAGE})


def whole(body):
    async def move(_request):
        return web.json_response(body)

    return move


def status(code, words="no", **headers):
    """An error of the server."""

    async def move(_request):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.json_response({"error": {"message": words}}, status=code, headers=named)

    return move


def bare(text, content_type="application/json"):
    """Exactly this, whatever it is."""

    async def move(_request):
        return web.Response(text=text, content_type=content_type)

    return move


async def hangs(_request):
    """Nothing, for longer than anybody waits."""
    await asyncio.sleep(30)
    return web.Response()


async def breaks(request):
    """A connection that ends in the middle of the answer."""
    response = web.StreamResponse(headers={"Content-Length": "5000", "Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(b'{"choices": [')
    request.transport.close()
    return response


def streams(events, *, end=True, pause=0.0):
    """Server-sent events, each in a piece of its own."""

    async def move(request):
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for event in events:
            await response.write(f"data: {json.dumps(event)}\n\n".encode())
            await asyncio.sleep(pause)
        if end:
            await response.write(b"data: [DONE]\n\n")
        return response

    return move


def pieces(text, size=17):
    return [text[i : i + size] for i in range(0, len(text), size)]


def streamed_text(plan=PLAN, **how):
    """A stream of text."""
    deltas = [{"choices": [{"delta": {"content": piece}}]} for piece in pieces(text_of(plan))]
    return streams(
        [*deltas, {"choices": [{"delta": {}, "finish_reason": "stop"}]}, {"choices": [], "usage": USAGE}], **how
    )


def streamed_call(plan=PLAN):
    """A stream of a tool's call."""
    deltas = [
        {"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}}]}
        for piece in pieces(text_of(plan))
    ]
    return streams([*deltas, {"choices": [], "usage": USAGE}])


def claude_says(plan=PLAN, stop="tool_use"):
    """Anthropic's whole answer."""
    block = {"type": "tool_use", "id": "t", "name": "plan", "input": plan}
    usage = {"input_tokens": 200, "cache_read_input_tokens": 1000, "output_tokens": 90}
    return whole({"content": [block], "stop_reason": stop, "usage": usage})


def claude_streams(plan=PLAN):
    """Anthropic's stream."""
    usage = {"input_tokens": 200, "cache_read_input_tokens": 1000, "output_tokens": 1}
    return streams(
        [
            {"type": "message_start", "message": {"usage": usage}},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use", "input": {}}},
            {"type": "ping"},
            *[
                {"type": "content_block_delta", "delta": {"type": "input_json_delta", "partial_json": piece}}
                for piece in pieces(text_of(plan))
            ],
            {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 90}},
            {"type": "message_stop"},
        ],
        end=False,
    )
