"""environment.yml, the locks and pyproject.toml say the same."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.rules.package import nodes

#: Names that conda-forge writes otherwise. Packages it does not have are installed by pip.
CONDA_NAMES = {
    "duckdb": "python-duckdb",
    "ibis-framework": "ibis-duckdb",
    "jupyter-client": "jupyter_client",
    "jupyter-server": "jupyter_server",
}
REQUIREMENT = re.compile(r"^(?P<name>[\w.-]+)(?:\[[\w,]+\])?(?P<bound>.*)$")


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def environment(root: Path) -> dict[str, Any]:
    return yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def locked(root: Path) -> dict[str, list[str]]:
    return read_lock(root / "requirements-dev.lock")


@pytest.fixture(scope="module")
def locked_to_use(root: Path) -> dict[str, list[str]]:
    return read_lock(root / "requirements.lock")


def read_lock(path: Path) -> dict[str, list[str]]:
    """Return the versions of each package of a lock."""
    found: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"^([a-z0-9.-]+)==([^ ]+)", line):
            found.setdefault(match[1], []).append(match[2])
    return found


def split(requirement: str) -> tuple[str, str]:
    match = REQUIREMENT.match(requirement)
    assert match, requirement
    return match["name"].lower(), match["bound"]


def test_conda_installs_what_pyproject_requires(project: dict[str, Any], environment: dict[str, Any]) -> None:
    required = dict(split(line) for line in project["project"]["dependencies"])
    expected = {CONDA_NAMES.get(name, name): bound for name, bound in required.items()}
    plain = [line for line in environment["dependencies"] if isinstance(line, str)]
    by_pip = [line for one in environment["dependencies"] if isinstance(one, dict) for line in one["pip"]]
    listed = dict(split(line) for line in [*plain, *by_pip])
    listed.pop("python")
    listed.pop("pip")
    assert listed == expected, "environment.yml and pyproject.toml differ: a conda user would get another program"


def test_conda_takes_the_same_python(project: dict[str, Any], environment: dict[str, Any]) -> None:
    assert f"python{project['project']['requires-python']}" in environment["dependencies"]


def test_the_lock_holds_every_direct_dependency(project: dict[str, Any], locked: dict[str, list[str]]) -> None:
    extras = project["project"]["optional-dependencies"]
    wanted = [
        *project["project"]["dependencies"],
        *extras["postgres"],
        *extras["mysql"],
        *tools(project),
        *project["dependency-groups"]["build"],
    ]
    missing = sorted({split(line)[0] for line in wanted} - set(locked))
    assert not missing, f"{missing}: run `make lock`"


def test_who_uses_it_installs_the_same_versions_and_no_tools(
    project: dict[str, Any], locked: dict[str, list[str]], locked_to_use: dict[str, list[str]]
) -> None:
    differing = {name for name, versions in locked_to_use.items() if locked.get(name) != versions}
    assert not differing, f"{differing}: run `make lock`"
    extras = project["project"]["optional-dependencies"]
    wanted = [*project["project"]["dependencies"], *extras["postgres"], *extras["mysql"]]
    used = {split(line)[0] for line in wanted}
    assert used <= set(locked_to_use), "run `make lock`"
    brought = {"babel", "jsonschema"}  # JupyterLab needs them
    alien = {split(line)[0] for line in tools(project)} & set(locked_to_use) - used - brought
    assert not alien, f"{alien}: requirements.lock is for those who use it"


def tools(project: dict[str, Any]) -> list[str]:
    """Return what only those need who develop."""
    return [line for line in project["dependency-groups"]["dev"] if isinstance(line, str)]


def test_the_lock_satisfies_every_lower_bound(project: dict[str, Any], locked: dict[str, list[str]]) -> None:
    for requirement in project["project"]["dependencies"]:
        name, bound = split(requirement)
        least = tuple(int(part) for part in bound.removeprefix(">=").split("."))
        for version in locked[name]:
            actual = tuple(int(part) for part in re.findall(r"\d+", version))
            assert actual >= least, f"{name} {version} is locked, but {requirement} is required; run `make lock`"


#: Below these a known flaw lets a page, a template or a notebook do what it must not.
FLOORS = {"nbconvert": "7.17.1", "jupyter-server": "2.18", "jinja2": "3.1.6"}


@pytest.mark.parametrize("name", FLOORS)
def test_no_version_with_a_known_flaw_can_be_installed(
    project: dict[str, Any], locked: dict[str, list[str]], name: str
) -> None:
    least = numbers(FLOORS[name])
    declared = dict(split(line) for line in project["project"]["dependencies"])
    assert numbers(declared[name].removeprefix(">=")) >= least, "pyproject.toml would take a version with a known flaw"
    assert all(numbers(version) >= least for version in locked[name])
    assert numbers(importlib.metadata.version(name)) >= least


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "requirements-spark.lock"])
def test_every_locked_version_has_hashes(root: Path, name: str) -> None:
    blocks = re.split(r"^(?=[a-z0-9])", (root / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    bare = [block.split()[0] for block in blocks if "==" in block and "--hash=sha256:" not in block]
    assert not bare, f"{bare}: without a hash an index may hand out anything"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_names_all_that_its_packages_need(root: Path, name: str) -> None:
    """It is installed without dependencies, so what it does not name is missing."""
    locked = {package: versions[-1] for package, versions in read_lock(root / name).items()}
    needs = {package: _needs(package, "") for package in locked}
    asked = [
        (canonicalize_name(need.name), extra) for all_of in needs.values() for need in all_of for extra in need.extras
    ]
    needs |= {f"{package}[{extra}]": _needs(package, extra) for package, extra in asked}
    missing = {
        f"{package} needs {need}"
        for package, all_of in needs.items()
        for need in all_of
        if (version := locked.get(canonicalize_name(need.name))) is None
        or not need.specifier.contains(version, prereleases=True)
    }
    assert not missing, f"{sorted(missing)}: run `make lock`"


def _needs(package: str, extra: str) -> list[Requirement]:
    """What an installed package needs on this machine; nothing of one that is for other machines."""
    try:
        lines = importlib.metadata.requires(package) or []
    except importlib.metadata.PackageNotFoundError:
        return []
    needs = [Requirement(line) for line in lines]
    return [need for need in needs if need.marker is None or need.marker.evaluate({"extra": extra})]


def test_every_library_that_the_package_imports_is_declared(
    project: dict[str, Any], trees: dict[str, ast.Module]
) -> None:
    extras = [line for lines in project["project"]["optional-dependencies"].values() for line in lines]
    declared = {split(line)[0] for line in [*project["project"]["dependencies"], *extras]}
    providers = importlib.metadata.packages_distributions()
    undeclared = {
        f"{name} imports {module}"
        for name, tree in trees.items()
        for module in _imported(tree) - sys.stdlib_module_names - {"ntanalytics"}
        if not {re.sub(r"[-_.]+", "-", one).lower() for one in providers.get(module, [module])} & declared
    }
    assert not undeclared, f"{sorted(undeclared)}: declare it in pyproject.toml; another library's need may end"


def _imported(tree: ast.Module) -> set[str]:
    """The top names of everything that a module imports, within its functions too."""
    found = set()
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found
