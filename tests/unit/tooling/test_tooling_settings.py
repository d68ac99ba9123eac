"""The bot's settings: what they are called, what they refuse, and the file that explains them."""

import env_example
import pytest
from pydantic import ValidationError

from bot.settings import SANDBOX_TOKEN, BotSettings
from engine.settings import EngineSettings


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("BOT_ENGINE_URL", "http://gpu.example:8484/", "engine_url", "http://gpu.example:8484"),
        ("BOT_RUNNING_LIMIT", "7", "running_limit", 7),
        ("BOT_LOG_LEVEL", "debug", "log_level", "DEBUG"),
        ("BOT_MESSAGE_CONTENT", "yes", "message_content", True),
        ("BOT_DISCORD_URL", "", "discord_url", None),
        ("DISCORD_TOKEN", "", "discord_token", None),
    ],
)
def test_read_from_the_environment(monkeypatch, name, text, field, value):
    monkeypatch.setenv(name, text)
    assert getattr(BotSettings(), field) == value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("engine_url", "gpu:8484"),
        ("sandbox_port", 70000),
        ("default_variants", 9),
        ("daily_limit", 0),
        ("log_level", "x"),
    ],
)
def test_nonsense_is_refused(field, value):
    with pytest.raises(ValidationError, match=field):
        BotSettings(**{field: value})


@pytest.mark.parametrize(
    ("given", "token", "content"),
    [
        ({}, None, False),
        ({"discord_token": "t"}, "t", False),
        ({"discord_token": "t", "message_content": True}, "t", True),
        ({"discord_url": "http://127.0.0.1:1"}, SANDBOX_TOKEN, True),
        ({"discord_url": "http://127.0.0.1:1", "message_content": False}, SANDBOX_TOKEN, False),
    ],
)
def test_what_the_client_logs_in_with(given, token, content):
    """Message content is asked for only where nobody has to allow it first."""
    settings = BotSettings(**given)
    assert settings.token == token
    assert settings.wants_message_content is content


def test_one_key_is_enough_for_engine_and_bot(monkeypatch):
    monkeypatch.setenv("ENGINE_API_KEY", "engine's")
    assert BotSettings().engine_api_key.get_secret_value() == "engine's"
    monkeypatch.setenv("BOT_ENGINE_API_KEY", "own")
    assert BotSettings().engine_api_key.get_secret_value() == "own"


def test_a_secret_is_not_printed():
    assert "hush" not in repr(BotSettings(discord_token="hush", engine_api_key="hush"))


def test_the_example_names_every_setting_with_its_words():
    text = env_example.example()
    for settings in (BotSettings, EngineSettings):
        for name, field in settings.model_fields.items():
            assert f"#{env_example.variable(settings, name, field)}=" in text
            assert field.description


def test_the_example_taken_as_it_is_changes_nothing(tmp_path):
    """Every line of the example, uncommented, is the default."""
    example = tmp_path / ".env"
    example.write_text(env_example.example().replace("\n#BOT_", "\nBOT_").replace("\n#ENGINE_", "\nENGINE_"))
    assert BotSettings(_env_file=example) == BotSettings()
    assert EngineSettings(_env_file=example) == EngineSettings()


def test_a_stale_example_is_noticed(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(env_example, "TARGET", tmp_path / ".env.example")
    monkeypatch.setattr("sys.argv", ["env_example.py", "--check"])
    assert env_example.main() == 1
    monkeypatch.setattr("sys.argv", ["env_example.py"])
    assert env_example.main() == 0
    monkeypatch.setattr("sys.argv", ["env_example.py", "--check"])
    assert env_example.main() == 0
    (tmp_path / ".env.example").write_text("old")
    assert env_example.main() == 1
    assert "make docs" in capsys.readouterr().err
