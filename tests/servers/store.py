"""A real S3 server: Ceph's gateway with its database in a file, without a cluster behind it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pyarrow import fs

from tests.servers.process import free_port, home, listens, program, running, user_for

CONFIG = """\
[global]
[client.rgw]
rgw_backend_store = dbstore
rgw_config_store = dbstore
dbstore_db_dir = {folder}
dbstore_config_uri = file:{folder}/config.db
rgw_frontends = beast endpoint=127.0.0.1:{port}
rgw_thread_pool_size = 16
log_file = {folder}/gateway.log
run_dir = {folder}
admin_socket =
pid_file = {folder}/pid
"""


@dataclass(frozen=True)
class ObjectStore:
    """An S3 server with one account.

    Attributes:
        endpoint: its address.
        key: the account's access key.
        secret: the account's secret key.
    """

    endpoint: str
    key: str = "THE-LAKES-KEY"
    secret: str = "the-lakes-secret-0123456789"

    @property
    def files(self) -> fs.S3FileSystem:
        """What is in it, to look at and to change beside the program under test."""
        return fs.S3FileSystem(
            access_key=self.key, secret_key=self.secret, region="us-east-1", endpoint_override=self.endpoint,
            allow_bucket_creation=True,
        )  # fmt: skip

    def settings(self, bucket: str, prefix: str = "city") -> str:
        """The lines of ntanalytics.yml by which a lake is there; the keys are in LAKE_KEY and LAKE_SECRET."""
        return (
            f"store: {{url: 's3://{bucket}/{prefix}', endpoint: '{self.endpoint}', access_key: 'env:LAKE_KEY', "
            "secret_key: 'env:LAKE_SECRET'}\n"
        )


@contextmanager
def gateway() -> Iterator[ObjectStore]:
    """A gateway with an account, and no bucket."""
    server, admin = program("radosgw"), program("radosgw-admin")
    user, port = user_for("ceph"), free_port()
    with home(user) as folder:
        config = folder / "ceph.conf"
        config.write_text(CONFIG.format(folder=folder, port=port), encoding="utf-8")
        common = ["--no-mon-config", "-c", str(config), "-n", "client.rgw"]
        with running([server, "-f", *common], folder / "server.log", user, lambda: listens(port)):
            store = ObjectStore(f"http://127.0.0.1:{port}")
            account = ["user", "create", "--uid=lake", "--display-name=lake"]
            account += [f"--access-key={store.key}", f"--secret-key={store.secret}"]
            subprocess.run([admin, *common, *account], user=user, cwd=folder, check=True, capture_output=True)
            yield store
