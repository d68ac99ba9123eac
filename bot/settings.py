"""The bot's settings: read from the environment and `.env`, each with the words that explain it.

`.env.example` is generated from these descriptions; `make check` fails when it is stale.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine.contract import MAX_VARIANTS

#: What the sandbox takes for a token: it lets anybody in who calls from loopback.
SANDBOX_TOKEN = "easel-sandbox"  # noqa: S105  # a word for a server on loopback, no secret


class BotSettings(BaseSettings):
    """All that can be set about the bot. Relative folders are taken from where it is started."""

    model_config = SettingsConfigDict(
        env_prefix="BOT_", env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore"
    )

    discord_token: Annotated[
        SecretStr | None,
        Field(
            validation_alias="discord_token",
            description="The bot's token from Discord's developer portal; without one the sandbox opens instead",
        ),
    ] = None
    engine_url: Annotated[
        str,
        Field(
            pattern="^https?://",
            description="Where the engine answers; on loopback it is started for you",
        ),
    ] = "http://127.0.0.1:8484"
    engine_api_key: Annotated[
        SecretStr | None,
        Field(
            validation_alias=AliasChoices("bot_engine_api_key", "engine_api_key"),
            description="The bearer key of an engine that asks for one (default: ENGINE_API_KEY)",
        ),
    ] = None
    data_dir: Annotated[
        Path,
        Field(description="Folder of the bot's database"),
    ] = Path("data/bot")
    discord_url: Annotated[
        str | None,
        Field(
            pattern="^https?://",
            description="Address of a Discord-compatible server to use instead of Discord",
        ),
    ] = None
    sandbox_port: Annotated[
        int,
        Field(ge=0, le=65535, description="Port of the sandbox (0: any free one)"),
    ] = 8787
    sandbox_data_dir: Annotated[
        Path,
        Field(description="Folder where the sandbox keeps its server"),
    ] = Path("data/sandbox")
    log_dir: Annotated[
        Path,
        Field(description="Folder of the logs that `make run` writes"),
    ] = Path("data/logs")
    message_content: Annotated[
        bool | None,
        Field(
            description="Ask Discord for the message-content intent, which watched channels need; "
            "it has to be allowed in the developer portal first (default: only in the sandbox)",
        ),
    ] = None
    default_variants: Annotated[
        int,
        Field(
            ge=1,
            le=MAX_VARIANTS,
            description="Variants in a gallery when nobody says how many",
        ),
    ] = 4
    running_limit: Annotated[
        int,
        Field(ge=1, description="Jobs that one member may have at a time"),
    ] = 3
    daily_limit: Annotated[
        int,
        Field(ge=1, description="Jobs that one member may ask for in a day"),
    ] = 100
    llm_model: Annotated[
        str | None,
        Field(
            description="Language model that plans, e.g. openai:NAME, anthropic:NAME, google:NAME, or the NAME that "
            "the OpenAI-compatible server at BOT_LLM_BASE_URL knows; members' words are sent to it "
            "(default: none, the embedded planner answers)",
        ),
    ] = None
    llm_base_url: Annotated[
        str | None,
        Field(
            pattern="^https?://",
            description="Address of the language model's server up to /v1, e.g. http://127.0.0.1:11434/v1 "
            "(default: the provider's own)",
        ),
    ] = None
    llm_api_key: Annotated[
        SecretStr | None,
        Field(description="Key of the language model's server"),
    ] = None
    llm_vision: Annotated[
        bool,
        Field(description="Whether the language model can see: pictures are sent to it, 512 px a side"),
    ] = False
    llm_budget_s: Annotated[
        float,
        Field(ge=1, le=60, description="Seconds that a member waits for the language model at most"),
    ] = 8.0
    llm_output: Annotated[
        Literal["auto", "schema", "tool", "text"],
        Field(
            description="How a plan is asked for: schema (response_format), tool (a call), text (in words), or auto, "
            "which tries them in turn",
        ),
    ] = "auto"
    llm_stream: Annotated[
        bool,
        Field(description="Ask the language model's server for a stream, for servers that do little else"),
    ] = False
    metrics_port: Annotated[
        int | None,
        Field(ge=1, le=65535, description="Port on loopback for the bot's Prometheus metrics (default: none)"),
    ] = None
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"],
        Field(description="How much is logged: DEBUG, INFO, WARNING or ERROR"),
    ] = "INFO"
    ports_file: Annotated[
        Path | None,
        Field(
            description="JSON file that `make run` writes with the addresses it chose, for scripts",
        ),
    ] = None

    @field_validator("log_level", mode="before")
    @classmethod
    def _loud(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("engine_url", "discord_url", "llm_base_url")
    @classmethod
    def _no_slash(cls, value: str | None) -> str | None:
        return value.rstrip("/") if value else value

    @property
    def sandboxed(self) -> bool:
        """Whether the bot talks to a sandbox and not to Discord."""
        return self.discord_url is not None

    @property
    def wants_message_content(self) -> bool:
        """Whether to ask for the message-content intent: as set, else only in the sandbox."""
        return self.sandboxed if self.message_content is None else self.message_content

    @property
    def token(self) -> str | None:
        """The token to log in with, or None when there is none: a sandbox needs no real one."""
        if self.discord_token is not None:
            return self.discord_token.get_secret_value()
        return SANDBOX_TOKEN if self.sandboxed else None
