"""Imports point down: responses → surveys → barometer, and inside an app from the outside in."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("barometer", "surveys", "responses")
PURE = (
    "barometer.problems",
    "barometer.addresses",
    "barometer.postal",
    "barometer.telephone",
    "surveys.questionnaire",
    "surveys.xlsform",
    "surveys.classifications",
    "surveys.sampling",
    "surveys.register_headers",
    "surveys.frame_file",
    "surveys.small_table",
    "surveys.quiet_weeks_file",
    "surveys.authority_file",
    "surveys.calendar",
    "surveys.plan_checks",
    "responses.cleaning",
    "responses.status_file",
    "responses.mail_format",
    "responses.mail_checks",
    "responses.statistics",
    "responses.importing",
    "responses.returns",
    "responses.return_dates",
    "responses.preflight",
    "responses.spf",
    "responses.mail_reading",
    "responses.simulation.register",
    "responses.simulation.dealing",
    "responses.simulation.shares",
    "responses.simulation.latest",
    "responses.simulation.truth",
    "responses.simulation.behaviour",
)
# From the inside out; a module may import those of its own layer and of the layers before it.
LAYERS = (
    (
        "statistics",
        "importing",
        "cleaning",
        "status_file",
        "mail_format",
        "mail_checks",
        "questionnaire",
        "xlsform",
        "classifications",
        "sampling",
        "register_headers",
        "frame_file",
        "small_table",
        "quiet_weeks_file",
        "authority_file",
        "calendar",
        "plan_checks",
        "mail_reading",
    ),
    (
        "models",
        "problem_texts",
        "indicator_texts",
        "importing_texts",
        "case_texts",
        "address_texts",
        "answering",
        "audience",
        "days_off",
    ),
    (
        "links",
        "guessing",
        "mail",
        "mail_words",
        "mail_fields",
        "mail_rules",
        "mail_preview",
        "bounce_address",
        "returns",
        "return_dates",
        "mailboxes",
        "address_file",
        "address_repair",
        "provider_events",
        "mail_headers",
        "delivery",
        "contact_facts",
        "representativity",
        "follow_up",
        "follow_up_texts",
        "gain_chart",
        "recipients",
        "contact_days",
        "contact_elsewhere",
        "planned_contacts",
        "contact_calendar",
        "calling",
        "letters",
        "mail_texts",
        "wave_progress",
        "proof",
        "proof_findings",
        "proof_texts",
        "proof_checks",
        "proof_addresses",
        "references",
        "coordination",
        "coordinator_links",
        "spf",
        "preflight",
        "preflight_texts",
        "preflight_run",
        "dns_lookup",
        "copies",
        "case_contacts",
        "case_search",
        "case_filters",
        "case_exports",
        "case_page",
        "bulk_texts",
        "counting",
        "work_lists",
        "digest",
        "authorities",
        "exports",
        "variables",
        "export_texts",
        "whole_pdf",
        "representativity_files",
        "dataset",
        "round_design",
        "groupings",
        "kept",
        "estimator",
        "estimate_tables",
        "table_maker",
        "estimates",
        "estimate_texts",
        "estimate_files",
        "figures",
        "figure_texts",
        "figure_drawing",
        "figure_files",
        "monitoring",
        "rates",
        "rate_texts",
        "rate_files",
        "charts",
        "former_rounds",
        "round_curves",
        "forecasting",
        "forecast_texts",
        "forecast_chart",
        "forecast_table",
    ),
    ("actions", "wave_texts"),
    (
        "forms",
        "after_forms",
        "hand_over_forms",
        "mail_forms",
        "address_forms",
        "call_forms",
        "letter_forms",
        "outcome_forms",
        "coordinator_forms",
        "case_forms",
        "bulk_forms",
        "table_forms",
        "forecast_forms",
        "export_forms",
        "tasks",
        "simulation",
    ),
    ("views",),
    ("urls", "admin", "management"),
)
MOST_LINES = 400


def modules() -> Iterator[tuple[str, Path]]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


MODULES = dict(modules())


def imported(path: Path) -> Iterator[tuple[str, bool]]:
    """Every module named in an import, and whether the import stands inside a function."""
    tree = ast.parse(path.read_text())
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield (full if full in MODULES else str(node.module)), id(node) in inside


def layer(module: str) -> int | None:
    """The place of an app's module in LAYERS; None outside the two upper apps."""
    app, _, rest = module.partition(".")
    if app not in ("surveys", "responses"):
        return None
    return next((place for place, names in enumerate(LAYERS) if rest.split(".")[0] in names), None)


@pytest.mark.parametrize("module", MODULES)
def test_a_package_imports_only_itself_and_those_below(module: str) -> None:
    allowed = APPS[: APPS.index(module.split(".")[0]) + 1]
    for name, _ in imported(MODULES[module]):
        top = name.split(".")[0]
        assert top not in APPS or top in allowed, f"{module} imports {name}"


@pytest.mark.parametrize("module", [module for module in MODULES if layer(module) is not None])
def test_a_layer_imports_only_itself_and_those_inside(module: str) -> None:
    own = layer(module)
    assert own is not None
    for name, _ in imported(MODULES[module]):
        other = layer(name)
        if other is not None and name.split(".")[0] == module.split(".")[0]:
            assert other <= own, f"{module} imports {name}"


@pytest.mark.parametrize("module", [m for m in MODULES if any(m == p or m.startswith(f"{p}.") for p in PURE)])
def test_pure_code_knows_no_django_and_no_clock(module: str) -> None:
    for name, _ in imported(MODULES[module]):
        assert name.split(".")[0] not in ("django", "celery", "crispy_forms", "psycopg", "time"), f"{module}: {name}"
        if name.split(".")[0] in APPS:
            assert any(name == p or name.startswith(f"{p}.") for p in PURE), f"{module} imports {name}"
    calls = {
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(MODULES[module].read_text()))
        if isinstance(node, ast.Call)
    }
    assert not calls & {"datetime.now", "date.today", "datetime.today", "datetime.utcnow"}


HEAVY = {
    ("responses.exports.statistics_files", "pandas"),
    ("responses.exports.statistics_files", "pyreadstat"),
    ("responses.exports.parquet_file", "pyarrow"),
    ("responses.exports.parquet_file", "pyarrow.parquet"),
    ("responses.statistics.special", "scipy.special"),
}


@pytest.mark.parametrize("module", MODULES)
def test_imports_stand_at_the_top(module: str) -> None:
    """But for heavy libraries that few processes need."""
    inside = [(module, name) for name, within in imported(MODULES[module]) if within]
    assert [name for name in inside if name not in HEAVY] == []


@pytest.mark.parametrize("module", [m for m in MODULES if ".actions" in m or ".models" in m or m.endswith(".audit")])
def test_the_time_is_told_to_actions_and_models(module: str) -> None:
    source = MODULES[module].read_text()
    assert "timezone.now" not in source
    assert "auto_now" not in source


@pytest.mark.parametrize("module", MODULES)
def test_the_environment_is_read_in_one_place(module: str) -> None:
    if module == "barometer.sharing_out":  # starts a process
        assert "environ" not in (source := MODULES[module].read_text()) and "getenv" not in source
    elif module not in ("barometer.environment", "barometer.wsgi", "barometer.celery"):
        assert "os" not in {name for name, _ in imported(MODULES[module])}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_fits_one_topic(module: str) -> None:
    assert len(MODULES[module].read_text().splitlines()) <= MOST_LINES


def test_there_are_no_catch_all_modules_and_no_signals() -> None:
    assert [m for m in MODULES if m.split(".")[-1] in ("utils", "helpers", "common", "misc", "signals")] == []
