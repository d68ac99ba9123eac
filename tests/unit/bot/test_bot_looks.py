"""A member's plain words lead to the studio look that makes them: right family, right card."""

import tomllib
from importlib.resources import files

import pytest

from bot.planner.embedded import understand
from bot.planner.plan import Context
from bot.planner.resolve import choose
from engine.contract import Family, Kind, ModelView

ASKED = {
    "studio-blueprint": ["blueprint of this chair", "as a technical drawing", "do it like a patent drawing"],
    "studio-cel": ["anime me lol", "make him a cartoon", "ghibli style, big sky"],
    "studio-charcoal": ["charcoal sketch pls", "smudgy charcoal portrait", "retrato al carboncillo"],
    "studio-clay": ["turn my dog into a clay figure", "stop motion puppet", "als Knetfigur"],
    "studio-engraving": ["like an old engraving", "etching pls", "vintage botanical plate of this fern"],
    "studio-film": ["35mm film, a bit of grain", "film noir look", "looks like an 80s polaroid"],
    "studio-focus": ["blur the background", "shallow depth of field", "creamy bokeh"],
    "studio-golden": ["golden hour", "at sunset", "warm evening sun from the left"],
    "studio-gouache": ["gouache pls", "paint it in gouache, flat shapes", "en gouache"],
    "studio-inflated": ["as a foil balloon", "make it inflatable", "puffy balloon version of my car"],
    "studio-ink": ["as a comic", "pen and ink drawing", "crosshatched ink sketch"],
    "studio-lineart": ["colouring page for kids", "one line drawing", "clean line art"],
    "studio-lowpoly": ["low poly fox", "ps1 graphics", "lowpoly 3d model of this"],
    "studio-mosaic": ["as a mosaic", "roman mosaic of my parrot", "mosaico"],
    "studio-natural": ["more photorealistic", "make it lifelike", "clean up this photo, true colours"],
    "studio-night": ["same thing at night", "by moonlight", "midnight, street lights on"],
    "studio-oil": ["oil painting", "like a van gogh", "renaissance portrait"],
    "studio-overcast": ["overcast day", "foggy grey weather", "soft cloudy light"],
    "studio-papercut": ["layered paper cut", "as papercraft", "cut paper art"],
    "studio-pastel": ["soft pastels", "chalk drawing", "pastel drawing of my cat"],
    "studio-pencil": ["pencil sketch", "coloured pencils", "Bleistiftzeichnung"],
    "studio-pixel": ["pixel art", "16-bit snes sprite", "pixelated like a game boy game"],
    "studio-portrait": ["linkedin headshot", "studio portrait please", "professional headshot of me"],
    "studio-product": ["product shot on white", "packshot for my etsy", "put the mug on a marble table"],
    "studio-screenprint": ["screen print poster", "retro gig poster", "risograph in two colours"],
    "studio-shaded": ["shade my sketch", "add light and shadow to my drawing", "turn my sketch into a shaded drawing"],
    "studio-softbox": ["softbox lighting", "studio lighting, dark backdrop", "rim light and a key light"],
    "studio-stained-glass": ["stained glass window", "like a church window", "vitral"],
    "studio-vintage": ["vintage postcard", "retro advert from the 50s", "old magazine print"],
    "studio-vinyl": ["as a funko pop", "designer toy", "3d render of my cat"],
    "studio-watercolor": ["watercolor pls", "loose watercolour wash", "storybook illustration"],
    "studio-woodcut": ["linocut of this fox", "woodblock print like hokusai", "Holzschnitt"],
}


def _cards():
    """Yield the studio's cards as the engine offers them, by rank."""
    found = [tomllib.loads(file.read_text("utf-8")) for file in files("engine.models").joinpath("cards").iterdir()]
    for card in sorted(found, key=lambda card: (card.get("rank", 50), card["id"])):
        if card["id"].startswith("studio-") and "generate" in card["kinds"]:
            yield ModelView(
                id=card["id"],
                title=card["title"],
                family=Family(card["family"]),
                kinds=(Kind.GENERATE,),
                licence=card["licence"],
                styles=tuple(card["knows"]["styles"]),
            )


CARDS = tuple(_cards())


@pytest.mark.parametrize(("text", "card"), [(text, card) for card, texts in ASKED.items() for text in texts])
def test_plain_words_lead_to_the_look(text, card):
    plan = understand(text, Context(images=1))
    (chosen,) = choose(plan, Kind.GENERATE, CARDS)
    assert chosen.id == card, plan.prompt


def test_every_look_of_the_studio_is_asked_for():
    assert set(ASKED) == {card.id for card in CARDS}
