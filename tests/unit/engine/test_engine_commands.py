"""The engine from a terminal: rendering without a server, the models, and bad input in one line."""

import json

import pytest
from PIL import Image
from pydantic import ValidationError

from engine.__main__ import main
from engine.settings import EngineSettings
from tests.support.engine_app import cards, png


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """`run("models")` gives the exit status, what was printed, and what was complained about."""
    monkeypatch.setenv("ENGINE_CARDS_DIR", str(cards(tmp_path / "cards")))
    monkeypatch.setenv("ENGINE_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "a.png").write_bytes(png(64, 48))
    (tmp_path / "no.png").write_text("no picture")
    monkeypatch.chdir(tmp_path)

    def run(line):
        try:
            status = main(line.split())
        except SystemExit as stop:
            status = stop.code
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def test_pictures_are_written_and_described(run, tmp_path):
    status, out, _ = run("render one a.png --prompt steps=2 --variants 2 --seed 7 --out made --json")
    assert status == 0
    told = [json.loads(line) for line in out.splitlines()]
    assert [(one["variant"], one["seed"], one["width"], one["height"]) for one in told] == [
        (0, 7, 64, 48),
        (1, 8, 64, 48),
    ]
    for one in told:
        picture = Image.open(one["file"])
        assert (picture.size, picture.info["seed"]) == ((64, 48), str(one["seed"]))
    assert not (tmp_path / "data").exists()


def test_without_json_the_files_are_named(run):
    status, out, _ = run("render one a.png a.png --role subject style --keep text --long-side 512 --out made")
    assert (status, out.splitlines()) == (0, [f"made/one-{n}.png" for n in (1, 2, 3, 4)])


def test_clips_are_written_too(run, tmp_path):
    status, out, _ = run("render one a.png --kind animate --motion pan loop --seconds 2 --variants 1 --out made")
    assert (status, out) == (0, "made/one-1.mp4\n")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("render one missing.png --out made", "missing.png: No such file"),
        ("render one no.png --out made", "not an image"),
        ("render nope a.png --out made", "'nope'"),
        ("render huge a.png --out made", "cannot run here"),
        ("render one a.png --variants 9 --out made", "variants"),
        ("render one a.png --seconds 99 --out made", "seconds"),
        ("render one a.png a.png a.png a.png a.png --out made", "images"),
        ("render one a.png --kind upscale --out made", "cannot do upscale"),
        ("render one a.png --change wild --out made", "wild"),
        ("render one a.png --prompt refuse --out made", "Not this one"),
        ("render one a.png", "--out"),
        ("paint", "paint"),
    ],
)
def test_bad_input_is_one_line_and_a_two(run, line, words):
    status, out, err = run(line)
    assert (status, out) == (2, "")
    assert words in err.splitlines()[-1]


def test_the_models_and_what_can_run_here(run, tmp_path):
    (tmp_path / "cards" / "bad.toml").write_text("nonsense")
    status, out, err = run("models --json")
    views = {view["id"]: view for view in json.loads(out)}
    assert status == 0
    assert views["one"]["why_not"] is None
    assert "GB of memory" in views["huge"]["why_not"]
    assert "bad.toml" in err
    status, out, _ = run("models")
    assert status == 0
    assert "huge" in out


@pytest.mark.parametrize(("name", "value"), [("ENGINE_PORT", "70000"), ("ENGINE_DEVICE", "tpu")])
def test_bad_settings_are_one_line_and_a_two(run, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    status, _, err = run("models")
    assert status == 2
    assert err.startswith(f"engine: {name.removeprefix('ENGINE_').lower()}")


def test_every_setting_describes_itself():
    assert [name for name, field in EngineSettings.model_fields.items() if not field.description] == []


def test_a_worker_reads_the_same_settings(monkeypatch, tmp_path):
    settings = EngineSettings(
        data_dir=tmp_path, cards_dir=tmp_path / "c", api_key="secret", worker_niceness=7, memory_gb=3, device="cpu"
    )
    for name, value in settings.for_worker().items():
        monkeypatch.setenv(name, value)
    again = EngineSettings()
    assert again.model_dump(exclude={"api_key"}) == settings.model_dump(exclude={"api_key"})
    assert again.api_key is None


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False)],
)
def test_loopback_is_recognised(host, loopback):
    assert EngineSettings(host=host).on_loopback is loopback


def test_memory_cannot_be_none():
    with pytest.raises(ValidationError):
        EngineSettings(memory_gb=0)
