"""Spark's session of this process: whether it can be had, and how it is opened.

A session is a Java process of its own that lives as long as the process which opened it. It is opened in the kernel
that runs a report, never in a process that forks.
"""

from __future__ import annotations

import atexit
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ntanalytics.errors import LakeError, SettingsError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

#: What a session of ours is, unless the settings say otherwise. Nobody looks at its page, and what Spark says below an
#: error is of no use to who waits for a report.
DEFAULTS = {
    "spark.app.name": "ntanalytics",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    # A table has a file a day: they are listed where the session is, and not by a job of the cluster.
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "100000",
}
#: What makes the figures what they are; the settings may not say otherwise (ntanalytics.settings.parts.FIXED).
_FIXED = {"spark.sql.session.timeZone": "UTC", "spark.sql.ansi.enabled": "false"}

#: The oldest Java that Spark 4 runs on.
_JAVA = 17


def check_installed() -> str:
    """What there is of Spark on this machine: ``pyspark 4.0.5, Java 21``.

    Raises:
        SettingsError: pyspark or Java is missing, or Java is too old; what to do is said.
    """
    where = "engine: spark"
    if importlib.util.find_spec("pyspark") is None:
        raise SettingsError(
            "pyspark is not installed", where=where, todo="make spark, or pip install 'ntanalytics[spark]'"
        )
    import pyspark

    java = _java()
    if java is None:
        raise SettingsError(
            "Java is not installed", where=where, todo="apt-get install default-jre-headless, or set JAVA_HOME"
        )
    done = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)  # noqa: S603 — the machine's own
    found = re.search(r'version "(\d+)', done.stderr)
    if done.returncode or found is None or int(found[1]) < _JAVA:
        said = f"is version {found[1]}" if found else "does not say its version"
        raise SettingsError(
            f"{java} {said}, and Spark needs {_JAVA} or newer", where=where, todo="install one, and set JAVA_HOME"
        )
    return f"pyspark {pyspark.__version__}, Java {found[1]}"


def _java() -> str | None:
    home = os.environ.get("JAVA_HOME")
    if home:
        program = Path(home) / "bin" / "java"
        return str(program) if program.is_file() else None
    return shutil.which("java")


def session(master: str, config: Mapping[str, str | bool | int | float]) -> SparkSession:
    """The session of this process: a new one, or the one there is.

    Args:
        master: where Spark is: ``local[*]``, ``spark://HOST:7077``, ``yarn``, ``k8s://...``.
        config: further settings of the session.

    Raises:
        LakeError: Spark does not start, or its master is not reached.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master)
    for key, value in {**DEFAULTS, **config, **_FIXED}.items():
        builder = builder.config(key, value)
    try:
        with _interruption_as_before():
            opened = builder.getOrCreate()
    except (PySparkException, Py4JError, OSError) as error:
        raise LakeError(
            f"Spark does not start: {_said(error)}",
            where=f"spark.master: {master}",
            todo="is it the master's address, and does it answer? The kernel's log says more",
        ) from error
    atexit.register(opened.stop)  # it leaves no files and no workers behind; a second time does nothing
    return opened


@contextmanager
def _interruption_as_before() -> Iterator[None]:
    """The interruption is given back: pyspark takes it for itself, and fails at it once its session is closed.

    What Spark was doing ends with the session, and that with the process.
    """
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, before)


def _said(error: Exception) -> str:
    """The one line of an error that says something: Java's own comes after that of the call."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    return next((line.removeprefix(": ") for line in lines if line.startswith(": ")), lines[0])
