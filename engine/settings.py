"""The engine's settings: read from the environment and `.env`, each with the words that explain it.

`.env.example` is generated from these descriptions; `make check` fails when it is stale.
"""

from __future__ import annotations

import ipaddress
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine.errors import OpenWithoutKey


class Device(StrEnum):
    """Where models run."""

    AUTO = "auto"  #: CUDA where there is a device for it, else the processor
    CPU = "cpu"
    CUDA = "cuda"


class EngineSettings(BaseSettings):
    """All that can be set about the engine. Relative folders are taken from where it is started."""

    model_config = SettingsConfigDict(
        env_prefix="ENGINE_", env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore"
    )

    host: Annotated[
        str,
        Field(description="Address the engine listens on; anything but loopback needs ENGINE_API_KEY"),
    ] = "127.0.0.1"
    port: Annotated[
        int,
        Field(ge=0, le=65535, description="Port the engine listens on (0: any free one)"),
    ] = 8484
    data_dir: Annotated[
        Path,
        Field(description="Folder of the engine's job ledger and images"),
    ] = Path("data/engine")
    cards_dir: Annotated[
        Path | None,
        Field(description="Folder of further model cards (*.toml); one with a known id replaces the packaged card"),
    ] = None
    device: Annotated[
        Device,
        Field(description="Where models run: auto, cpu or cuda"),
    ] = Device.AUTO
    memory_gb: Annotated[
        float | None,
        Field(
            gt=0, description="Memory that models may take together, in GB (default: three quarters of what is there)"
        ),
    ] = None
    api_key: Annotated[
        SecretStr | None,
        Field(description="Bearer key that every request but /healthz must carry; needed beyond loopback"),
    ] = None
    face_model: Annotated[
        Path | None,
        Field(description="YuNet's file (face_detection_yunet_*.onnx), which finds faces better than what is built in"),
    ] = None
    max_waiting: Annotated[
        int,
        Field(ge=1, description="Jobs that may wait before new ones are declined"),
    ] = 200
    worker_niceness: Annotated[
        int,
        Field(ge=0, le=19, description="How far the worker steps back for the services beside it (0: not at all)"),
    ] = 5
    stall_s: Annotated[
        float,
        Field(gt=0, description="Seconds without a sign from the renderer after which the worker is taken for stuck"),
    ] = 600.0
    cancel_grace_s: Annotated[
        float,
        Field(gt=0, description="Seconds a cancelled render may take to its next step before the worker is replaced"),
    ] = 15.0
    log_level: Annotated[
        str,
        Field(pattern="^(debug|info|warning|error)$", description="What is logged: debug, info, warning or error"),
    ] = "info"

    @property
    def images_dir(self) -> Path:
        """Where pictures and clips are."""
        return self.data_dir / "images"

    @property
    def ledger(self) -> Path:
        """The file of the job ledger."""
        return self.data_dir / "ledger.db"

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the engine."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def refuse_open_door(self) -> None:
        """Refuse to listen to the world without a key.

        Raises:
            OpenWithoutKey: The host is not loopback and there is no key.
        """
        if not self.on_loopback and not (self.api_key and self.api_key.get_secret_value()):
            raise OpenWithoutKey

    def for_worker(self) -> dict[str, str]:
        """Return the environment variables from which a worker reads the same settings."""
        shared = self.model_dump(mode="json", exclude={"api_key", "host", "port"}, exclude_none=True)
        absolute = {"data_dir": str(self.data_dir.absolute())}
        if self.face_model is not None:
            absolute["face_model"] = str(self.face_model.absolute())
        return {f"ENGINE_{name.upper()}": str(value) for name, value in {**shared, **absolute}.items()}
