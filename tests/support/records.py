"""Small true records for tests of the conversation."""

from bot.conversation.project import Project, Source, Variant, Version
from bot.planner.plan import Action, Plan
from engine.contract import Family, ImageInfo, ImageRef, JobRequest, Kind, ModelView, Role, Status

OWNER, OTHER = 1001, 1002


def info(image="a" * 64, **kwargs):
    return ImageInfo(**{"id": image, "width": 640, "height": 480, "format": "png"} | kwargs)


def source(image="a" * 64, **kwargs):
    return Source(filename="photo.png", info=info(image), **kwargs)


def model(name, family=Family.ILLUSTRATION, kinds=(Kind.GENERATE,), **kwargs):
    values = {"id": name, "title": name.title(), "family": family, "kinds": kinds, "licence": "MIT", "neural": False}
    return ModelView(**values | kwargs)


MODELS = (
    model("natural", Family.PHOTOREAL, styles=("photo", "natural")),
    model("watercolor", styles=("watercolor",)),
    model("ink", styles=("comic", "ink")),
    model("clay", Family.CONCEPT3D, styles=("clay",)),
    model("motion", Family.VIDEO, (Kind.ANIMATE,)),
    model("bigger", Family.TOOL, (Kind.UPSCALE,)),
    model("face", Family.TOOL, (Kind.FIX_FACE,)),
)
BY_ID = {m.id: m for m in MODELS}


def variants(count, name="watercolor", **kwargs):
    return tuple(
        Variant(**{"number": n, "image": f"{n:064x}", "model": name, "seed": n, "width": 640, "height": 480} | kwargs)
        for n in range(1, count + 1)
    )


def version(version_id=7, count=4, **kwargs):
    values = {
        "id": version_id,
        "project": 1,
        "number": 1,
        "asker": OWNER,
        "plan": Plan(action=Action.GENERATE, families=(Family.ILLUSTRATION,), prompt="soft paper", reason="It suits."),
        "request": JobRequest(
            models=("watercolor",), images=(ImageRef(id="a" * 64, role=Role.SUBJECT),), prompt="soft paper", seed=5
        ),
        "status": Status.DONE,
        "message": 900 + version_id,
        "variants": variants(count),
        "key": f"key-{version_id}",
    }
    return Version(**values | kwargs)


def project(*versions, **kwargs):
    values = {
        "id": 1,
        "owner": OWNER,
        "place": 500,
        "channel": 400,
        "thread": True,
        "origin": 500,
        "sources": (source(),),
        "versions": versions,
    }
    return Project(**values | kwargs)
