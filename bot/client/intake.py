"""What a member handed over: which attachments are images, their bytes, and the inbox that keeps them."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import discord

from bot.conversation.project import File, Link
from bot.errors import EaselError
from engine.contract import MAX_IMAGES, MAX_UPLOAD_BYTES

_IMAGE_NAMES = re.compile(r"\.(jpe?g|jfif|png|apng|webp|gif|bmp|tiff?|avif|hei[cf])$", re.IGNORECASE)
MIB = 1024 * 1024
FORMATS = "Send a JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC."


@dataclass(frozen=True)
class Offer:
    """A file that a member holds out. `size` is in bytes, 0 when it is not known."""

    filename: str
    size: int
    content_type: str
    url: str

    @classmethod
    def of(cls, attachment: discord.Attachment) -> Offer:
        """Read what an attachment says of itself."""
        return cls(attachment.filename, attachment.size, attachment.content_type or "", attachment.url)

    @property
    def is_image(self) -> bool:
        """Whether it says that it is an image, by type or by name; the engine looks closer."""
        return self.content_type.startswith("image/") or bool(_IMAGE_NAMES.search(self.filename))

    @property
    def link(self) -> Link:
        """What has to be kept of it to fetch it after a restart."""
        return Link(filename=self.filename[:200], url=self.url)

    @property
    def name(self) -> str:
        """The file name, fit to stand between backquotes."""
        return self.filename.replace("`", "'")[:80]


@dataclass(frozen=True)
class Offered:
    """The images of a message that can be taken, and kind words about those that cannot."""

    taken: tuple[Offer, ...] = ()
    remarks: tuple[str, ...] = ()


def offered(offers: Sequence[Offer]) -> Offered:
    """Choose the first four images that are not too large."""
    images = [a for a in offers if a.is_image]
    large = [a for a in images if a.size > MAX_UPLOAD_BYTES]
    fit = [a for a in images if a.size <= MAX_UPLOAD_BYTES]
    remarks = [f"`{a.name}` has {a.size / MIB:.0f} MiB; 25 MB is the most I can take." for a in large]
    if len(fit) > MAX_IMAGES:
        remarks.append(f"I can work with four images at once, so I use the first four of your {len(fit)}.")
    others = [a for a in offers if not a.is_image]
    if others and not images:
        remarks.append(f"`{others[0].name}` is not an image I can read. {FORMATS}")
    return Offered(tuple(fit[:MAX_IMAGES]), tuple(remarks))


class PictureGone(EaselError):
    """I could not fetch your picture from Discord. Please post it once more."""


RETRIES_S = (0.5, 2.0)


class Inbox:
    """Bytes of images that the engine does not have yet, in a folder, so that a restart loses none."""

    def __init__(self, folder: Path, fetch: Callable[[str], Awaitable[bytes]]) -> None:
        self._folder = folder
        self._fetch = fetch

    async def keep(self, links: Sequence[Link]) -> tuple[File, ...]:
        """Read the files at once, for their links expire, and keep their bytes.

        Raises:
            PictureGone: when one of them cannot be had.
        """
        return tuple(await asyncio.gather(*[self._keep(link) for link in links]))

    async def _keep(self, link: Link) -> File:
        data = await self.bytes_of(link)
        return File(filename=link.filename, path=await asyncio.to_thread(self._write, data))

    async def bytes_of(self, link: Link) -> bytes:
        """Fetch a file; a link that fails is tried again, one that Discord refuses is not.

        Raises:
            PictureGone: when it cannot be had.
        """
        for delay in (*RETRIES_S, None):
            try:
                return await self._fetch(link.url)
            except (discord.NotFound, discord.Forbidden) as error:
                raise PictureGone from error
            except (discord.HTTPException, OSError, TimeoutError) as error:
                if delay is None:
                    raise PictureGone from error
                await asyncio.sleep(delay)
        raise PictureGone

    def _write(self, data: bytes) -> str:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / uuid.uuid4().hex
        part = path.with_suffix(".part")
        part.write_bytes(data)
        part.replace(path)
        return path.name

    async def read(self, file: File) -> bytes:
        """Return the bytes of a kept file."""
        return await asyncio.to_thread((self._folder / Path(file.path).name).read_bytes)

    async def drop(self, files: Sequence[File]) -> None:
        """Delete kept files; the engine has them now."""
        await asyncio.to_thread(self._drop, files)

    async def sweep(self, kept: Sequence[File]) -> None:
        """Delete what a crash left without a request."""
        await asyncio.to_thread(self._sweep, {Path(file.path).name for file in kept})

    def _sweep(self, kept: set[str]) -> None:
        for path in self._folder.glob("*"):
            if path.name not in kept:
                path.unlink(missing_ok=True)

    def _drop(self, files: Sequence[File]) -> None:
        for file in files:
            (self._folder / Path(file.path).name).unlink(missing_ok=True)


def images_of(message: discord.Message) -> list[Offer]:
    """Return the attachments of a message, those that its components show included."""
    return [Offer.of(a) for a in message.attachments] + _shown(message)


def _shown(message: discord.Message) -> list[Offer]:
    """Pictures in a gallery are not in `attachments`: they are read from the components."""
    media = [getattr(item, "media", None) for part in _walk(message.components) for item in getattr(part, "items", ())]
    return [Offer(Path(m.url.split("?")[0]).name, 0, m.content_type or "", m.url) for m in media if m is not None]


def _walk(components: Sequence[object]) -> list[object]:
    flat: list[object] = []
    for component in components:
        flat.append(component)
        flat += _walk(getattr(component, "children", ()))
    return flat
