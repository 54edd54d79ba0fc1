"""Delivery channels of a site, and their recipients."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ntanalytics.errors import SettingsError, UnknownName
from ntanalytics.language import tr

#: Mail address without SMTP extensions; it cannot start another header or recipient.
_ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")

#: Folder name below a shared folder, without a path.
_FOLDER = re.compile(r"[^./\\\x00-\x1f][^/\\\x00-\x1f]{0,80}")

#: Required and allowed keys of each kind of channel.
_REQUIRED = {"folder": {"path"}, "mail": {"host", "sender"}, "robot": {"url"}}
_ALLOWED = {
    "folder": {"path", "limit_mb"},
    "mail": {"host", "port", "security", "sender", "user", "password", "limit_mb"},
    "robot": {"url"},
}

_PORTS = {"tls": 465, "starttls": 587, "none": 25}


def reference(text: str) -> str:
    """Return a reference to a secret.

    Raises:
        ValueError: the text is not a reference, and may be the secret itself.
    """
    if text and text.partition(":")[0] not in ("env", "file", "keyring"):
        raise ValueError(tr("a secret is not written here; refer to it: env:NAME, file:PATH or keyring:SERVICE/USER"))
    return text


class Channel(BaseModel):
    """A channel to readers: folder, mail server, or robot of a chat group."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kind: Literal["folder", "mail", "robot"] = Field(description="Kind: `folder`, `mail` or `robot`.")
    path: Path | None = Field(None, description="Folder: target of the copies; it must exist.")
    host: str = Field("", description="Mail: SMTP server.")
    port: int | None = Field(None, gt=0, le=65535, description="Mail: port; default by `security`.")
    security: Literal["tls", "starttls", "none"] = Field("starttls", description="Mail: security of the connection.")
    sender: str = Field("", description="Mail: sender address.")
    user: str = Field("", description="Mail: user of the login; default: no login.")
    password: Annotated[str, AfterValidator(reference)] = Field("", description="Mail: reference to the password.")
    url: Annotated[str, AfterValidator(reference)] = Field(
        "", description="Robot: reference to its Apprise URL, such as wecombot://KEY or dingtalk://TOKEN."
    )
    limit_mb: float | None = Field(
        None,
        gt=0,
        description="Mail: a larger message is sent without its workbook (default 10). Folder: the same for a file.",
    )

    @model_validator(mode="after")
    def _check_keys(self) -> Channel:
        keys = self.model_fields_set - {"kind"}
        if missing := sorted(name for name in _REQUIRED[self.kind] if not getattr(self, name)):
            raise ValueError(f"a {self.kind} needs {', '.join(missing)}")
        if foreign := sorted(keys - _ALLOWED[self.kind]):
            raise ValueError(
                tr(
                    "a {kind} has no {foreign}; known: {allowed}",
                    kind=self.kind,
                    foreign=", ".join(foreign),
                    allowed=", ".join(sorted(_ALLOWED[self.kind])),
                )
            )
        if self.sender and not _ADDRESS.fullmatch(self.sender):
            raise ValueError(tr("sender is not a mail address"))
        if bool(self.user) != bool(self.password):
            raise ValueError(tr("user and password go together"))
        if self.user and self.security == "none":
            raise ValueError(tr("a password is not sent over an open connection: use security: starttls or tls"))
        return self

    @property
    def smtp_port(self) -> int:
        """Port of the mail server."""
        return self.port or _PORTS[self.security]


class Recipient(BaseModel):
    """A recipient on a channel."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    channel: str = Field(description="Name of a channel.")
    to: tuple[str, ...] = Field(
        (), description="Mail: addresses, each with an own message. Folder: folders below its path."
    )
    only: Literal["exceptions"] | None = Field(
        None,
        description="`exceptions`: only reports with an exception or a gap; each week a list proves that the others "
        "were in order.",
    )


@dataclass(frozen=True, order=True)
class Address:
    """Address of one message.

    Attributes:
        channel: name of the channel.
        to: mail address, folder below the channel's path, or empty: the channel itself.
        is_quiet: whether only reports with an exception or a gap go there.
    """

    channel: str
    to: str = ""
    is_quiet: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        return f"{self.channel} {self.to}".strip()


def addresses(recipients: Iterable[Recipient], channels: Mapping[str, Channel], *, where: str) -> Iterator[Address]:
    """Yield each address of the recipients once, in order.

    Args:
        recipients: the recipients.
        channels: channels of the site by name.
        where: settings key of the recipients, for messages.

    Raises:
        SettingsError: unknown channel (the nearest is named), mail channel without an address, invalid address or
            folder name.
    """
    seen: set[Address] = set()
    for recipient in recipients:
        if recipient.channel not in channels:
            unknown = UnknownName("channel", recipient.channel, channels)
            raise SettingsError(unknown.what, where=where, todo=unknown.todo)
        for address in _addresses(recipient, channels[recipient.channel], f"{where}: {recipient.channel}"):
            if address not in seen:
                seen.add(address)
                yield address


def _addresses(recipient: Recipient, channel: Channel, where: str) -> list[Address]:
    if channel.kind == "robot" and recipient.to:
        raise SettingsError(tr("a robot has no recipient but its group"), where=where, todo=tr("leave `to` out"))
    if channel.kind == "mail" and not recipient.to:
        raise SettingsError(tr("the recipient has no address"), where=where, todo=tr("name mail addresses under `to`"))
    shape = _ADDRESS if channel.kind == "mail" else _FOLDER
    for text in recipient.to:
        if not shape.fullmatch(text):
            wanted = tr("mail address") if channel.kind == "mail" else tr("name of a folder below the channel's path")
            raise SettingsError(
                tr("{text!r} is not a valid {wanted}", text=text, wanted=wanted), where=where, todo=tr("correct `to`")
            )
    return [Address(recipient.channel, text, recipient.only is not None) for text in recipient.to or ("",)]
