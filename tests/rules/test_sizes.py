"""Functions are short and take few arguments, records are filled by name, and the formatter formats."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

from tests.rules import measure
from tests.rules.measure import by_name, by_room
from tests.rules.package import NAME, Place, Trees, classes, nodes

MOST_FORMAT_SKIPS = 40
MOST_POSITIONAL_FIELDS = 5

#: ``fmt: skip`` that does not end an assignment at the top of a module, by room.
STILL_SKIPPED: dict[str, int] = {}

#: ``fmt: skip`` in all, as long as there are more than 40.
STILL_SKIPPED_IN_ALL: dict[str, int] = {
    "package": 168,
}

#: Functions of more than 7 parameters.
STILL_WIDE: frozenset[str] = frozenset(
    {
        "connect.log_profiling._place",
        "connect.session.connect",
        "delivery.index.page_text",
        "demo.estate.write_estate",
        "demo.incidents.planning._incident",
        "demo.incidents.random.dated._made",
        "demo.products.ejbca._insert",
        "demo.products.exchange._write_deliveries",
        "detectors.failure_burst._told",
        "detectors.failure_burst.failure_burst",
        "detectors.share_shift._finding",
        "extraction.filling.fill_spool",
        "operations.backfill._fill",
        "operations.backfill.backfill",
        "operations.backfill.plan",
        "reports.blocks.chart.chart",
        "reports.blocks.table.table",
        "runner.each_unit.run_each_unit",
        "runner.engine.execute",
        "runner.publishing.manifest",
        "runner.run.run_report",
        "scheduling.delivery_run._of_unit",
    }
)

#: Dataclasses of more than 5 fields that take them by position.
STILL_POSITIONAL: frozenset[str] = frozenset(
    {
        "catalog.product.Mapping",
        "catalog.product.Product",
        "checks.section.SubsystemSummary",
        "connect.draft_check.DatasetState",
        "connect.session.ConnectionReport",
        "connect.source_table.SourceColumn",
        "connect.source_table.SourceTable",
        "contract.dataset.Column",
        "contract.dataset.Dataset",
        "delivery.catalogue.IssuedReport",
        "delivery.message.Message",
        "delivery.missing.MissingReport",
        "demo.estate.Estate",
        "demo.incidents.incident.Incident",
        "demo.incidents.random.kinds.IncidentKind",
        "demo.population.city.City",
        "demo.population.city.People",
        "demo.population.units.Application",
        "demo.products.ejbca_certificates.Certificates",
        "demo.products.exchange_deliveries.DrawnDeliveries",
        "demo.products.exchange_documents.Documents",
        "demo.products.exchange_documents.Offices",
        "demo.products.maxkey_logins.Logins",
        "demo.products.nginx_services.Route",
        "demo.products.nginx_services.Service",
        "demo.products.openfire_conversations.Talks",
        "demo.products.sms_platform_messages.DrawnMessages",
        "demo.products.sms_platform_outcomes.Outcomes",
        "demo.products.xinhu_members.Members",
        "demo.products.xinhu_schema.Flow",
        "demo.products.zabbix_problems._Problem",
        "demo.site._Source",
        "detectors.expected_range.ExpectedRange",
        "detectors.novelty.NovelHours",
        "evaluation.expected.Expected",
        "evaluation.inspections.DayFindings",
        "evaluation.scoring.Score",
        "extraction.conformance.Conformance",
        "findings.correlation_rules.CorrelationRule",
        "findings.finding.Finding",
        "findings.lifecycle.FindingLifecycle",
        "findings.lifecycle.LifecycleState",
        "findings.lifecycle.Observation",
        "findings.rule.Rule",
        "lake.maintenance.TableMaintenance",
        "ledger.audit.Event",
        "ledger.corrections.Correction",
        "ledger.coverage.Covered",
        "ledger.coverage.ExtractionResult",
        "ledger.deliveries.Delivery",
        "ledger.deliveries.DeliveryRequest",
        "ledger.history.Entry",
        "ledger.inspections.InspectedFinding",
        "ledger.inspections.PastInspection",
        "ledger.notices.Notice",
        "ledger.runs.Run",
        "ledger.scheduled_runs.ScheduledRunRecord",
        "metrics.measure.Measure",
        "operations.retention.RetentionItem",
        "recommendations.follow_up.FollowedRecommendation",
        "recommendations.ranking.Cause",
        "recommendations.ranking.Recommendation",
        "report_content.adoption.figures.Adoption",
        "report_content.daily_inspection.DayInspection",
        "report_content.recommendations.Advice",
        "reports.blocks.chart.Chart",
        "reports.exporters.sheets.Sheet",
        "reports.blocks.head.AsOf",
        "reports.blocks.head.Head",
        "reports.blocks.kpis.Kpi",
        "reports.record.Recorded",
        "reports.blocks.table.Table",
        "runner.notebooks.ReportNotebook",
        "runner.run.RunResult",
        "scheduling.deployment_files.DeploymentPaths",
        "scheduling.execution.ExecutionContext",
        "scheduling.execution.RunOutcome",
        "scheduling.health.Health",
        "scheduling.health.JobHealth",
    }
)

#: ``dict[str, Any]`` by room.
UNTYPED_DICTS: dict[str, int] = {
    "checks": 2,
    "connect": 4,
    "demo": 11,
    "detectors": 10,
    "explore": 1,
    "extraction": 1,
    "findings": 2,
    "kernels": 5,
    "lake": 10,
    "ledger": 2,
    "operations": 2,
    "recommendations": 1,
    "report_content": 17,
    "reports": 51,
    "runner": 5,
    "scaffold": 4,
    "scheduling": 1,
    "sources": 9,
    "subsystems": 20,
}

#: Functions of more than 40 lines by room; docstrings are free.
LONG_FUNCTIONS: dict[str, int] = {
    "cli": 4,
    "connect": 1,
    "delivery": 2,
    "demo": 11,
    "extraction": 3,
    "findings": 2,
    "kernels": 1,
    "reports": 4,
    "runner": 4,
    "scheduling": 1,
    "workspace": 5,
}


def test_the_formatter_is_stopped_for_tables_of_data_alone(
    trees: Trees, modules: dict[str, Path], hold: Callable[..., None]
) -> None:
    every, misplaced = measure.format_skips(trees, measure.texts(modules))
    hold(
        "STILL_SKIPPED",
        by_room(misplaced),
        "`fmt: skip` is for a table at the top of a module. Elsewhere let ruff format, and shorten what becomes long.",
    )
    hold(
        "STILL_SKIPPED_IN_ALL",
        {"package": every} if len(every) > MOST_FORMAT_SKIPS else {},
        f"At most {MOST_FORMAT_SKIPS} tables are worth a layout of their own. Remove `fmt: skip` and let ruff format.",
    )


def test_no_function_takes_many_parameters(trees: Trees, hold: Callable[..., None]) -> None:
    hold(
        "STILL_WIDE",
        by_name(measure.wide_functions(trees)),
        f"More than {measure.MOST_PARAMETERS} parameters are something that has no name yet. Give it one: hand over a "
        "dataclass, or split the function.",
    )


def test_large_dataclasses_are_filled_by_name(trees: Trees, hold: Callable[..., None]) -> None:
    hold(
        "STILL_POSITIONAL",
        by_name(positional_dataclasses(trees)),
        f"Of more than {MOST_POSITIONAL_FIELDS} values by position two are swapped and nobody sees it. "
        "Write @dataclass(kw_only=True).",
    )


def test_untyped_dicts_only_become_fewer(trees: Trees, hold: Callable[..., None]) -> None:
    hold(
        "UNTYPED_DICTS",
        by_room(untyped_dicts(trees)),
        "`dict[str, Any]` tells neither a reader nor mypy what is in it. Declare a dataclass or a TypedDict.",
    )


def test_long_functions_only_become_fewer(trees: Trees, hold: Callable[..., None]) -> None:
    hold(
        "LONG_FUNCTIONS",
        by_room(measure.long_functions(trees)),
        f"A function of more than {measure.LONGEST_FUNCTION} lines does several things. Split it by them.",
    )


def test_a_misplaced_format_skip_is_seen() -> None:
    text = 'A = {\n    "a": 1,\n}  # fmt: skip\ndef f():\n    b = (1,\n        2)  # fmt: skip\n'
    every, misplaced = measure.format_skips({f"{NAME}.lake": ast.parse(text)}, {f"{NAME}.lake": text})
    assert ([place.line for place in every], [place.line for place in misplaced]) == ([3, 6], [6])


def test_parameters_are_counted_whatever_their_kind() -> None:
    text = """
