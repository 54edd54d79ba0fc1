"""JupyterLab on the lake: in Chinese, only for this account on this machine, without any request to the internet."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ntanalytics.errors import UsageError
from ntanalytics.kernels.sockets import socket_folder
from ntanalytics.language import tr
from ntanalytics.settings import ENVIRONMENT, Settings, project_dir

#: First settings of JupyterLab; the analyst's own changes stay.
_PREFERENCES = {
    "@jupyterlab/translation-extension/plugin": {"locale": "zh_CN"},
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
#: These override Jupyter's settings of the account and the machine: the server answers this machine only, asks for a
#: token, and fetches neither news nor versions nor a list of extensions. Kernels use Unix sockets. It looks for no
#: build, which nothing needs: that takes seconds, and JupyterLab writes errors where the page is closed meanwhile.
_OPTIONS = (
    "--ServerApp.ip=127.0.0.1",
    "--ServerApp.allow_remote_access=False",
    "--ServerApp.answer_yes=True",
    "--ServerApp.log_level=WARN",
    "--ServerApp.allow_root=True",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
    "--ServerApp.tornado_settings={'page_config_data': {'buildCheck': False}}",
    "--KernelManager.transport=ipc",
)
#: Plugins of JupyterLab that travel with the package; they need no build.
_EXTENSIONS = Path(__file__).with_name("labextensions")

_RETRIES = 50
#: First lines of every session.
_STARTUP = (
    "from ntanalytics.explore.lab_session import prepare_session\n\n"
    "prepare_session(get_ipython())\ndel prepare_session\n"
)


def prepare_folder(settings: Settings, directory: Path | None = None) -> Path:
    """Return the analyst's folder, with a copy of each explore notebook that it lacks.

    Args:
        settings: the site.
        directory: the folder; default: ``lab`` beside the settings.

    Raises:
        UsageError: the folder cannot be written.
    """
    folder = (directory or settings.file.parent / "lab").absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for notebook in sorted((project_dir("notebooks") / "explore").glob("*.ipynb")):
            copy = folder / notebook.name
            if not copy.exists():
                copy.write_bytes(notebook.read_bytes())
        startup = _ipython(folder) / "profile_default" / "startup" / "00-ntanalytics.py"
        startup.parent.mkdir(parents=True, exist_ok=True)
        startup.write_text(_STARTUP, encoding="utf-8")
        for name, preference in _PREFERENCES.items():
            file = _preferences(folder) / f"{name}.jupyterlab-settings"
            if not file.exists():
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(json.dumps(preference, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(
            tr("cannot write the notebooks: {error}", error=error),
            where=str(folder),
            todo=tr("name a folder of your own with --dir DIR"),
        ) from error
    return folder


def serve(
    settings: Settings, folder: Path, *, port: int | None, browser: bool, on_start: Callable[[str], None]
) -> None:
    """Run JupyterLab until it is interrupted.

    Args:
        settings: the site of the lake.
        folder: the analyst's folder (:func:`prepare_folder`).
        port: the TCP port; default: 8888, or the next free one.
        browser: True to open a browser.
        on_start: called with the address, with its token, when the server answers.

    Raises:
        UsageError: the port is taken.
    """
    with _environment(settings, folder):
        from jupyterlab.labapp import LabApp  # at its import it reads folders from the environment

        options = [
            *_OPTIONS,
            f"--LabApp.extra_labextensions_path={_EXTENSIONS}",
            f"--ServerApp.root_dir={folder}",
            f"--ServerApp.open_browser={browser}",
        ]
        options += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"] if port else []
        options += [] if port else [f"--ServerApp.port_retries={_RETRIES}"]
        try:
            server = LabApp.initialize_server(argv=options)
        except SystemExit as error:
            raise UsageError(
                tr("JupyterLab cannot listen on port {port}", port=port or 8888), todo=tr("try another --port")
            ) from error

        def tell() -> None:
            on_start(f"{server.connection_url}lab?token={server.identity_provider.token}")

        # the server listens from the first step of the loop on, and this is the step after it
        server.io_loop.add_callback(tell)
        server.start()
        _end_tasks(server.io_loop.asyncio_loop)


def _end_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel what a stopped loop left: a request of an open page keeps a thread, without which the process ends not."""
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))


@contextmanager
def _environment(settings: Settings, folder: Path) -> Iterator[None]:
    """Set the environment of the server and its kernels: the settings, no secrets, Jupyter's files in the folder.

    The sockets of the kernels and the server's token are files in a folder that only this account can enter.
    """
    before = dict(os.environ)
    for reference in settings.references - settings.lake_references:
        os.environ.pop(reference.removeprefix("env:"), None)
    # A token, an address or a configuration of the account is for other servers.
    for name in [name for name in os.environ if name.startswith(("JUPYTER", "JPY_"))]:
        del os.environ[name]
    os.environ |= {
        ENVIRONMENT: str(settings.file),
        "JUPYTER_CONFIG_DIR": str(folder / ".jupyter"),
        "IPYTHONDIR": str(_ipython(folder)),
        "JUPYTER_PREFER_ENV_PATH": "1",  # the kernel is this Python, not one that the account has installed
    }
    try:
        # the sockets of a kernel are kernel-<UUID>-ipc-1 … 5
        with socket_folder(len("kernel--ipc-1") + 36) as private:
            os.environ["JUPYTER_RUNTIME_DIR"] = str(private)
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _ipython(folder: Path) -> Path:
    return folder / ".jupyter" / "ipython"


def _preferences(folder: Path) -> Path:
    return folder / ".jupyter" / "lab" / "user-settings"
