"""What the engine refuses, each with its status and its stable code; none of it hurts the engine."""

import jsonschema
import pytest
import pytest_asyncio
from fastapi.openapi.utils import get_openapi
from pydantic import SecretStr

from engine.api.app import create_app
from engine.errors import AlreadyRunning, OpenWithoutKey
from engine.settings import EngineSettings
from tests.support.engine_app import engine_here

pytestmark = pytest.mark.asyncio(loop_scope="module")
NOBODY = "0" * 64
JSON = {"content-type": "application/json"}
FORM = {"content-type": "multipart/form-data; boundary=b"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(tmp_path_factory):
    async with engine_here(tmp_path_factory.mktemp("engine"), max_waiting=2) as client:
        client.sample = await client.image()
        yield client


def asked(**fields):
    return {"models": ["one"], "images": [{"id": "SAMPLE"}]} | fields


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        (asked(models=[]), 422, "bad_request"),
        (asked(models=["one", "one"]), 422, "bad_request"),
        (asked(models=["no-such"]), 404, "model_not_found"),
        (asked(models=["one", "huge"]), 409, "model_unavailable"),
        (asked(kind="upscale"), 422, "wrong_kind"),
        (asked(kind="dance"), 422, "bad_request"),
        (asked(images=[]), 422, "bad_request"),
        (asked(images=[{"id": NOBODY}]), 404, "image_not_found"),
        (asked(images=[{"id": "../../../etc/passwd"}]), 404, "image_not_found"),
        (asked(images=[{"id": "SAMPLE"}] * 5), 422, "bad_request"),
        (asked(images=[{"id": "SAMPLE", "role": "hero"}]), 422, "bad_request"),
        (asked(images=[{"id": "SAMPLE", "weight": 2}]), 422, "bad_request"),
        (asked(variants=0), 422, "bad_request"),
        (asked(variants=9), 422, "bad_request"),
        (asked(seed=-1), 422, "bad_request"),
        (asked(prompt="x" * 4001), 422, "bad_request"),
        (asked(seconds=11), 422, "bad_request"),
        (asked(size={"long_side": 9000}), 422, "bad_request"),
        (asked(promt="a typo"), 422, "bad_request"),
        (["not", "an", "object"], 422, "bad_request"),
    ],
)
async def test_a_bad_job_is_refused(engine, fields, status, code):
    if isinstance(fields, dict):
        fields = fields | {
            "images": [image | {"id": image["id"].replace("SAMPLE", engine.sample)} for image in fields["images"]]
        }
    refused(await engine.post("/api/v1/jobs", json=fields), status, code)


@pytest.mark.parametrize(
    ("method", "path", "options", "answer"),
    [
        ("GET", "/api/v1/nothing", {}, (404, "not_found")),
        ("PUT", "/api/v1/jobs", {}, (405, "method_not_allowed")),
        ("GET", "/api/v1/jobs/none", {}, (404, "job_not_found")),
        ("DELETE", "/api/v1/jobs/none", {}, (404, "job_not_found")),
        ("GET", "/api/v1/jobs/none/events", {}, (404, "job_not_found")),
        ("GET", f"/api/v1/images/{NOBODY}", {}, (404, "image_not_found")),
        ("GET", "/api/v1/images/..%2F..%2Fledger.db", {}, (404, "not_found")),
        ("GET", "/api/v1/images/SAMPLE", {"headers": {"Range": "bytes=999999-"}}, (416, "bad_range")),
        ("GET", "/api/v1/images/SAMPLE", {"headers": {"Range": "bytes=-0"}}, (416, "bad_range")),
        ("GET", "/api/v1/images/SAMPLE?max_bytes=0", {}, (422, "bad_request")),
        ("GET", "/api/v1/images/SAMPLE?max_bytes=20", {}, (422, "bad_request")),
        ("POST", "/api/v1/jobs", {"content": b"{", "headers": JSON}, (422, "bad_request")),
        ("POST", "/api/v1/jobs", {"content": b"\xff\xfe", "headers": JSON}, (422, "bad_request")),
        ("POST", "/api/v1/jobs", {"content": b"[" * 100_000, "headers": JSON}, (400, "bad_request")),
        ("POST", "/api/v1/jobs", {"content": b'{"prompt": "%s"}' % (b"x" * 2**20)}, (413, "request_too_large")),
        ("DELETE", "/api/v1/jobs/none", {"headers": {"Content-Length": "9" * 400}}, (413, "request_too_large")),
        ("POST", "/api/v1/images", {}, (422, "bad_request")),
        ("POST", "/api/v1/images", {"content": b"--b\r\nnonsense", "headers": FORM}, (422, "bad_request")),
        ("POST", "/api/v1/images", {"files": {"other": b"x"}}, (422, "bad_request")),
        ("POST", "/api/v1/images", {"files": {"file": b""}}, (422, "not_an_image")),
        ("POST", "/api/v1/images", {"files": {"file": b"just words"}}, (422, "not_an_image")),
        ("POST", "/api/v1/images", {"files": {"file": b"\x89PNG\r\n\x1a\n"}}, (422, "truncated_image")),
        ("POST", "/api/v1/images", {"files": {"file": b"<svg/>"}}, (422, "not_an_image")),
        ("POST", "/api/v1/images", {"files": {"file": b"x"}, "data": {"client": "c" * 101}}, (422, "bad_request")),
        ("POST", "/api/v1/sheets", {"json": {"cells": []}}, (422, "bad_request")),
        ("POST", "/api/v1/sheets", {"json": {"cells": [{"image": NOBODY}]}}, (404, "image_not_found")),
        ("GET", "/api/v1/queue", {"headers": {"Origin": "https://elsewhere.example"}}, (403, "foreign_origin")),
    ],
)
async def test_a_bad_request_is_refused(engine, method, path, options, answer):
    refused(await engine.request(method, path.replace("SAMPLE", engine.sample), **options), *answer)


