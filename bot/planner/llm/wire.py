"""The two ways to ask a chat model over HTTP, as plain JSON: OpenAI's, which most servers speak, and Anthropic's. Pure.

Google's Gemini is asked through its OpenAI-compatible address. Shapes are as documented in
https://platform.openai.com/docs/api-reference/chat and https://docs.anthropic.com/en/api/messages.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, Protocol

Json = dict[str, Any]
TOOL = "plan"
TOOL_SAYS = "Hand in the plan."


class Style(StrEnum):
    """How typed output is asked for."""

    SCHEMA = "schema"  #: `response_format` with a JSON schema, which most servers hold the model to
    TOOL = "tool"  #: a tool that has to be called, with the schema as its parameters
    TEXT = "text"  #: the schema in the words, for servers that know neither


@dataclass(frozen=True)
class Message:
    """One message of the exchange; `pictures` are JPEGs."""

    role: Literal["user", "assistant"]
    text: str
    pictures: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Question:
    """What is asked: the system prompt, the messages, and the schema of the answer."""

    model: str
    system: str
    messages: tuple[Message, ...]
    schema: Json
    style: Style = Style.SCHEMA
    stream: bool = False
    temperature: float = 0.2
    max_tokens: int = 2000


@dataclass(frozen=True)
class Answer:
    """What came back. `text` should be one JSON object; `cut` says that it ended at the limit of tokens."""

    text: str
    refused: bool = False
    cut: bool = False
    tokens_in: int = 0
    tokens_out: int = 0


class Dialect(Protocol):
    """One way to ask and to read the answer, whole or as the events of a stream."""

    path: str

    def headers(self, key: str | None) -> dict[str, str]:
        """Return what identifies the asker."""
        ...

    def body(self, question: Question) -> Json:
        """Return the request."""
        ...

    def read(self, answer: Json) -> Answer:
        """Read a whole answer; raises KeyError, TypeError, IndexError or ValueError for another shape."""
        ...

    def fold(self, events: Iterable[Json]) -> Answer:
        """Read the events of a stream; raises like `read`."""
        ...


class OpenAi:
    """Chat completions. `hosted` is OpenAI's own service, whose newer models take other names for the limits."""

    path = "/chat/completions"

    def __init__(self, *, hosted: bool = False) -> None:
        self._hosted = hosted

    def headers(self, key: str | None) -> dict[str, str]:
        """Return the bearer key, if there is one."""
        return {"Authorization": f"Bearer {key}"} if key else {}

    def body(self, question: Question) -> Json:
        """Return the request."""
        messages = [{"role": "system", "content": question.system}, *map(_openai_message, question.messages)]
        limits: Json = {"max_tokens": question.max_tokens, "temperature": question.temperature}
        if self._hosted:
            limits = {"max_completion_tokens": question.max_tokens}
        body: Json = {"model": question.model, "messages": messages, **limits, **_openai_typed(question)}
        if question.stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        return body

    def read(self, answer: Json) -> Answer:
        """Read a whole answer: the call of the tool, else the text."""
        choice = answer["choices"][0]
        message = choice["message"]
        calls = message.get("tool_calls") or []
        text = _arguments(calls[0]["function"]["arguments"]) if calls else _plain(message.get("content"))
        usage = answer.get("usage") or {}
        return Answer(
            text=text,
            refused=bool(message.get("refusal")) or choice.get("finish_reason") == "content_filter",
            cut=choice.get("finish_reason") == "length",
            tokens_in=int(usage.get("prompt_tokens") or 0),
            tokens_out=int(usage.get("completion_tokens") or 0),
        )

    def fold(self, events: Iterable[Json]) -> Answer:
        """Put the pieces of a stream together and read them as one answer."""
        said: list[str] = []
        called: list[str] = []
        refusal, reason, usage = "", None, dict[str, Any]()
        for event in events:
            usage = event.get("usage") or usage
            for choice in event.get("choices") or []:
                delta = choice.get("delta") or {}
                said.append(_plain(delta.get("content")))
                called += [
                    _arguments((c.get("function") or {}).get("arguments")) for c in delta.get("tool_calls") or []
                ]
                refusal += delta.get("refusal") or ""
                reason = choice.get("finish_reason") or reason
        message: Json = {"content": "".join(said), "refusal": refusal}
        if any(called):
            message["tool_calls"] = [{"function": {"arguments": "".join(called)}}]
        return self.read({"choices": [{"message": message, "finish_reason": reason}], "usage": usage})


