"""The house keeps its form: names, imports, dependencies, and nothing in it that is not ours."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions, version
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = ("ledger", "features", "models", "decisions", "training", "serving")
NAMES = {*PACKAGES, "duecast"}


def source_files() -> list[Path]:
    return sorted(
        path
        for path in chain(*((ROOT / name).rglob("*.py") for name in PACKAGES), ROOT.glob("*.py"))
    )


def imported_names(path: Path) -> set[str]:
    """Top-level names a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def normal(name: str) -> str:
    """Name of a distribution as package indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(requirements: list[str]) -> set[str]:
    return {normal(re.split(r"[\[<>=!~; ]", text)[0]) for text in requirements} - {"duecast"}


@pytest.fixture(scope="module")
def constraints() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [
        line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line)
    ] == []
    pins = [line.split("==") for line in lines]
    assert len({normal(name) for name, _ in pins}) == len(pins)
    return {normal(name): pin for name, pin in pins}


@pytest.fixture(scope="module")
def wheel_files(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Files of the built wheel, its metadata apart."""
    target = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", target],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=120,
    )
    (wheel,) = target.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_the_wheel_has_exactly_the_seven_names(wheel_files: set[str]) -> None:
    tops = {name.partition("/")[0] for name in wheel_files}
    assert tops == {*PACKAGES, "duecast.py"}


def test_the_wheel_holds_every_file_of_the_packages(wheel_files: set[str]) -> None:
    there = {
        path.relative_to(ROOT).as_posix()
        for name in PACKAGES
        for path in (ROOT / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wheel_files == there | {"duecast.py"}


def test_every_package_here_is_one_that_the_tools_know() -> None:
    here = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    modules = {path.stem for path in ROOT.glob("*.py")}
    tool = PROJECT["tool"]
    assert here | modules == NAMES
    assert set(tool["importlinter"]["root_packages"]) == here
    assert {name.removesuffix(".py") for name in tool["mypy"]["files"]} == NAMES
    assert set(tool["ruff"]["lint"]["isort"]["known-first-party"]) == NAMES
    layers = next(c for c in tool["importlinter"]["contracts"] if c["type"] == "layers")
    assert {name.strip() for layer in layers["layers"] for name in layer.split("|")} == here


def lint_imports(directory: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"],
        cwd=directory,
        env={"PYTHONPATH": str(directory)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_imports_run_downwards_and_foreign_systems_have_one_door() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_import_rule_can_be_broken(tmp_path: Path) -> None:
    """A house with one wrong import for each rule breaks them all."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    wrong = {
        "ledger": "import alembic\nimport duecast\n",
        "features": "import shap\n",
        "models": "import decisions\n",
        "decisions": "import mlflow.pyfunc\n",
        "training": "from bentoml import service\n",
        "serving": "import optuna\n",
    }
    for name, code in wrong.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text('"""A layer."""\n')
        (tmp_path / name / "wrong.py").write_text(code)
    (tmp_path / "models" / "registry.py").write_text("import mlflow\n")
    (tmp_path / "training" / "tracking.py").write_text("import mlflow\n")
    (tmp_path / "training" / "tune.py").write_text("import optuna\n")
    said = lint_imports(tmp_path).stdout
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    assert f"Contracts: 0 kept, {len(contracts)} broken." in said, said


def test_the_command_line_only_composes() -> None:
    assert imported_names(ROOT / "duecast.py") <= {*PACKAGES, "os", "sys", "typer"}


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    script = (
        "import sys, duecast; "
        "print(*sorted({'bentoml', 'matplotlib', 'mlflow', 'shap'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.stdout.split(), done.stderr) == ([], "")


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    wanted = declared(PROJECT["project"]["dependencies"])
    foreign = set().union(*(imported_names(path) for path in source_files()))
    foreign -= NAMES | sys.stdlib_module_names
    sources = packages_distributions()
    providers = {name: {normal(source) for source in sources[name]} for name in foreign}
    undeclared = {name for name, provided_by in providers.items() if not provided_by & wanted}
    # SQLAlchemy loads its PostgreSQL driver by itself.
    unused = wanted.difference({"psycopg"}, *providers.values())
    assert (undeclared, unused) == (set(), set())


def test_constraints_pin_everything_declared(constraints: dict[str, str]) -> None:
    project = PROJECT["project"]
    wanted = declared(project["dependencies"])
    wanted = wanted.union(*(declared(extra) for extra in project["optional-dependencies"].values()))
    wanted |= declared(PROJECT["build-system"]["requires"])
    assert wanted - constraints.keys() == set()


def test_what_is_installed_is_what_constraints_say(constraints: dict[str, str]) -> None:
    assert {name: version(name) for name in constraints} == constraints


def test_no_source_file_is_longer_than_500_lines() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in source_files()}
    assert {path: lines for path, lines in lengths.items() if lines > 500} == {}


# A home or mount of some machine, and addresses or options of package indexes. Written so that
# this file does not match itself.
FOREIGN = re.compile(
    r"(?<![\w.*{}-])/(?:home|root|work|mnt|opt|srv|Users)/\w"
    r"|(?:extra-)?index[-_]url|find[-_]links|trusted[-_]host|\bpypi\b(?:\.|/)",
    re.IGNORECASE,
)


def test_no_file_names_a_machine_or_a_package_index() -> None:
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("no git here or no checkout of it, so which files are ours is unknown")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    found = [
        f"{name}:{number}: {line.strip()}"
        for name in filter(None, listed.stdout.split("\0"))
        if (ROOT / name).is_file()
        for number, line in enumerate(
            (ROOT / name).read_text(encoding="utf-8", errors="ignore").splitlines(), start=1
        )
        if FOREIGN.search(line)
    ]
    assert found == []