async def test_a_body_that_does_not_say_its_length_is_cut_off_too(engine):
    taken = 0

    async def endless():
        nonlocal taken
        while taken < 50:
            taken += 1
            yield b" " * 2**18

    refused(await engine.post("/api/v1/jobs", content=endless(), headers=JSON), 413, "request_too_large")
    assert taken < 8


async def test_the_engine_is_well_after_all_that(engine):
    assert (await engine.get("/readyz")).text == "ready"
    assert (await engine.ended(await engine.job(engine.sample)))["status"] == "done"


async def test_a_full_queue_declines_and_takes_again(engine):
    jobs = [await engine.job(engine.sample, "nap=0.3 steps=5") for _ in range(3)]
    await engine.until(jobs[0], lambda view: view["status"] == "running")
    jobs += [await engine.job(engine.sample) for _ in range(2 - len(jobs) + 1)]
    answer = await engine.post("/api/v1/jobs", json={"models": ["one"], "images": [{"id": engine.sample}]})
    refused(answer, 503, "queue_full")
    assert int(answer.headers["retry-after"]) > 0
    for job in jobs:
        await engine.delete(f"/api/v1/jobs/{job}")
    assert (await engine.ended(await engine.job(engine.sample)))["status"] == "done"


async def test_a_clip_is_no_source(engine):
    view = await engine.ended(await engine.job(engine.sample, kind="animate", variants=1))
    body = {"models": ["one"], "images": [{"id": view["results"][0]["id"]}]}
    refused(await engine.post("/api/v1/jobs", json=body), 422, "clip_given")


async def test_a_page_on_this_machine_may_ask(engine):
    assert (await engine.get("/api/v1/queue", headers={"Origin": "http://127.0.0.1:8787"})).status_code == 200


async def test_the_description_is_sound_and_complete(engine):
    """/openapi.json is a valid schema, names every endpoint, and its problems are problem+json."""
    described = (await engine.get("/openapi.json")).json()
    assert described == get_openapi(
        title=engine.app.title, version="1", summary=engine.app.summary, routes=engine.app.routes
    )
    for schema in described["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    assert set(described["paths"]) >= {
        "/api/v1/images",
        "/api/v1/images/{image_id}",
        "/api/v1/models",
        "/api/v1/queue",
        "/api/v1/jobs",
        "/api/v1/jobs/{job_id}",
        "/api/v1/jobs/{job_id}/events",
        "/api/v1/sheets",
        "/api/v1/clients/{client}",
        "/healthz",
        "/readyz",
        "/metrics",
    }
    assert "application/problem+json" in described["paths"]["/api/v1/jobs"]["post"]["responses"]["409"]["content"]
    assert (await engine.get("/docs")).status_code == 200


async def test_a_second_engine_on_the_same_folder_is_refused(engine):
    app = create_app(engine.app.state.engine.settings)
    with pytest.raises(AlreadyRunning):
        async with app.router.lifespan_context(app):
            pass


@pytest.mark.parametrize(
    ("path", "header", "status"),
    [
        ("/healthz", None, 200),
        ("/readyz", None, 401),
        ("/metrics", None, 401),
        ("/docs", None, 401),
        ("/openapi.json", None, 401),
        ("/api/v1/models", None, 401),
        ("/api/v1/models", "Bearer wrong", 401),
        ("/api/v1/models", "Basic s3cret", 401),
        ("/api/v1/models", "Bearer clé", 401),
        ("/api/v1/models", "Bearer s3cret", 200),
        ("/api/v1/models", "bearer s3cret", 200),
    ],
)
async def test_a_key_guards_everything_but_the_health_check(keyed, path, header, status):
    answer = await keyed.get(path, headers={"Authorization": header.encode()} if header else {})
    assert answer.status_code == status
    if status == 401:
        refused(answer, 401, "unauthorized")
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def keyed(tmp_path_factory):
    key = SecretStr("s3cret")
    async with engine_here(tmp_path_factory.mktemp("keyed"), host="0.0.0.0", api_key=key) as client:
        yield client


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])
async def test_the_door_is_not_opened_without_a_key(tmp_path, host):
    with pytest.raises(OpenWithoutKey, match="ENGINE_API_KEY"):
        create_app(EngineSettings(data_dir=tmp_path, host=host))


def refused(answer, status, code):
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["status"] == status
    assert problem["detail"]
