"""Install ntanalytics from this checkout into .venv, and say how far it is.

    python3 install.py requirements.lock                            # to use it
    python3 install.py requirements-dev.lock                        # to develop it: `make setup`
    python3 install.py requirements.lock --wheelhouse wheelhouse    # without any network

It needs nothing but Python. Every package has the version and the hash of the lock.
"""

from __future__ import annotations

import argparse
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from ntanalytics.language import tr

#: Seconds between two lines of progress.
PAUSE_S = 5

#: Seconds that an installation usually takes, until its own pace is known: of pip, and of uv.
USUAL_S = {"pip": 100, "uv": 30}

#: Packages that pip must have come across before its pace is believed.
ENOUGH = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Install, and return the exit code of the first step that failed; 0 if none did."""
    given = _parser().parse_args(arguments)
    python = given.venv / "bin" / "python"
    begin = time.monotonic()
    names = [line.split("==")[0] for line in given.lock.read_text(encoding="utf-8").splitlines() if "==" in line]
    _tell(tr("1/3 a virtual environment in {venv}", venv=given.venv))
    if code := _make_environment(given.venv, given.uv):
        return code
    _tell(tr("2/3 {count} packages of {lock}", count=len(names), lock=given.lock))
    offline = ["--no-index", "--find-links", str(given.wheelhouse)] if given.wheelhouse else []
    # Without --no-deps pip asks for `uvicorn[standard]` anew, takes a release that the lock has no hash of, and fails.
    locked = ["--no-deps", "--require-hashes", "-r", str(given.lock)]
    if code := _watch([*_installer(python, given.uv), *offline, *locked], given.venv, len(names)):
        return code
    _tell(tr("3/3 ntanalytics itself"))
    root = str(Path(__file__).resolve().parent)
    own = [*_installer(python, given.uv), *offline, "--quiet", "--no-deps", "--no-build-isolation", "-e", root]
    if code := subprocess.run(own, check=False).returncode:  # noqa: S603 - ours
        return code
    _tell(
        tr(
            "installed in {seconds:.0f} s: {program} --help",
            seconds=time.monotonic() - begin,
            program=python.with_name("ntanalytics"),
        )
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=tr("Install ntanalytics from this checkout, and say how far it is."))
    parser.add_argument("lock", type=Path, help=tr("requirements.lock to use it, requirements-dev.lock to develop it"))
    parser.add_argument("--venv", type=Path, default=Path(".venv"), help=tr("folder of the virtual environment"))
    parser.add_argument("--wheelhouse", type=Path, help=tr("folder of wheels: no network is used"))
    parser.add_argument("--uv", default="", help=tr("the program uv, which is faster than pip"))
    return parser


def _make_environment(venv: Path, uv: str) -> int:
    python = venv / "bin" / "python"
    if uv:
        made = [] if python.exists() else [uv, "venv", "--quiet", "--python", sys.executable, str(venv)]
        return subprocess.run(made, check=False).returncode if made else 0  # noqa: S603 - ours
    probe = [str(python), "-m", "pip", "--version"]
    if python.exists() and subprocess.run(probe, check=False, capture_output=True).returncode == 0:  # noqa: S603 - ours
        return 0
    made = [sys.executable, "-m", "venv", "--clear", str(venv)]
    code = subprocess.run(made, check=False).returncode  # noqa: S603 - ours
    if code:
        _tell(tr("This Python cannot make a virtual environment: on Debian, apt-get install python3-venv."))
    return code


def _installer(python: Path, uv: str) -> list[str]:
    if uv:
        return [uv, "pip", "install", "--python", str(python)]
    return [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]


def _watch(command: Sequence[str], venv: Path, count: int) -> int:
    """Run an installer, and say every few seconds how far it is; its own words are shown if it fails."""
    usual = USUAL_S["pip" if "pip" in command[1:3] and command[0].endswith("python") else "uv"]
    begin, met, words = time.monotonic(), 0, []
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, **pipes) as process:  # noqa: S603 - ours
        for line in _lines(process):
            if line:
                words.append(line)
                met += line.startswith("Collecting ")
                continue
            installed = sum(1 for _ in venv.glob("lib/python*/site-packages/*.dist-info"))
            passed, steps = time.monotonic() - begin, min(met, count) + min(installed, count)
            whole = passed * 2 * count / steps if steps > ENOUGH else usual
            left = max(whole - passed, PAUSE_S)
            _tell(
                tr(
                    "    {installed} of {count} installed, {passed:.0f} s, about {left:.0f} s left",
                    installed=installed,
                    count=count,
                    passed=passed,
                    left=left,
                )
            )
    if code := process.returncode:
        _tell("".join(words[-40:]))
        return code
    return 0


def _lines(process: subprocess.Popen[str]) -> Iterator[str]:
    """Yield the lines of a program until its end, and an empty text after every pause."""
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in process.stdout or ():
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    due = time.monotonic() + PAUSE_S
    while True:
        try:
            line = lines.get(timeout=max(due - time.monotonic(), 0))
        except queue.Empty:
            yield ""
            due = time.monotonic() + PAUSE_S
            continue
        if line is None:
            return
        yield line


def _tell(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - it is what a person waits for


if __name__ == "__main__":
    sys.exit(main())
