"""Images over HTTP: in, out, under a limit, on a sheet."""

import io

import httpx
import numpy as np
import pytest
import pytest_asyncio
from PIL import Image

from engine.contract import MAX_UPLOAD_BYTES
from tests.support.engine_app import engine_here, png

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(tmp_path_factory):
    async with engine_here(tmp_path_factory.mktemp("engine")) as client:
        yield client


def noise(side=400):
    """A picture that does not compress."""
    out = io.BytesIO()
    Image.fromarray(np.random.default_rng(5).integers(0, 256, (side, side, 3), np.uint8)).save(out, "PNG")
    return out.getvalue()


async def test_an_image_comes_back_under_its_id_for_ever(engine):
    info = (await engine.post("/api/v1/images", files={"file": ("cat.png", png())})).json()
    assert (info["width"], info["height"], info["format"]) == (48, 32, "png")
    assert "low_resolution" in {advisory["code"] for advisory in info["advisories"]}
    answer = await engine.get(f"/api/v1/images/{info['id']}")
    assert answer.headers["content-type"] == "image/png"
    assert "immutable" in answer.headers["cache-control"]
    assert len(answer.content) == info["bytes"]
    again = await engine.get(f"/api/v1/images/{info['id']}", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["a cat.png", 'evil".png\r\nX-Evil: 1', "猫.png"])
async def test_a_download_has_the_name_that_was_asked_for(engine, name):
    image = await engine.image()
    answer = await engine.get(f"/api/v1/images/{image}", params={"download": name})
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "x-evil" not in answer.headers


@pytest.mark.parametrize(
    ("wanted", "status", "part"),
    [
        ("bytes=0-3", 206, slice(0, 4)),
        ("bytes=10-", 206, slice(10, None)),
        ("bytes=-5", 206, slice(-5, None)),
        ("bytes=2-999999999999", 206, slice(2, None)),
        ("bytes=5-1", 200, slice(None)),
        ("bytes=0-1,3-4", 200, slice(None)),
        ("bytes=" + "0-1," * 999, 200, slice(None)),
        ("bytes=" + "9" * 5000 + "-", 200, slice(None)),
        ("pages=1-2", 200, slice(None)),
    ],
)
async def test_players_get_the_part_they_ask_for_and_nonsense_is_passed_over(engine, wanted, status, part):
    image = await engine.image()
    whole = (await engine.get(f"/api/v1/images/{image}")).content
    answer = await engine.get(f"/api/v1/images/{image}", headers={"Range": wanted})
    assert (answer.status_code, answer.content) == (status, whole[part])


async def test_a_form_is_a_form_in_any_case(engine):
    form = httpx.Request("POST", "http://engine/", files={"file": ("x", png())})
    kind = form.headers["content-type"].replace("multipart/form-data", "Multipart/Form-Data")
    answer = await engine.post("/api/v1/images", content=form.read(), headers={"content-type": kind})
    assert answer.status_code == 201, answer.text


async def test_what_is_too_large_is_encoded_anew_and_said(engine):
    image = await engine.image(data=noise())
    answer = await engine.get(f"/api/v1/images/{image}", params={"max_bytes": 60_000})
    assert len(answer.content) <= 60_000
    assert answer.headers["content-type"] == "image/jpeg"
    assert "JPEG" in answer.headers["x-easel-reencoded"]
    again = await engine.get(f"/api/v1/images/{image}", params={"max_bytes": 60_000})
    assert (again.content, again.headers["etag"]) == (answer.content, answer.headers["etag"])
    whole = await engine.get(f"/api/v1/images/{image}", params={"max_bytes": 10_000_000})
    assert "x-easel-reencoded" not in whole.headers
    await engine.delete("/api/v1/clients/ann")
    assert (await engine.get(f"/api/v1/images/{answer.headers['etag'].strip(chr(34))}")).status_code == 404


async def test_a_result_larger_than_an_upload_is_still_handed_out(engine):
    """An upscale may well have more than 25 MB; the limit of the channel is met all the same."""
    state = engine.app.state.engine
    out = io.BytesIO()
    Image.new("RGB", (3000, 3000), "teal").save(out, "PNG", compress_level=0)
    big = out.getvalue()
    assert len(big) > MAX_UPLOAD_BYTES
    image = state.images.put(big, ".png")
    answer = await engine.get(f"/api/v1/images/{image}", params={"max_bytes": 8_000_000})
    assert answer.status_code == 200, answer.text
    assert len(answer.content) <= 8_000_000


async def test_a_sheet_is_an_image_of_its_own(engine):
    cells = [{"image": await engine.image(data=png(seed=seed)), "label": f"No {seed}"} for seed in range(3)]
    answer = await engine.post("/api/v1/sheets", json={"client": "ann", "cells": cells, "columns": 3})
    assert answer.status_code == 201, answer.text
    sheet = answer.json()
    shown = Image.open(io.BytesIO((await engine.get(f"/api/v1/images/{sheet['id']}")).content))
    assert shown.size == (sheet["width"], sheet["height"])
    assert shown.width > shown.height


async def test_too_large_an_upload_is_refused_before_it_is_read(engine):
    """Whether it says its length or not, at most a little more than the limit is taken in."""
    sent = 0

    async def endless():
        nonlocal sent
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
        while sent < 4 * MAX_UPLOAD_BYTES:
            sent += 1 << 20
            yield b"\0" * (1 << 20)

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = await engine.post("/api/v1/images", content=endless(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "image_too_large")
    assert sent < 1.2 * MAX_UPLOAD_BYTES
    declared = headers | {"Content-Length": str(1 << 40)}
    answer = await engine.post("/api/v1/images", content=b"--b\r\n", headers=declared)
    assert answer.json()["code"] == "image_too_large"
