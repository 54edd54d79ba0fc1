"""Where the sockets of kernels are: below a deep TMPDIR their paths would be too long to open."""

from __future__ import annotations

import socket
import tempfile
from pathlib import Path

import pytest

from ntanalytics.kernels.sockets import socket_folder


@pytest.mark.parametrize("depth", [0, 60, 75, 100])
def test_a_socket_of_the_longest_name_can_be_opened(depth: int, monkeypatch: pytest.MonkeyPatch):
    with tempfile.TemporaryDirectory(prefix="t", dir="/tmp") as short:
        deep = Path(short, *(["d" * depth] if depth else []))
        deep.mkdir(exist_ok=True)
        monkeypatch.setattr(tempfile, "tempdir", str(deep))
        with socket_folder(30) as folder:
            assert folder.stat().st_mode & 0o777 == 0o700
            assert (folder.parent == deep) == (len(str(deep)) + len("/nta-run-12345678/") + 30 <= 107)
            with socket.socket(socket.AF_UNIX) as opened:
                opened.bind(str(folder / ("s" * 30)))
