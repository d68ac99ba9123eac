"""Where `make run` puts things, and what it says of it."""

import http.server
import socket
import threading

import pytest

from bot.settings import BotSettings
from bot.supervise import place
from bot.supervise.net import ask, free_port, is_loopback, port_of


@pytest.fixture
def taken():
    """A port that another program listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.fixture
def answering():
    """The port of an engine that somebody else started."""

    class Fine(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.headers.get("Authorization", "no key").encode())

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Fine) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def found(**settings):
    said = []
    return place.find_place(BotSettings(**settings), said.append), said


def unused():
    return free_port(0)


def test_no_token_opens_the_sandbox():
    where, _ = found(sandbox_port=(port := unused()))
    assert where.own_sandbox
    assert where.discord == f"http://127.0.0.1:{port}"
    assert set(where.children) == {"engine", "sandbox", "bot"}
    assert place.environment(where)["BOT_DISCORD_URL"] == where.discord


def test_a_token_connects_to_discord():
    where, _ = found(discord_token="a-token")
    assert where.discord is None
    assert set(where.children) == {"engine", "bot"}
    assert "BOT_DISCORD_URL" not in place.environment(where)


def test_a_taken_port_is_replaced_and_said(taken):
    where, said = found(sandbox_port=taken, engine_url=f"http://127.0.0.1:{unused()}")
    assert port_of(where.discord) not in {taken, port_of(where.engine)}
    assert any(str(taken) in line and str(port_of(where.discord)) in line for line in said)


@pytest.mark.parametrize("set_by_hand", [True, False])
def test_an_engine_on_loopback_is_used_only_when_it_was_named(answering, set_by_hand):
    """Another clone's engine on the usual port is not ours; one that was named in the settings is meant."""
    url = f"http://127.0.0.1:{answering}"
    settings = BotSettings(engine_url=url, sandbox_port=0)
    if not set_by_hand:
        settings.model_fields_set.discard("engine_url")
    where = place.find_place(settings, lambda _: None)
    assert where.own_engine is not set_by_hand
    assert (where.engine == url) is set_by_hand


def test_an_engine_elsewhere_is_waited_for_and_never_started():
    where, _ = found(engine_url="http://gpu.example:8484/")
    assert where.engine == "http://gpu.example:8484"
    assert where.children["engine"].running


def test_children_leave_with_their_parent_and_know_where_the_others_are():
    where, _ = found(sandbox_port=unused(), engine_url=f"http://127.0.0.1:{unused()}")
    for command in place.commands(where, BotSettings()).values():
        assert "--with-parent" in command
    assert place.environment(where)["BOT_ENGINE_URL"] == where.engine


@pytest.mark.parametrize(
    ("url", "loopback", "port"),
    [
        ("http://127.0.0.1:8484", True, 8484),
        ("http://localhost", True, 80),
        ("http://[::1]:9", True, 9),
        ("https://gpu.example", False, 443),
        ("http://127.example.org:1", False, 1),
    ],
)
def test_addresses(url, loopback, port):
    assert is_loopback(url) is loopback
    assert port_of(url) == port


def test_asking(answering, taken):
    """A key is handed on, and nobody there is an answer too."""
    assert ask(f"http://127.0.0.1:{answering}/readyz", "secret").body == b"Bearer secret"
    assert ask(f"http://127.0.0.1:{answering}").json() is None
    assert ask(f"http://127.0.0.1:{unused()}").status == 0
    assert ask(f"http://127.0.0.1:{taken}", timeout=0.2).status == 0