class A:
    def seven(self, a, b, /, c, d, *, e, f, g): ...
    def eight(self, a, *b, c, d, e, f, g, **h): ...
@app.command()
def command(a, b, c, d, e, f, g, h): ...
"""
    assert [place.name for place in measure.wide_functions({f"{NAME}.lake": ast.parse(text)})] == ["A.eight"]


def test_a_docstring_does_not_make_a_function_long() -> None:
    body = "\n".join(["    pass"] * 39)
    text = f'def short():\n    """Return.\n\n\n    """\n{body}\ndef long():\n    pass\n{body}'
    assert [place.name for place in measure.long_functions({f"{NAME}.lake": ast.parse(text)})] == ["long"]


def test_dataclasses_by_position_and_untyped_dicts_are_seen() -> None:
    fields = "\n".join(f"    {name}: dict[str, Any]" for name in "abcdef")
    text = f"@dataclass\nclass A:\n{fields}\n@dataclass(frozen=True, kw_only=True)\nclass B:\n{fields}"
    assert [place.name for place in positional_dataclasses({f"{NAME}.lake": ast.parse(text)})] == ["A"]
    assert len(untyped_dicts({f"{NAME}.lake": ast.parse(text)})) == 12


def positional_dataclasses(trees: Trees) -> list[Place]:
    """Return the dataclasses of more than 5 fields that are not keyword-only."""
    return [
        Place(module, node.lineno, name)
        for module, tree in trees.items()
        for name, node in classes(tree)
        if _is_positional(node) and len(_fields(node)) > MOST_POSITIONAL_FIELDS
    ]


def untyped_dicts(trees: Trees) -> list[Place]:
    """Return the annotations ``dict[str, Any]``."""
    return [
        Place(module, node.lineno)
        for module, tree in trees.items()
        for node in nodes(tree)
        if isinstance(node, ast.Subscript) and ast.unparse(node) == "dict[str, Any]"
    ]


def _is_positional(node: ast.ClassDef) -> bool:
    """Return whether a class is a dataclass, and not a keyword-only one."""
    for decorator in node.decorator_list:
        call = decorator if isinstance(decorator, ast.Call) else None
        if ast.unparse(call.func if call else decorator).rpartition(".")[2] == "dataclass":
            keywords = call.keywords if call else []
            return not any(keyword.arg == "kw_only" and ast.unparse(keyword.value) == "True" for keyword in keywords)
    return False


def _fields(node: ast.ClassDef) -> list[ast.AnnAssign]:
    return [
        field
        for field in node.body
        if isinstance(field, ast.AnnAssign) and "ClassVar" not in ast.unparse(field.annotation)
    ]
