"""dev.py and frontend.py: the way in must work on any machine, in any folder, and after any interruption."""

import contextlib
import fcntl
import gzip
import os
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import dj_database_url
import psutil
import pytest

import dev
import frontend
from tests.conftest import free_port

pytestmark = pytest.mark.once

ROOT = Path(dev.__file__).parent


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder whose path has spaces and Danish letters, with a lock that names nothing."""
    project = tmp_path / "mappe æøå"
    (project / "requirements").mkdir(parents=True)
    (project / ".run").mkdir()
    (project / "requirements" / "run.txt").write_text("")
    monkeypatch.setattr(dev, "ROOT", project)
    monkeypatch.setattr(dev, "RUN", project / ".run")
    monkeypatch.setattr(dev, "DATABASE", project / ".run" / "db.sqlite3")
    monkeypatch.setattr(dev, "VENV", project / ".venv")
    monkeypatch.setattr(dev, "PYTHON", project / ".venv" / "bin" / "python")
    return project


# --- The environment ---


def test_packages_are_installed_only_when_the_lock_has_changed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dev.environment("run")
    assert "Making the environment" in capsys.readouterr().out
    dev.environment("run")
    assert capsys.readouterr().out == ""
    (folder / "requirements" / "run.txt").write_text("# changed\n")
    dev.environment("run")
    assert "requirements/run.txt" in capsys.readouterr().out
    subprocess.run([dev.PYTHON, "-c", ""], check=True)


def test_an_environment_whose_installation_was_interrupted_is_made_anew(folder: Path) -> None:
    dev.environment()
    (folder / ".venv" / "unfinished").touch()
    (folder / ".venv" / "half a package").touch()
    dev.environment("run")
    assert not (folder / ".venv" / "half a package").exists()
    assert not (folder / ".venv" / "unfinished").exists()


def test_a_failed_installation_is_not_taken_for_a_finished_one(folder: Path) -> None:
    (folder / "requirements" / "run.txt").write_text("not a requirement\n")
    with pytest.raises(subprocess.CalledProcessError):
        dev.environment("run")
    assert (folder / ".venv" / "unfinished").exists()
    assert not (folder / ".venv" / "installed-run.txt").exists()


def test_an_environment_whose_python_is_gone_is_not_used(folder: Path) -> None:
    dev.environment()
    assert dev.usable(dev.PYTHON)
    dev.PYTHON.unlink()
    dev.PYTHON.symlink_to("/nowhere/python")
    assert not dev.usable(dev.PYTHON)


def test_without_pip_and_ensurepip_the_reader_is_told_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dev.environment()
    for name in ("pip", "ensurepip"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text("raise ImportError")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    with pytest.raises(dev.Stop, match="python3-venv"):
        dev.pip()


# --- The quick start ---


def test_the_keys_are_made_once_and_only_their_owner_can_read_them(folder: Path) -> None:
    path = folder / ".run" / "keys.env"
    made = dev.keys(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert dev.keys(path) == made
    assert dev.keys(folder / ".run" / "other.env")["LINK_KEYS"] != made["LINK_KEYS"]


def test_a_key_that_a_newer_version_needs_is_added_to_the_others(folder: Path) -> None:
    path = folder / ".run" / "keys.env"
    path.write_text("SAMPLING_KEY=kept\n")
    assert dev.keys(path)["SAMPLING_KEY"] == "kept"
    assert dev.keys(path).keys() > {"SAMPLING_KEY", "LINK_KEYS"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_starting_over_keeps_the_keys_and_nothing_else(folder: Path) -> None:
    dev.keys(dev.RUN / "keys.env")
    (dev.RUN / "mail").mkdir()
    (dev.RUN / "mail" / "a.eml").touch()
    dev.DATABASE.touch()
    dev.forget(dev.RUN)
    assert [path.name for path in dev.RUN.iterdir()] == ["keys.env"]


def test_the_database_is_found_in_a_folder_with_spaces_and_danish_letters(folder: Path) -> None:
    variables = dev.quick_start_variables({"STAFF_PASSWORD": "x"}, 8000, dev.DATABASE)
    assert dj_database_url.parse(variables["DATABASE_URL"])["NAME"] == str(dev.DATABASE)
    assert "STAFF_PASSWORD" not in variables


def test_a_build_that_fails_leaves_no_database(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = folder / "python"
    script.write_text(f'#!/bin/sh\ntouch "{dev.RUN}/unfinished.sqlite3"\ntest "$2" != {dev.DEMONSTRATION[0]}\n')
    script.chmod(0o755)
    monkeypatch.setattr(dev, "PYTHON", script)
    with pytest.raises(subprocess.CalledProcessError):
        dev.build_demonstration(dev.keys(dev.RUN / "keys.env"), 8000)
    assert not dev.DATABASE.exists()


def test_what_an_interrupted_build_left_does_not_hinder_the_next(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slow (it migrates), because it uses the real commands."""
    monkeypatch.setattr(dev, "ROOT", ROOT)
    monkeypatch.setattr(dev, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(dev, "DEMONSTRATION", ("check", "--verbosity=0"))
    (dev.RUN / "unfinished.sqlite3").write_bytes(b"half a database")
    known = dev.keys(dev.RUN / "keys.env")
    dev.forget(dev.RUN)
    dev.build_demonstration(known, 8000)
    assert sorted(path.name for path in dev.RUN.iterdir()) == ["db.sqlite3", "keys.env"]


def test_a_port_in_use_is_named_with_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(dev.Stop, match=f"--port {port + 1}"):
            dev.free(port)


def test_a_second_quick_start_in_the_same_folder_is_refused(folder: Path) -> None:
    with open(folder / "lock", "w") as first, open(folder / "lock", "w") as second:
        fcntl.flock(first, fcntl.LOCK_EX)
        with pytest.raises(dev.Stop, match="already running"):
            dev.only_one(second.fileno())


def test_when_one_process_ends_the_other_and_its_children_are_stopped_and_the_last_lines_shown(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = folder / "child"
    web = f'while ! test -s "{child}"; do sleep 0.1; done; echo "no such table"; exit 3'
    worker = f'sleep 60 & echo $! > "{child}"; wait'
    script = folder / "python"
    script.write_text(f'#!/bin/sh\ncase "$1" in manage.py) {web};; *) {worker};; esac\n')
    script.chmod(0o755)
    monkeypatch.setattr(dev, "PYTHON", script)
    with pytest.raises(dev.Stop, match=r"(?s)The web process ended.*no such table"):
        dev.serve(os.environ, free_port())
    wait_until_gone(int(child.read_text()))


def wait_until_gone(pid: int) -> None:
    """Fail when the process still runs after two seconds."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for _ in range(40):
            if process.status() == psutil.STATUS_ZOMBIE:
                return
            time.sleep(0.05)
        pytest.fail(f"process {pid} still runs")


# --- The command line ---


def test_what_dev_does_not_know_is_pytests() -> None:
    options, rest = dev.parse(["test", "--ci", "-k", "route", "tests/surveys"])
    assert (options.command, options.ci, rest) == ("test", True, ["-k", "route", "tests/surveys"])


def test_a_misspelt_option_of_run_is_refused() -> None:
    with pytest.raises(SystemExit):
        dev.parse(["run", "--frehs"])


def test_it_can_be_called_from_any_folder(tmp_path: Path) -> None:
    shown = subprocess.run([sys.executable, ROOT / "dev.py", "--help"], cwd=tmp_path, capture_output=True, text=True)
    assert "python3 dev.py run" in shown.stdout


def test_an_older_python_is_told_which_one_is_needed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    assert dev.main() == 1
    assert "3.11" in capsys.readouterr().err


# --- The tests' own switches ---


@pytest.mark.parametrize(("switches", "status"), [([], 0), (["--ci", "-n", "1"], 1)])
def test_a_skipped_test_is_an_error_only_with_ci_and_its_reason_is_shown(
    tmp_path: Path, switches: list[str], status: int
) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]")
    (tmp_path / "test_it.py").write_text("import pytest\ndef test_it(): pytest.skip('no browser')\ndef test_ok(): pass")
    pytest_here = [sys.executable, "-m", "pytest", "-p", "tests.environment", "-p", "no:django", *switches]
    variables = os.environ | {"PYTHONPATH": str(ROOT)}
    ran = subprocess.run([*pytest_here, "-q"], cwd=tmp_path, env=variables, capture_output=True, text=True)
    assert ran.returncode == status, ran.stdout
    assert ("test_it: Skipped: no browser" in ran.stdout) is bool(switches)


# --- The style sheet ---

ICON = "../img/svg-icons/check.svg"
THEME = (
    "/* note */@font-face{font-family:X;src:url(../fonts/x.eot)}a{color:red}"
    f"@media print{{.icon{{mask:url({ICON})}}.logo{{background:url('../img/logo.png') no-repeat}}}}b{{top:0}}"
    "/*# sourceMappingURL=x.map*/"
)


def test_the_style_sheet_keeps_rules_without_files_and_those_whose_files_we_ship() -> None:
    css = frontend.base_css(THEME, available=frontend.ships)
    assert "a{color:red}@media print{.icon{mask:url(img/svg-icons/check.svg)}}b{top:0}" in css


def test_the_style_sheet_names_no_font_but_our_own_subsets() -> None:
    css = frontend.base_css(THEME, available=frontend.ships)
    assert css.count("@font-face") == 3
    assert "x.eot" not in css


def test_the_style_sheet_names_no_source_map() -> None:
    assert "sourceMappingURL" not in frontend.base_css(THEME, available=frontend.ships)


@pytest.fixture(scope="module")
def shipped() -> Path:
    if not (frontend.TARGET / "base.css").exists():
        pytest.skip("the design system has not been fetched: npm could not be reached")
    return frontend.TARGET


def test_every_file_that_the_style_sheet_names_is_shipped(shipped: Path) -> None:
    named = frontend.URL.findall((shipped / "base.css").read_text())
    assert [name for name in named if not (shipped / name).is_file()] == []
    assert len(named) > 100


def test_the_style_sheet_reaches_for_nothing_on_the_network(shipped: Path) -> None:
    css = (shipped / "base.css").read_text()
    assert "//" not in css
    assert "@import" not in css


def test_the_style_sheet_and_its_fonts_leave_room_in_the_first_visits_150_kilobytes(shipped: Path) -> None:
    fonts = sum(path.stat().st_size for path in shipped.rglob("*.woff2"))
    assert len(gzip.compress((shipped / "base.css").read_bytes())) < 32_000
    assert fonts < 55_000