def _openai_message(message: Message) -> Json:
    if not message.pictures:
        return {"role": message.role, "content": message.text}
    shown = [{"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{_b64(p)}"}} for p in message.pictures]
    return {"role": message.role, "content": [{"type": "text", "text": message.text}, *shown]}


def _openai_typed(question: Question) -> Json:
    match question.style:
        case Style.SCHEMA:
            schema = {"name": TOOL, "schema": question.schema, "strict": False}
            return {"response_format": {"type": "json_schema", "json_schema": schema}}
        case Style.TOOL:
            function = {"name": TOOL, "description": TOOL_SAYS, "parameters": question.schema}
            return {
                "tools": [{"type": "function", "function": function}],
                "tool_choice": {"type": "function", "function": {"name": TOOL}},
            }
        case Style.TEXT:
            return {}


class Anthropic:
    """The messages API. Typed output is always a tool call: it knows nothing else that holds a model to a schema."""

    path = "/messages"

    def headers(self, key: str | None) -> dict[str, str]:
        """Return the key and the version of the API."""
        return {"anthropic-version": "2023-06-01", **({"x-api-key": key} if key else {})}

    def body(self, question: Question) -> Json:
        """Return the request; the system prompt is marked for the server to keep, for it never changes."""
        system = [{"type": "text", "text": question.system, "cache_control": {"type": "ephemeral"}}]
        body: Json = {
            "model": question.model,
            "system": system,
            "messages": [_anthropic_message(message) for message in question.messages],
            "max_tokens": question.max_tokens,
        }
        if question.style is not Style.TEXT:
            body["tools"] = [{"name": TOOL, "description": TOOL_SAYS, "input_schema": question.schema}]
            body["tool_choice"] = {"type": "tool", "name": TOOL}
        return body | ({"stream": True} if question.stream else {})

    def read(self, answer: Json) -> Answer:
        """Read a whole answer."""
        blocks, usage = answer["content"], answer.get("usage") or {}
        inputs = [block["input"] for block in blocks if block["type"] == "tool_use"]
        text = "".join(block["text"] for block in blocks if block["type"] == "text")
        return Answer(
            text=_arguments(inputs[0]) if inputs else text,
            refused=answer.get("stop_reason") == "refusal",
            cut=answer.get("stop_reason") == "max_tokens",
            tokens_in=sum(int(v or 0) for k, v in usage.items() if k.endswith("input_tokens")),
            tokens_out=int(usage.get("output_tokens") or 0),
        )

    def fold(self, events: Iterable[Json]) -> Answer:
        """Put the pieces of a stream together and read them as one answer."""
        said: list[str] = []
        called: list[str] = []
        reason, usage = None, dict[str, Any]()
        for event in events:
            if event["type"] == "error":
                raise ValueError(str(event.get("error"))[:200])
            delta = event.get("delta") or {}
            said.append(delta.get("text") or "")
            called.append(delta.get("partial_json") or "")
            reason = delta.get("stop_reason") or reason
            usage = usage | (event.get("message") or {}).get("usage", {}) | (event.get("usage") or {})
        whole = "".join(called) or "".join(said)
        content = [{"type": "text", "text": whole}]
        return self.read({"content": content, "usage": _numbers(usage), "stop_reason": reason})


def _anthropic_message(message: Message) -> Json:
    if not message.pictures:
        return {"role": message.role, "content": message.text}
    shown = [
        {"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": _b64(picture)}}
        for picture in message.pictures
    ]
    return {"role": message.role, "content": [*shown, {"type": "text", "text": message.text}]}


def _numbers(usage: Mapping[str, Any]) -> Json:
    return {name: value for name, value in usage.items() if isinstance(value, int)}


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _plain(content: object) -> str:
    """Return the text of a message, which some servers send in parts."""
    if isinstance(content, str):
        return content
    parts: Sequence[Any] = content if isinstance(content, list) else ()
    return "".join(str(part.get("text") or "") for part in parts if isinstance(part, dict))


def _arguments(value: object) -> str:
    """Return the arguments of a call as text; some servers send them decoded."""
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)
