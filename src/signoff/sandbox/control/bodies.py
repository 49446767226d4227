"""What the control API takes and gives."""

from __future__ import annotations

from datetime import datetime
from fnmatch import fnmatchcase
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from signoff.sandbox.faults import FAULTS
from signoff.sandbox.graph.routes import KINDS
from signoff.sandbox.records import Login, Platform
from signoff.sandbox.views import PostOut

_NUMBERS: Final = {"seconds", "minutes", "percent", "code", "subcode", "status"}
_CENTURY_S: Final = 100 * 365.25 * 86400


class AccountIn(BaseModel):
    """An account to add, or to change by its id. What is left out is made up."""

    platform: Platform
    name: str = "Sandbox account"
    id: str = ""
    username: str = ""
    token: str = ""
    page_id: str = ""
    login: Login = Login.FACEBOOK
    quota_total: int = Field(default=50, ge=0)


class AccountOut(BaseModel):
    """An account, with the token that was asked for or made up."""

    id: str
    platform: Platform
    name: str
    username: str
    token: str
    feed_url: str


class TokenIn(BaseModel):
    """A change to a token; what is left out stays."""

    token: str
    dead: int | None = None
    """Refuse it from now on with 190 and this subcode: 460 revoked, 459 checkpoint, 0 none."""
    revive: bool = False
    expires_in_s: float | None = None
    data_access_expires_in_s: float | None = None
    scopes: list[str] | None = None


class CodeIn(BaseModel):
    """A login that somebody completed in the browser, with these permissions."""

    scopes: list[str] | None = None


class FaultIn(BaseModel):
    """A fault for the next calls of a kind. Further fields (`seconds`, `code`, `body`) are its options."""

    model_config = ConfigDict(extra="allow")

    call: str = Field(examples=["instagram.publish", "facebook.*"])
    fault: str = Field(examples=["reset_after"])
    times: int | None = Field(default=1, ge=1)
    """How many calls it hits; null: all until it is removed."""
    account: str = ""

    @field_validator("call")
    @classmethod
    def _some_kind(cls, call: str) -> str:
        if not any(fnmatchcase(kind, call) for kind in KINDS):
            raise ValueError(f"no such kind of call; there are {', '.join(KINDS)}")
        return call

    @field_validator("fault")
    @classmethod
    def _known(cls, fault: str) -> str:
        if fault not in FAULTS:
            raise ValueError(f"no such fault; there are {', '.join(FAULTS)}")
        return fault

    @model_validator(mode="after")
    def _numbers(self) -> FaultIn:
        for name in _NUMBERS & self.options.keys():
            try:
                (float if name == "seconds" else int)(self.options[name])
            except ValueError:
                raise ValueError(f"{name} has to be a number") from None
        return self

    @property
    def options(self) -> dict[str, str]:
        return {name: str(value) for name, value in (self.model_extra or {}).items()}


class LimitIn(BaseModel):
    """How many calls within an hour are answered; null: all."""

    account: str = ""
    """Empty: the application, which is all accounts together."""
    calls_per_hour: int | None = Field(ge=0)


class ClockIn(BaseModel):
    """Either how far it is ahead of the machine's clock, or by how much it is moved."""

    offset_s: float | None = Field(default=None, ge=-_CENTURY_S, le=_CENTURY_S)
    advance_s: float | None = Field(default=None, ge=-_CENTURY_S, le=_CENTURY_S)

    @model_validator(mode="after")
    def _one_of_them(self) -> ClockIn:
        if (self.offset_s is None) == (self.advance_s is None):
            raise ValueError("give either offset_s or advance_s")
        return self


class ClockOut(BaseModel):
    """The sandbox's own time."""

    now: datetime
    offset_s: float


class VisibleOut(BaseModel):
    """How many posts the public sees of what was searched."""

    count: int
    posts: list[PostOut]
