"""`python -m bot try`: a request from a terminal."""

import json
import re
import tempfile

import pytest
from PIL import Image

from bot.__main__ import main
from tests.support.engine_app import ROOT, EngineProcess, cards, png
from tests.support.renderers import write_card


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """An engine that runs already; its photoreal cards obey, and it has none that enlarges."""
    process = EngineProcess(tmp_path_factory.mktemp("engine"))
    for packaged in ("studio-natural", "studio-upscale"):
        write_card(process.folder / "cards", packaged)
    process.start()
    yield process
    process.kill()


@pytest.fixture
def trying(engine, tmp_path, monkeypatch, capsys):
    """Run `python -m bot try` on pictures; returns the exit status, what it printed, and the folder."""
    monkeypatch.setenv("BOT_ENGINE_URL", engine.url)
    photo = tmp_path / "photo.png"
    photo.write_bytes(png())

    def run(*arguments, images=(photo,)):
        out = tmp_path / "out"
        status = main(["try", *map(str, images), "--out", str(out), *arguments])
        return status, capsys.readouterr(), out

    return run


def test_pictures_and_sheet_are_written(trying):
    """The plan is said in words, and each file's name tells what made it."""
    status, said, out = trying("--say", "a clean product photo on slate, two variants", "--seed", "40")
    assert status == 0, said.err
    assert "slate" in said.out
    names = sorted(path.name for path in out.iterdir())
    variants = [name for name in names if not name.startswith("sheet.")]
    assert [re.sub(r"-[a-z-]+-|\.\w+$", " ", name) for name in variants] == ["1 seed40 ", "2 seed41 "]
    assert {Image.open(out / name).size for name in variants} == {(48, 32)}
    assert len(names) == 3


def test_machines_get_one_object(trying):
    status, said, out = trying("--say", "a clean product photo", "--seed", "7", "--json")
    told = json.loads(said.out)
    assert status == 0
    assert told["plan"]["action"] == "generate"
    assert told["request"]["seed"] == 7
    assert told["seconds"] > 0
    assert [(file["seed"], file["width"], file["height"]) for file in told["files"]] == [
        (7 + i, 48, 32) for i in range(4)
    ]
    assert all(out.joinpath(file["path"]).is_file() for file in told["files"])
    assert told["sheet"].startswith(str(out))


def test_the_engine_forgets_what_a_terminal_gave_it(trying, engine):
    """Nobody can ask for it later, so it is not kept."""
    before = {path for path in engine.folder.glob("data/images/**/*") if path.is_file()}
    status, _, _ = trying("--say", "a clean product photo", "--seed", "9001")
    assert status == 0
    assert {path for path in engine.folder.glob("data/images/**/*") if path.is_file()} <= before


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "there is no such file"), (b"", "0 bytes"), (b"hello", "not an image"), (png()[:60], "cut off")],
)
@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_bad_input_is_one_clear_line(trying, tmp_path, content, words, flags):
    bad = tmp_path / "bad.png"
    if content is not None:
        bad.write_bytes(content)
    status, said, out = trying("--say", "watercolor", *flags, images=[bad])
    assert status == 2
    assert said.err.count("\n") == 1
    assert "bad.png" in said.err
    assert words in said.err
    assert not flags or words in json.loads(said.out)["error"]["detail"]
    assert not out.exists() or not list(out.iterdir())


def test_five_images_are_one_too_many(trying, tmp_path):
    status, said, _ = trying("--say", "watercolor", images=[tmp_path / "photo.png"] * 5)
    assert status == 2
    assert "4 images at most" in said.err


def test_what_cannot_run_here_is_said(trying):
    """There is no card that enlarges in this engine."""
    status, said, _ = trying("--say", "upscale it")
    assert status == 2
    assert "No model on this machine can do that" in said.err


def test_without_an_engine_one_is_started_for_it(trying, tmp_path, monkeypatch):
    """And it is gone afterwards, with all that it kept."""
    monkeypatch.setenv("BOT_ENGINE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("ENGINE_CARDS_DIR", str(cards(tmp_path / "cards")))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    status, said, out = trying("--say", "a clean product photo", "--seed", "1")
    assert status == 0, said.err
    assert "starting one" in said.out
    assert len(list(out.iterdir())) == 5
    assert not list(tmp_path.glob("easel-*"))
