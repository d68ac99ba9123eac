"""Cards, what can run here, and what stays in memory."""

import pytest

from engine.contract import Kind
from engine.errors import ModelNotFound, ModelUnavailable, RendererMissing, WrongKind
from engine.models import catalog
from engine.models.catalog import PACKAGED, load
from engine.models.machine import Machine, this_machine, total_memory_gb
from engine.models.residency import Resident, admit
from engine.renderers import registry
from engine.settings import Device, EngineSettings
from tests.support.renderers import Obedient, write_card

SMALL = Machine(memory_gb=4, cuda=False)


def found(folder, machine=SMALL):
    return load([folder], machine, registry.why_missing)


@pytest.mark.parametrize(
    ("why", "text", "words"),
    [
        ("no TOML", "id = ", "Invalid value"),
        ("a field is missing", 'id = "x"', "title"),
        ("a typo", None, "famly"),
        ("no text", b"\xff\xfe\x00", "utf-8"),
    ],
)
def test_a_broken_card_is_named_and_the_others_stay(tmp_path, why, text, words):
    write_card(tmp_path, "good")
    bad = tmp_path / "bad.toml"
    if text is None:
        write_card(tmp_path, "bad", more='famly = "photoreal"\n')
    else:
        bad.write_bytes(text if isinstance(text, bytes) else text.encode())
    cards = found(tmp_path)
    assert list(cards.cards) == ["good"]
    assert [broken.file for broken in cards.broken] == [bad]
    assert words in cards.broken[0].why, why


def test_of_two_cards_with_one_id_the_operators_counts(tmp_path):
    """Within one folder it is a mistake; a later folder replaces."""
    write_card(tmp_path / "a", "x")
    write_card(tmp_path / "b", "x", more='[knows]\ngood_at = ["b"]\n')
    cards = load([tmp_path / "a", tmp_path / "b", tmp_path / "none"], SMALL, registry.why_missing)
    assert cards.cards["x"].knows.good_at == ("b",)
    assert [broken.file.name for broken in cards.broken] == ["none"]
    (tmp_path / "a" / "y.toml").write_text((tmp_path / "a" / "x.toml").read_text())
    assert [broken.file.name for broken in found(tmp_path / "a").broken] == ["y.toml"]


@pytest.mark.parametrize(
    ("fields", "machine", "words"),
    [
        ({}, SMALL, None),
        ({"more": "[needs]\nmemory_gb = 12\n"}, SMALL, "12 GB"),
        ({"more": "[needs]\nmemory_gb = 12\n"}, Machine(16, cuda=False), None),
        ({"more": '[needs]\ndevice = "cuda"\n'}, SMALL, "GPU"),
        ({"more": '[needs]\ndevice = "cuda"\n'}, Machine(4, cuda=True), None),
        ({"more": '[weights]\npath = "/no/such/folder"\n'}, SMALL, "/no/such/folder"),
        ({"more": '[weights]\npath = "/"\n'}, SMALL, None),
        ({"renderer": "crayon"}, SMALL, "'crayon'"),
        ({"renderer": "no_such_package.x:Y"}, SMALL, "no_such_package"),
        ({"renderer": "tests.support.nothing:Y"}, SMALL, "tests.support.nothing"),
    ],
)
def test_a_card_says_why_it_cannot_run_here(tmp_path, fields, machine, words):
    write_card(tmp_path, "x", **fields)
    cards = found(tmp_path, machine)
    why = cards.why_not(cards.cards["x"])
    assert words in why if words else why is None
    if words:
        with pytest.raises(ModelUnavailable, match="cannot run here"):
            cards.runnable("x", Kind.GENERATE)


def test_a_model_is_asked_for_what_it_can_do(tmp_path):
    write_card(tmp_path, "x")
    cards = found(tmp_path)
    assert cards.runnable("x", Kind.ANIMATE).id == "x"
    with pytest.raises(WrongKind, match="generate, animate"):
        cards.runnable("x", Kind.UPSCALE)
    with pytest.raises(ModelNotFound, match="'y'"):
        cards.runnable("y", Kind.GENERATE)


def test_every_packaged_card_is_sound_and_has_its_renderer():
    cards = catalog.load([PACKAGED], Machine(1000, cuda=True), registry.why_missing)
    assert cards.broken == ()
    assert {card.id: why for card in cards.cards.values() if (why := cards.why_not(card))} == {}


def test_the_lowest_rank_comes_first_whatever_it_is_called(tmp_path):
    for name, more in (("a", ""), ("b", "rank = 60\n"), ("z", "rank = 10\n")):
        write_card(tmp_path, name, more=more)
    assert list(found(tmp_path).cards) == ["z", "a", "b"]


def test_renderers_are_made_by_name(tmp_path):
    write_card(tmp_path, "x")
    write_card(tmp_path, "y", renderer="tests.support.renderers:NoSuchClass")
    cards = found(tmp_path).cards
    assert isinstance(registry.make(cards["x"]), Obedient)
    with pytest.raises(RendererMissing, match="NoSuchClass"):
        registry.make(cards["y"])


A, B, C = (Resident(name, 2, used) for name, used in (("a", 3.0), ("b", 1.0), ("c", 2.0)))


@pytest.mark.parametrize(
    ("why", "model", "needs", "budget", "expected"),
    [
        ("what is loaded stays", "a", 2, 6, ((), False)),
        ("there is room", "d", 2, 8, ((), True)),
        ("the least recently used model leaves first", "d", 2, 6, (("b",), True)),
        ("no more than must", "d", 3, 6, (("b", "c"), True)),
        ("all, for a large one", "d", 6, 6, (("b", "c", "a"), True)),
        ("one larger than everything is loaded alone", "d", 60, 6, (("b", "c", "a"), True)),
    ],
)
def test_memory_is_made_by_letting_the_oldest_go(why, model, needs, budget, expected):
    admission = admit(model, needs, [A, B, C], budget)
    assert (admission.evict, admission.load) == expected, why


def test_the_machine_is_what_the_settings_allow():
    assert 0 < total_memory_gb() < 100_000
    assert this_machine(EngineSettings(device=Device.CPU)).cuda is False
    assert this_machine(EngineSettings(device=Device.CUDA, memory_gb=7)) == Machine(7, cuda=True)
    assert this_machine(EngineSettings()).memory_gb < total_memory_gb()
