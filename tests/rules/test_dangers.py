"""What can run, read or reach what it should not is not used at all, or in the one safe way."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

import openpyxl

from tests.rules.package import nodes

#: Reading one of these runs what stands in it; or entities and networks are followed by default.
MODULES = {
    "pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "xml", "pty", "telnetlib", "ftplib",
}  # fmt: skip
CALLS = {
    "eval", "exec", "__import__", "os.system", "os.popen", "yaml.load", "yaml.load_all", "yaml.unsafe_load",
    "yaml.full_load", "pd.read_pickle", "pandas.read_pickle", "tempfile.mktemp", "subprocess.getoutput",
    "subprocess.getstatusoutput", "logging.config.listen", "warnings.warn_explicit",
}  # fmt: skip
KEYWORDS = {("shell", "True"), ("allow_pickle", "True"), ("verify", "False"), ("trust_remote_code", "True")}
NAMES = {name for name, _ in KEYWORDS}
METHODS = {"to_pickle", "extractall", "unsafe_load"}


def test_nothing_runs_what_it_reads_and_no_shell_is_asked(trees: dict[str, ast.Module]) -> None:
    found = sorted(
        f"{name}:{line}: {what}"
        for name, tree in trees.items()
        for line, what in dangers(tree)
        # a stranger runs it with the standard library alone; it refuses a part with a document type before it parses it
        if (name, what) != ("ntanalytics.reports.verification.verify_ofd", "xml.etree.ElementTree")
    )
    assert not found, f"{found}: text from outside could run; use a safe reader, a list of arguments, lxml"


def test_xml_is_parsed_without_entities_and_networks(trees: dict[str, ast.Module]) -> None:
    found = []
    for name, tree in trees.items():
        for call, written in calls(tree):
            if "etree." not in written:
                continue
            given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
            if written.endswith("etree.XMLParser"):
                safe = (given.get("resolve_entities"), given.get("no_network"), given.get("huge_tree", "False"))
                if safe != ("False", "True", "False"):
                    found.append(f"{name}:{call.lineno}")
            reads = written.endswith(("etree.fromstring", "etree.parse", "etree.XML", "etree.iterparse"))
            if reads and len(call.args) < 2 and "parser" not in given:
                found.append(f"{name}:{call.lineno}")
    assert not found, f"{found}: hand it lxml.etree.XMLParser(resolve_entities=False, no_network=True)"


def test_templates_escape(trees: dict[str, ast.Module]) -> None:
    found = [
        f"{name}:{call.lineno}"
        for name, tree in trees.items()
        if not name.startswith("ntanalytics.scaffold") and name != "ntanalytics.scheduling.deployment_files"
        for call, written in calls(tree)
        if written.endswith("jinja2.Environment")
        and {each.arg: ast.unparse(each.value) for each in call.keywords}.get("autoescape") != "True"
    ]
    assert not found, f"{found}: a page's template escapes by default: autoescape=True"


def test_workbooks_are_parsed_by_a_parser_that_refuses_entities() -> None:
    assert openpyxl.DEFUSEDXML, "defusedxml is missing, and openpyxl parses with the standard library's parser"


@cache
def calls(tree: ast.Module) -> tuple[tuple[ast.Call, str], ...]:
    """Each call of a module, and what it calls as it is written; kept, since three rules ask."""
    return tuple((node, ast.unparse(node.func)) for node in nodes(tree) if isinstance(node, ast.Call))


def dangers(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, each.name) for each in node.names if each.name.partition(".")[0] in MODULES)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in MODULES:
            yield node.lineno, node.module or ""
    for call, written in calls(tree):
        if written in CALLS or written.rpartition(".")[2] in METHODS:
            yield call.lineno, written
        for keyword in call.keywords:
            if keyword.arg in NAMES and (keyword.arg, ast.unparse(keyword.value)) in KEYWORDS:
                yield call.lineno, f"{keyword.arg}={ast.unparse(keyword.value)}"
