"""Which planner the settings ask for."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import EaselError
from bot.planner.embedded import EmbeddedPlanner
from bot.planner.llm.chat import Chat
from bot.planner.llm.planner import STYLES, LlmPlanner, Model
from bot.planner.llm.sight import Fetch, Sight
from bot.planner.llm.wire import Anthropic, Dialect, OpenAi, Style
from bot.planner.plan import Planner
from bot.settings import BotSettings


class NoAddress(EaselError):
    """BOT_LLM_MODEL needs BOT_LLM_BASE_URL, or a provider before its name: openai:, anthropic: or google:."""


@dataclass(frozen=True)
class Provider:
    """Where a provider's own service is, and how it is asked."""

    base_url: str
    dialect: Dialect


PROVIDERS = {
    "openai": Provider("https://api.openai.com/v1", OpenAi(hosted=True)),
    "anthropic": Provider("https://api.anthropic.com/v1", Anthropic()),
    "google": Provider("https://generativelanguage.googleapis.com/v1beta/openai", OpenAi()),
}


def planner_for(settings: BotSettings, fetch: Fetch | None = None) -> Planner:
    """Return the planner that the settings ask for; `fetch` gets a picture of the engine by its id.

    Raises:
        NoAddress: when a model is named, and nothing says where it is.
    """
    embedded = EmbeddedPlanner()
    if settings.llm_model is None:
        return embedded
    name, base_url, dialect = located(settings.llm_model, settings.llm_base_url)
    key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else None
    styles = STYLES if settings.llm_output == "auto" else (Style(settings.llm_output),)
    return LlmPlanner(
        Chat(base_url, dialect, key),
        Model(name, settings.llm_budget_s, settings.llm_stream, styles),
        embedded,
        Sight(fetch) if settings.llm_vision and fetch is not None else None,
    )


def located(model: str, base_url: str | None) -> tuple[str, str, Dialect]:
    """Return the model's own name, where it is and how it is asked.

    A name may hold a colon itself ("qwen3:8b"): only a known provider before it counts as one.

    Raises:
        NoAddress: when neither the name nor `base_url` says where.
    """
    before, _, after = model.partition(":")
    provider = PROVIDERS.get(before.lower()) if after else None
    if provider is None:
        if base_url is None:
            raise NoAddress
        return model, base_url, OpenAi()
    if base_url is None:
        return after, provider.base_url, provider.dialect
    return after, base_url, OpenAi() if isinstance(provider.dialect, OpenAi) else provider.dialect


async def close(planner: Planner) -> None:
    """Close what a planner holds open."""
    if isinstance(planner, LlmPlanner):
        await planner.close()
