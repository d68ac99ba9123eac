"""What holds for every test: nothing but loopback is reachable, and nobody's own settings leak in."""

from __future__ import annotations

import os
import socket

import pytest

from tests.support.network import refuse_beyond_loopback


@pytest.fixture(autouse=True, scope="session")
def loopback_only():
    """Refuse connections and name look-ups that would leave this machine."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def checked(real):
        def wrapper(self, address):
            if self.family != socket.AF_UNIX:
                refuse_beyond_loopback(address[0])
            return real(self, address)

        return wrapper

    def look_up(host, *args, **kwargs):
        refuse_beyond_loopback(host)
        return getaddrinfo(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", checked(connect))
        patch.setattr(socket.socket, "connect_ex", checked(connect_ex))
        patch.setattr(socket, "getaddrinfo", look_up)
        yield


@pytest.fixture(autouse=True, scope="session")
def no_settings_of_ones_own():
    """Forget `.env` and the environment's settings: a test sets what it means."""
    from bot.settings import BotSettings
    from engine.settings import EngineSettings

    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith(("BOT_", "ENGINE_", "DISCORD_")):
                patch.delenv(name)
        for settings in (BotSettings, EngineSettings):
            patch.setitem(settings.model_config, "env_file", None)
        yield
