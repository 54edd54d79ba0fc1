"""Where reports and notices go: the channels of a site, and who is reached over them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ntanalytics.errors import SettingsError, UnknownName

#: An address as SMTP takes it without extensions; nothing in it can begin another header or recipient.
_ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")

#: A folder below a shared one: a name, never a way to another place.
_FOLDER = re.compile(r"[^./\\\x00-\x1f][^/\\\x00-\x1f]{0,80}")

#: What each kind of channel must be told, and what it may be.
_NEEDED = {"folder": {"path"}, "mail": {"host", "sender"}, "robot": {"url"}}
_ALLOWED = {
    "folder": {"path", "limit_mb"},
    "mail": {"host", "port", "security", "sender", "user", "password", "limit_mb"},
    "robot": {"url"},
}

_PORTS = {"tls": 465, "starttls": 587, "none": 25}


def reference(text: str) -> str:
    """A reference to a secret as it stands; what is none of the known kinds is refused.

    Raises:
        ValueError: the text is no reference, and may be the secret itself.
    """
    if text and text.partition(":")[0] not in ("env", "file", "keyring"):
        raise ValueError("a secret is not written here; refer to it: env:NAME, file:PATH or keyring:SERVICE/USER")
    return text


class Channel(BaseModel):
    """One way to reach readers: a folder, a mail server, or a group's robot."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kind: Literal["folder", "mail", "robot"] = Field(description="What it is: `folder`, `mail` or `robot`.")
    path: Path | None = Field(None, description="Folder: where reports are copied to; it must be there.")
    host: str = Field("", description="Mail: the SMTP server.")
    port: int | None = Field(None, gt=0, le=65535, description="Mail: its port; default by `security`.")
    security: Literal["tls", "starttls", "none"] = Field("starttls", description="Mail: how the connection is secured.")
    sender: str = Field("", description="Mail: the address that it comes from.")
    user: str = Field("", description="Mail: whom to log in as; default: no login.")
    password: Annotated[str, AfterValidator(reference)] = Field("", description="Mail: reference to the password.")
    url: Annotated[str, AfterValidator(reference)] = Field(
        "", description="Robot: reference to its Apprise URL, such as wecombot://KEY or dingtalk://TOKEN."
    )
    limit_mb: float | None = Field(
        None, gt=0, description="Mail: a larger message goes without its workbook (default 10). Folder: so for a file."
    )

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Channel:
        given = self.model_fields_set - {"kind"}
        if missing := sorted(name for name in _NEEDED[self.kind] if not getattr(self, name)):
            raise ValueError(f"a {self.kind} needs {', '.join(missing)}")
        if foreign := sorted(given - _ALLOWED[self.kind]):
            raise ValueError(
                f"a {self.kind} has no {', '.join(foreign)}; known: {', '.join(sorted(_ALLOWED[self.kind]))}"
            )
        if self.sender and not _ADDRESS.fullmatch(self.sender):
            raise ValueError("sender is no mail address")
        if bool(self.user) != bool(self.password):
            raise ValueError("user and password go together")
        if self.user and self.security == "none":
            raise ValueError("a password is not sent over an open connection: use security: starttls or tls")
        return self

    @property
    def smtp_port(self) -> int:
        """The port of the mail server."""
        return self.port or _PORTS[self.security]


class Recipient(BaseModel):
    """Who is reached over a channel."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    channel: str = Field(description="One of `channels`.")
    to: tuple[str, ...] = Field(
        (), description="Mail: the addresses, each of which gets a message of its own. Folder: folders below its path."
    )


@dataclass(frozen=True, order=True)
class Address:
    """One place that gets one message.

    Attributes:
        channel: the channel's name.
        to: a mail address, a folder below the channel's path, or empty: the channel itself.
    """

    channel: str
    to: str = ""

    def __str__(self) -> str:
        return f"{self.channel} {self.to}".strip()


def addresses(recipients: Iterable[Recipient], channels: Mapping[str, Channel], *, where: str) -> Iterator[Address]:
    """Each place that recipients name, once, in their order.

    Args:
        recipients: who is named.
        channels: the site's channels by name.
        where: what names them, for messages.

    Raises:
        SettingsError: a channel that is not there (the nearest is named), a mail channel without an address, an address
            that is none, a folder's name that leads elsewhere.
    """
    seen = set()
    for recipient in recipients:
        if recipient.channel not in channels:
            unknown = UnknownName("channel", recipient.channel, channels)
            raise SettingsError(unknown.what, where=where, todo=unknown.todo)
        for each in _each(recipient, channels[recipient.channel], where):
            if each not in seen:
                seen.add(each)
                yield each


def _each(recipient: Recipient, channel: Channel, where: str) -> list[Address]:
    place = f"{where}: {recipient.channel}"
    if channel.kind == "robot" and recipient.to:
        raise SettingsError("a robot speaks to its group alone", where=place, todo="leave `to` out")
    if channel.kind == "mail" and not recipient.to:
        raise SettingsError("nobody is named", where=place, todo="name mail addresses under `to`")
    shape = _ADDRESS if channel.kind == "mail" else _FOLDER
    for text in recipient.to:
        if not shape.fullmatch(text):
            wanted = "mail address" if channel.kind == "mail" else "name of a folder below the channel's path"
            raise SettingsError(f"{text!r} is no {wanted}", where=place, todo="correct `to`")
    return [Address(recipient.channel, text) for text in recipient.to or ("",)]
