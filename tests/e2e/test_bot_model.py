"""The whole house with a language model's server: what a member sees when it plans, and when it does not answer."""

import io
import json
import re
from base64 import b64decode

import httpx
import pytest
from PIL import Image

from bot.supervise.net import free_port
from tests.support.llm_server import hangs, says, serving
from tests.support.town import Engine, Town, photo, text_of, until

pytestmark = pytest.mark.timeout(180)

PLAN = {
    "action": "generate",
    "families": ["illustration"],
    "prompt": "The disc and the stripe as a gouache painting, opaque flat strokes, low evening light",
    "variants": 1,
    "reason": "Illustration, because gouache is painted.",
    "reply": "Gouache it is.",
}


async def asked_in(server, number):
    """Wait for a question, and return the data that went with it and the picture."""
    await until(lambda: len(server.questions) >= number)
    content = server.questions[number - 1]["messages"][1]["content"]
    picture = content[1]["image_url"]["url"] if isinstance(content, list) else None
    return json.loads(content[0]["text"] if picture else content), picture


async def test_a_member_gets_what_the_model_planned_and_hears_when_it_did_not_answer(tmp_path):
    metrics = free_port(0)
    async with serving(says(PLAN), hangs) as server:
        settings = {
            "BOT_LLM_MODEL": "scripted",
            "BOT_LLM_BASE_URL": server.base,
            "BOT_LLM_VISION": "true",
            "BOT_LLM_BUDGET_S": "2",
            "BOT_METRICS_PORT": str(metrics),
        }
        engine = await Engine(tmp_path / "engine").start()
        town = await Town(tmp_path / "town", engine, **settings).start()
        try:
            message = await town.post("gouache please, the light of evening", photo(1600, 1200))
            thread = message["id"]
            first = text_of(await town.gallery(thread))
            assert "opaque flat strokes" in first
            assert PLAN["reason"] in first
            told, picture = await asked_in(server, 1)
            assert told["pictures_with_it"] == 1
            assert "photo0" not in json.dumps(server.questions)
            shown = Image.open(io.BytesIO(b64decode(picture.split(",")[1])))
            assert (shown.format, shown.size) == ("JPEG", (512, 384))

            await town.say(thread, "what a strange colour for a stripe", user="bob")
            await town.say(thread, "warmer, with a bit of snow on the ground")
            second = text_of(await town.gallery(thread, 2))
            assert "my own rules" in second
            told, _ = await asked_in(server, 2)
            assert told["galleries"][0]["asked"] == "gouache please, the light of evening"
            assert told["standing_prompt"] == PLAN["prompt"]
            assert any(entry["path"].endswith("/typing") for entry in await town.log())
            assert "strange colour" not in json.dumps(server.questions)

            async with httpx.AsyncClient() as http:
                said = (await http.get(f"http://127.0.0.1:{metrics}/metrics")).text
            outcomes = dict(re.findall(r'easel_llm_questions_total\{outcome="(\w+)"\} (\d)', said))
            assert outcomes == {"ok": "1", "timeout": "1"}
            assert "easel_llm_spared 1.0" in said
        finally:
            await town.stop()
            await engine.kill(15)
