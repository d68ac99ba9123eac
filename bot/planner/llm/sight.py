"""The pictures as the model sees them: small JPEGs, kept nowhere."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Awaitable, Callable, Sequence

log = logging.getLogger(__name__)

LONG_SIDE, QUALITY = 512, 82
#: What is left of the budget is the model's; a picture that takes longer is not shown.
FETCH_S = 1.5

Fetch = Callable[[str], Awaitable[bytes]]


class Sight:
    """Fetches pictures from the engine and makes them small. One that cannot be had is left out."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch

    async def look(self, pictures: Sequence[str]) -> tuple[bytes, ...]:
        """Return what could be had of these in time, in order."""
        seen = await asyncio.gather(*[self._look(picture) for picture in pictures])
        return tuple(picture for picture in seen if picture)

    async def _look(self, picture: str) -> bytes:
        try:
            async with asyncio.timeout(FETCH_S):
                return await asyncio.to_thread(shrunk, await self._fetch(picture))
        except Exception as error:  # noqa: BLE001  whatever it is, the words alone are enough to go on
            log.info("a picture is not shown to the language model: %s", type(error).__name__)
            return b""


def shrunk(data: bytes) -> bytes:
    """Return a picture as a JPEG of at most 512 px a side, with nothing but its pixels."""
    from PIL import Image  # noqa: PLC0415  only a model that sees needs it

    with Image.open(io.BytesIO(data)) as image:
        image.draft("RGB", (LONG_SIDE, LONG_SIDE))
        image.thumbnail((LONG_SIDE, LONG_SIDE))
        plain = Image.new("RGB", image.size, "white")
        rgba = image.convert("RGBA")
        plain.paste(rgba, mask=rgba.getchannel("A"))
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
