"""What a test or a person may turn: how strict, how slow, how broken this Discord is."""

import re
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.sandbox.permissions import Permission

MIB = 1 << 20


class Fault(BaseModel):
    """A planned failure: the next `times` matching REST calls answer `status`.

    With `after` the call is carried out first and only its answer is lost, as when a connection breaks.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: str = "*"
    path: str = ".*"
    status: int = 500
    times: int = 1
    after: bool = False

    def matches(self, method: str, path: str) -> bool:
        """Whether this call is to fail."""
        return self.times > 0 and self.method in {"*", method} and re.search(self.path, path) is not None


class Knobs(BaseModel):
    """The sandbox's settings, each changeable while it runs through `POST /sandbox/set`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: Annotated[str | None, Field(description="The only bot token accepted; none: any")] = None
    content_intent_allowed: Annotated[bool, Field(description="The message-content intent is switched on")] = True
    members_intent_allowed: Annotated[bool, Field(description="Whether the member-list intent is switched on")] = False
    file_limit: Annotated[int, Field(description="Bytes a file may have", ge=1)] = 10 * MIB
    request_limit: Annotated[int, Field(description="Bytes a request may have", ge=1)] = 25 * MIB
    ack_s: Annotated[float, Field(description="Seconds to answer an interaction")] = 3.0
    token_s: Annotated[float, Field(description="Seconds an interaction token lives")] = 900.0
    signature_s: Annotated[int, Field(description="Seconds a CDN address lives")] = 86400
    ratelimit: Annotated[bool, Field(description="Whether rate limits are enforced")] = True
    shards: Annotated[int, Field(description="Shards recommended to the bot", ge=1)] = 1
    latency: Annotated[float, Field(description="Seconds added to every REST answer", ge=0)] = 0.0
    old_edits: Annotated[int | None, Field(description="Edits allowed to messages past old_after_s")] = None
    old_after_s: Annotated[float, Field(description="Age in seconds from which an edit counts as old")] = 3600.0
    permissions: Annotated[
        dict[str, tuple[str, ...]],
        Field(description="Permissions taken from the bot: channel name or id, or * for all -> permission names"),
    ] = {}
    faults: Annotated[tuple[Fault, ...], Field(description="Planned failures of REST calls")] = ()

    @field_validator("permissions")
    @classmethod
    def _known(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for name in {name.upper() for taken in value.values() for name in taken}:
            if name not in Permission.__members__:
                raise ValueError(f"There is no permission {name}")
        return value

    def turned(self, changes: dict[str, Any]) -> "Knobs":
        """These knobs with some of them set anew.

        A plain list for `permissions` means every channel.

        Raises:
            pydantic.ValidationError: for a knob that does not exist or a value it cannot have.
        """
        if isinstance(changes.get("permissions"), list):
            changes = {**changes, "permissions": {"*": changes["permissions"]}}
        return Knobs.model_validate({**self.model_dump(), **changes})
