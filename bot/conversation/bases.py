"""Which picture is meant: from a number, a reply, a selection or nothing at all. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversation.project import Project, Variant, Version
from bot.planner.plan import Action, Plan
from engine.contract import Family, Kind

ACTIONS = {
    Kind.GENERATE: Action.GENERATE,
    Kind.ANIMATE: Action.ANIMATE,
    Kind.UPSCALE: Action.UPSCALE,
    Kind.FIX_FACE: Action.FIX_FACE,
}


@dataclass(frozen=True)
class Base:
    """A variant of a version; `image` is its engine id as a still."""

    version: Version
    variant: Variant

    @property
    def image(self) -> str:
        """Return a picture that can be worked on: of a clip, its poster, else the picture it was made from."""
        if not self.variant.clip:
            return self.variant.image
        return self.variant.poster or self.version.request.images[0].id


def shown(project: Project) -> tuple[Version, ...]:
    """Return the versions that have something to show, oldest first."""
    return tuple(v for v in project.versions if v.variants and not v.deleted)


def base_of(version: Version, number: int) -> Base | None:
    """Return a version's variant as a base, or None when there is no such number."""
    variant = version.variant(number)
    return Base(version, variant) if variant else None


def selected(project: Project) -> Base | None:
    """Return the owner's selection, or None."""
    if project.selected is None:
        return None
    version = project.version(project.selected[0])
    return base_of(version, project.selected[1]) if version and not version.deleted else None


def selected_in(project: Project, version: Version) -> Base | None:
    """Return the owner's selection when it is in this version, or None."""
    chosen = selected(project)
    return chosen if chosen and chosen.version.id == version.id else None


def best_of(project: Project, version: Version) -> Base | None:
    """Return the selection when it is in this version, else the version's first variant, or None."""
    return selected_in(project, version) or (base_of(version, version.variants[0].number) if version.variants else None)


def unspoken(project: Project, version: Version | None, *, replied: bool) -> Base | None:
    """Return what "it" means when no number was said, or None for the source.

    A reply means the gallery it answers. Else it is the selection; else a gallery of one is its only picture.
    """
    here = selected_in(project, version) if version else None
    chosen = here if replied or here else selected(project)
    if chosen is None and version is not None and len(version.variants) == 1:
        return base_of(version, version.variants[0].number)
    return chosen


def family_of(version: Version, variant: Variant) -> tuple[Family, ...]:
    """Return the family a variant was made in; empty when a comparison does not tell it."""
    families, models = version.plan.families, version.request.models
    if len(families) > 1 and len(families) == len(models) and variant.model in models:
        return (families[models.index(variant.model)],)
    return families if len(families) == 1 and Family.VIDEO not in families else ()


def standing(version: Version) -> Plan:
    """Return the plan of a version as it was carried out: what to start from when it is changed."""
    asked = version.request
    return version.plan.evolve(
        action=ACTIONS[asked.kind],
        prompt=asked.prompt,
        negative=asked.negative,
        change=asked.change,
        keep=asked.keep,
        version=None,
        paper=None,
        reply="",
        note="",
    )
