"""A real Kannel gateway: bearerbox and smsbox, with carriers on the loopback interface.

Channels: ``ct-fake`` is Kannel's own fakesmsc (it delivers everything), ``cmcc-1`` and ``cu-1`` are
SMS centres that speak SMPP (see ``carrier.py``).
"""

from __future__ import annotations

import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.carrier import carrier
from tests.servers.process import free_port, home, listens, program, running, user_for, wait_until

_CONFIGURATION = """\
group = core
admin-port = {admin}
admin-password = test
status-password = test
smsbox-port = {box}
box-allow-ip = 127.0.0.1
log-file = {folder}/bearerbox.log
log-level = 0
access-log = {folder}/access.log

group = smsc
smsc = fake
smsc-id = ct-fake
host = 127.0.0.1
port = {fake}
connect-allow-ip = 127.0.0.1
allowed-smsc-id = ct-fake

group = smsc
smsc = smpp
smsc-id = cmcc-1
host = 127.0.0.1
port = {cmcc}
transceiver-mode = true
smsc-username = test
smsc-password = test
system-type = test
msg-id-type = 0x00
allowed-smsc-id = cmcc-1

group = smsc
smsc = smpp
smsc-id = cu-1
host = 127.0.0.1
port = {unicom}
transceiver-mode = true
smsc-username = test
smsc-password = test
system-type = test
msg-id-type = 0x00
allowed-smsc-id = cu-1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {send}
sendsms-chars = "0123456789"
log-file = {folder}/smsbox.log
log-level = 0
mo-recode = true

group = sendsms-user
username = oa
password = test
name = oa-notice
concatenation = true
max-messages = 10

group = sms-service
keyword = default
max-messages = 0
catch-all = true
text = ""
"""


@dataclass(frozen=True)
class Gateway:
    """A gateway that runs.

    Attributes:
        access_log: the file in which it writes what it sent and received.
        port: where smsbox takes messages over HTTP.
        admin: where bearerbox tells its state.
    """

    access_log: Path
    port: int
    admin: int

    def send(self, channel: str, recipient: str, text: str, *, account: str, coding: int = 0) -> str:
        """Send a message and ask for its report; returns what smsbox answers.

        Args:
            channel: the SMSC's id.
            recipient: the number; see ``carrier.py`` for what its last digit does.
            text: the message.
            account: the unit on whose account it is sent.
            coding: 0 for GSM, 2 for UCS-2 (Chinese).
        """
        query = urllib.parse.urlencode(
            {
                "username": "oa",
                "password": "test",
                "from": "10690000",
                "to": recipient,
                "text": text,
                "smsc": channel,
                "account": account,
                "coding": coding,
                "charset": "UTF-8",
                "dlr-mask": 31,
                "dlr-url": f"http://127.0.0.1:{self.admin}/status.txt",
            }
        )
        request = f"http://127.0.0.1:{self.port}/cgi-bin/sendsms?{query}"
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return str(error.read().decode())

    def lines(self) -> list[str]:
        """What the access log holds now."""
        return (
            self.access_log.read_text(encoding="utf-8", errors="replace").splitlines()
            if self.access_log.exists()
            else []
        )

    def wait_for(self, event: str, count: int) -> None:
        """Wait until the access log holds ``count`` lines of an event (``Sent SMS``, ``Receive DLR`` …)."""
        wait_until(
            lambda: sum(f" {event} [" in line for line in self.lines()) >= count,
            f"{count} × {event}",
            log=self.access_log,
        )


@contextmanager
def kannel() -> Iterator[Gateway]:
    """A gateway with three channels that are online."""
    bearerbox, smsbox, fakesmsc = program("bearerbox"), program("smsbox"), program("fakesmsc")
    user = user_for("kannel")
    with ExitStack() as stack:
        folder = stack.enter_context(home(user))
        ports = {name: free_port() for name in ("admin", "box", "send", "fake")}
        ports |= {name: stack.enter_context(carrier()) for name in ("cmcc", "unicom")}
        configuration = folder / "kannel.conf"
        configuration.write_text(_CONFIGURATION.format(folder=folder, **ports), encoding="utf-8")
        gateway = Gateway(folder / "access.log", ports["send"], ports["admin"])

        def start(name: str, command: list[str], port: int) -> None:
            is_ready = (lambda: listens(port)) if port else (lambda: True)
            stack.enter_context(running(command, folder / f"{name}.out", user, is_ready))

        start("bearerbox", [bearerbox, "-v", "1", str(configuration)], ports["box"])
        start("fakesmsc", [fakesmsc, "-H", "127.0.0.1", "-r", str(ports["fake"]), "-m", "0", "1 1 text x"], 0)
        start("smsbox", [smsbox, "-v", "1", str(configuration)], ports["send"])
        wait_until(lambda: _online(gateway) >= 3, "three channels to be online", log=folder / "bearerbox.log")
        yield gateway


def _online(gateway: Gateway) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{gateway.admin}/status.txt?password=test", timeout=60) as answer:
        return str(answer.read().decode()).count("(online")
