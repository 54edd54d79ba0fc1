"""A real S3 server: nanio, which keeps buckets as folders and checks the signature of each request."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.process import free_port, home, listens, program, running


@dataclass(frozen=True)
class ObjectStore:
    """An S3 server with one account.

    Attributes:
        endpoint: its address.
        folder: where its buckets are, each a folder, to look into and to change beside the program under test.
        key: the account's access key.
        secret: the account's secret key.
    """

    endpoint: str
    folder: Path
    key: str = "THE-LAKES-KEY"
    secret: str = "the-lakes-secret-0123456789"

    def settings(self, bucket: str, prefix: str = "city") -> str:
        """The lines of ntanalytics.yml by which a lake is there; the keys are in LAKE_KEY and LAKE_SECRET."""
        return (
            f"store: {{url: 's3://{bucket}/{prefix}', endpoint: '{self.endpoint}', access_key: 'env:LAKE_KEY', "
            "secret_key: 'env:LAKE_SECRET'}\n"
        )


@contextmanager
def nanio() -> Iterator[ObjectStore]:
    """A server with an account, and no bucket."""
    port = free_port()
    with home(None) as folder:
        store = ObjectStore(f"http://127.0.0.1:{port}", folder / "buckets")
        store.folder.mkdir()
        server = program("nanio", str(Path(sys.executable).parent))
        command = [server, "serve", "--data-dir", str(store.folder), "--host", "127.0.0.1", "--port", str(port)]
        account = {"NANIO_ACCESS_KEY": store.key, "NANIO_SECRET_KEY": store.secret}
        with running(command, folder / "server.log", None, lambda: listens(port), account):
            yield store
