"""The locks: complete, hashed, in step with pyproject.toml, and naming no address."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUN = PROJECT["project"]["dependencies"]
EXTRAS = {name: [*RUN, *more] for name, more in PROJECT["project"]["optional-dependencies"].items()}
GROUPS = {"run": RUN, **EXTRAS, **PROJECT["dependency-groups"]}


def pinned(group: str) -> dict[str, str]:
    """Return the version of every package in a lock."""
    text = (ROOT / "requirements" / f"{group}.txt").read_text()
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, flags=re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_holds_pinned_and_hashed_packages_and_no_address(lock: Path) -> None:
    package = re.compile(r"[a-z0-9-]+==\S+( ; [^\\]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+")
    entries = re.split(r"\n(?=\S)", lock.read_text().strip())
    assert [entry for entry in entries if not package.fullmatch(entry)] == []


def test_the_npm_lock_pins_by_digest_and_names_no_address() -> None:
    text = (ROOT / "package-lock.json").read_text()
    packages = [entry for name, entry in json.loads(text)["packages"].items() if name]
    assert "://" not in text
    assert all(entry["integrity"].startswith("sha512-") and "resolved" not in entry for entry in packages)
    assert "omit-lockfile-registry-resolved=true" in (ROOT / ".npmrc").read_text().split()


def test_the_npm_lock_is_of_the_package_file() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"][""]
    assert (locked["dependencies"], locked["devDependencies"]) == (wanted["dependencies"], wanted["devDependencies"])


@pytest.mark.parametrize("group", GROUPS)
def test_every_dependency_is_locked_at_a_version_that_it_allows(group: str) -> None:
    versions = pinned(group)
    for requirement in map(Requirement, GROUPS[group]):
        assert versions[canonicalize_name(requirement.name)] in requirement.specifier, requirement


def test_the_tests_run_with_the_versions_that_production_runs_with() -> None:
    for extra in EXTRAS:
        assert pinned("run").items() < pinned(extra).items() < pinned("test").items()


def test_every_dependency_says_why_it_is_here() -> None:
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    for requirement in (requirement for group in GROUPS.values() for requirement in group):
        line = next(line for line in lines if f'"{requirement}"' in line)
        assert re.search(r"# \w+", line), f"{requirement} needs a comment"
