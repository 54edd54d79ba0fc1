"""Spark session of this process, and the check of its installation.

A session is a Java process that ends with the process that opened it. It is opened in the kernel of a report, never in
a process that forks.
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
from ntanalytics.language import tr

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

#: Default configuration of a session: no web page, and no messages below an error.
DEFAULTS = {
    "spark.app.name": "ntanalytics",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    # A table has one file per day; they are listed by the driver, not by a job of the cluster.
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "100000",
}
#: Configuration that the figures depend on; the settings cannot change it (ntanalytics.settings.parts.FIXED).
_FIXED = {"spark.sql.session.timeZone": "UTC", "spark.sql.ansi.enabled": "false"}

#: Minimum Java version of Spark 4.
_MIN_JAVA = 17


def check_installed() -> str:
    """Return the installed versions, such as ``pyspark 4.0.5, Java 21``.

    Raises:
        SettingsError: pyspark or Java is missing, or Java is too old.
    """
    where = "engine: spark"
    if importlib.util.find_spec("pyspark") is None:
        raise SettingsError(
            tr("pyspark is not installed"), where=where, todo=tr("make spark, or pip install 'ntanalytics[spark]'")
        )
    import pyspark

    java = _java()
    if java is None:
        raise SettingsError(
            tr("Java is not installed"), where=where, todo=tr("apt-get install default-jre-headless, or set JAVA_HOME")
        )
    result = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)  # noqa: S603 — Java
    version = re.search(r'version "(\d+)', result.stderr)
    if result.returncode or version is None or int(version[1]) < _MIN_JAVA:
        problem = tr("is version {version}", version=version[1]) if version else tr("does not say its version")
        raise SettingsError(
            tr("{java} {problem}, and Spark needs {min_java} or newer", java=java, problem=problem, min_java=_MIN_JAVA),
            where=where,
            todo=tr("install one, and set JAVA_HOME"),
        )
    return f"pyspark {pyspark.__version__}, Java {version[1]}"


def _java() -> str | None:
    home = os.environ.get("JAVA_HOME")
    if home:
        program = Path(home) / "bin" / "java"
        return str(program) if program.is_file() else None
    return shutil.which("java")


def session(master: str, config: Mapping[str, str | bool | int | float]) -> SparkSession:
    """Return the session of this process; open it if there is none.

    Args:
        master: address of Spark: ``local[*]``, ``spark://HOST:7077``, ``yarn``, ``k8s://...``.
        config: further configuration of the session.

    Raises:
        LakeError: Spark does not start, or its master cannot be reached.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master)
    for key, value in {**DEFAULTS, **config, **_FIXED}.items():
        builder = builder.config(key, value)
    try:
        with _keep_interrupt_handler():
            spark = builder.getOrCreate()
    except (PySparkException, Py4JError, OSError) as error:
        raise LakeError(
            tr("Spark does not start: {message}", message=_message(error)),
            where=f"spark.master: {master}",
            todo=tr("is it the master's address, and does it answer? The kernel's log says more"),
        ) from error
    atexit.register(spark.stop)  # removes files and workers; a second call does nothing
    return spark


@contextmanager
def _keep_interrupt_handler() -> Iterator[None]:
    """Restore the handler of SIGINT: that of pyspark fails after its session is closed.

    The work of Spark ends with the session, and the session with the process.
    """
    handler = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, handler)


def _message(error: Exception) -> str:
    """Return the informative line of an error: that of Java follows that of the call."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    return next((line.removeprefix(": ") for line in lines if line.startswith(": ")), lines[0])
