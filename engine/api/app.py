"""The engine as an ASGI app."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from engine.api import errors, routes
from engine.api.guard import Gate, Limit, Timing
from engine.api.metrics import Metrics
from engine.api.state import State
from engine.settings import EngineSettings


def create_app(settings: EngineSettings | None = None) -> FastAPI:
    """Return an engine that starts working when the app starts.

    Args:
        settings: The engine's; without them they are read from the environment.

    Raises:
        OpenWithoutKey: It would listen beyond this machine without a key.
    """
    settings = settings or EngineSettings()
    settings.refuse_open_door()
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with State(settings, metrics) as state:
            app.state.engine = state
            yield

    app = FastAPI(
        title="Easel engine",
        version="1",
        summary="Makes pictures out of pictures: images in, jobs, progress as it happens, results out.",
        lifespan=lifespan,
    )
    app.include_router(routes.api)
    app.include_router(routes.service)
    errors.install(app)
    app.add_middleware(Limit, exempt=routes.UPLOADS)
    app.add_middleware(Gate, key=settings.api_key)
    app.add_middleware(Timing, metrics=metrics)
    return app
