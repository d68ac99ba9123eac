"""What the variants and the looks of one source share."""

from collections import Counter

import numpy as np

from engine.renderers.studio.scene import Scene


def test_what_is_known_of_a_source_is_made_once_for_all_variants_and_all_looks(render, coffee, monkeypatch):
    made, once = Counter(), Scene.once

    def counted(scene, what, make):
        return once(scene, what, lambda: (made.update([what]), make())[1])

    monkeypatch.setattr(Scene, "once", counted)
    source = np.roll(coffee, 5, axis=1)
    for look in ("studio-oil", "studio-clay", "studio-ink"):
        render(look, source, variants=(0, 1, 2, 3), seed=3)
    assert len(made) > 10
    assert {what: count for what, count in made.items() if count > 1} == {}


def test_another_source_has_another_scene(render, coffee):
    first, second = (render("studio-natural", pixels)[0].pixels for pixels in (coffee, 255 - coffee))
    again = render("studio-natural", coffee)[0].pixels
    assert not np.array_equal(first, second)
    assert np.array_equal(first, again)
