#!/usr/bin/env python3
"""Set up, try and test the project with nothing but Python ≥ 3.11: standard library only.

python3 dev.py run     make the environment, build a demonstration round, serve it until Ctrl-C
python3 dev.py test    make the environment, check style and types, run all tests
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUN = ROOT / ".run"
DATABASE = RUN / "db.sqlite3"
STAFF = "staff"
# Of the seeds 1 to 3 the one whose figure 1 shows the printed 59 %, see docs/methods/rehearsal.md. Made-up workplaces
# need no secret, and with the same key everybody has the same sample of them.
SAMPLING_KEY = "a7" * 32
DEMONSTRATION = ("simulate_round", "demo", "--until-day", "30", "--seed", "3")
PERSONAL_LINK = ("personal_link", "demo")
SQLITE_PASS = ("--ci", "-m", "not browser and not postgresql and not once and not further")


class Stop(Exception):
    """The reader must do something; the message says what."""


# --- The environment ------------------------------------------------------------------------------------------


def environment(*groups: str) -> None:
    """Make .venv and install the locked packages of each group whose lock has changed."""
    unfinished = VENV / "unfinished"
    if not usable(PYTHON) or unfinished.exists():
        say("Making the environment in .venv")
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", "--clear", str(VENV)], check=True)
    for group in groups:
        lock, stamp = ROOT / "requirements" / f"{group}.txt", VENV / f"installed-{group}.txt"
        if not is_current(stamp, lock):
            say(f"Installing the packages of requirements/{group}.txt")
            unfinished.touch()
            subprocess.run([*pip(), "install", "--quiet", "--require-hashes", "-r", str(lock)], check=True)
            stamp.write_text(digest(lock))
            unfinished.unlink()


def usable(python: Path) -> bool:
    """Can the environment's Python start, and is it the version that the packages were installed for?"""
    question = "import os, sys, sysconfig; sys.exit(not os.path.isdir(sysconfig.get_path('purelib')))"
    return python.exists() and subprocess.run([python, "-c", question], capture_output=True).returncode == 0


def is_current(stamp: Path, lock: Path) -> bool:
    return stamp.exists() and stamp.read_text() == digest(lock)


def digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def pip() -> list[str]:
    """Return a pip that installs into .venv: its own, else this Python's, else one unpacked from this Python."""
    own = [str(PYTHON), "-m", "pip"]
    for command in (own, [sys.executable, "-m", "pip", "--python", str(PYTHON)]):
        if subprocess.run([*command, "--version"], capture_output=True).returncode == 0:
            return command
    if subprocess.run([PYTHON, "-m", "ensurepip"], capture_output=True).returncode == 0:
        return own
    raise Stop(
        f"{sys.executable} has neither pip (22.3 or newer) nor ensurepip. Install one of them and try again, "
        "on Debian and Ubuntu with: apt-get install python3-venv"
    )


def frontend() -> None:
    """Write the style sheet; without npm's packages the pages work, unstyled."""
    if shutil.which("npm") is None:
        environment("frontend")
    if subprocess.run([PYTHON, ROOT / "frontend.py"], stdout=subprocess.DEVNULL).returncode != 0:
        say("Going on without the design system: pages are plain HTML.")


# --- The quick start ------------------------------------------------------------------------------------------


def run(port: int, fresh: bool) -> NoReturn:
    RUN.mkdir(mode=0o700, exist_ok=True)
    with open(RUN / "lock", "w") as lock:
        only_one(lock.fileno())
        free(port)
        environment("run")
        frontend()
        known = keys(RUN / "keys.env")
        variables = quick_start_variables(known, port, DATABASE)
        manage(variables, "compile_catalogues")
        if fresh or not DATABASE.exists():
            forget(RUN)
            build_demonstration(known, port)
        manage(variables, "migrate", "--verbosity=0")
        serve(variables, port)


def only_one(descriptor: int) -> None:
    """Hold the folder until this process ends. Raises Stop when another one holds it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Stop("`dev.py run` is already running in this folder: stop it first.") from None


def free(port: int) -> None:
    """Raise Stop when something listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Stop(f"Port {port} is in use. Choose another one: python3 dev.py run --port {port + 1}") from None


def keys(path: Path) -> dict[str, str]:
    """Read the quick start's keys; make those that are missing, in a file that only its owner can read."""
    known = dict(line.split("=", 1) for line in path.read_text().splitlines()) if path.exists() else {}
    made = {
        "DJANGO_SECRET_KEY": secrets.token_hex(32),
        "LINK_KEYS": f"a:{secrets.token_hex(32)}",
        "SAMPLING_KEY": SAMPLING_KEY,
        "STAFF_PASSWORD": secrets.token_urlsafe(9),
    }
    if made.keys() - known.keys():
        known = made | known
        unfinished = path.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.writelines(f"{name}={value}\n" for name, value in known.items())
        unfinished.replace(path)
    return known


def forget(folder: Path) -> None:
    """Delete what the quick start has stored, but not its keys or its lock."""
    for path in folder.iterdir():
        if path.name in ("keys.env", "lock"):
            continue
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def quick_start_variables(known: Mapping[str, str], port: int, database: Path) -> dict[str, str]:
    """Return the environment of the quick start's processes."""
    settings = {name: value for name, value in known.items() if name != "STAFF_PASSWORD"}
    return {
        **os.environ,
        **settings,
        "DEBUG": "1",
        "QUICK_START": "1",
        "DATABASE_URL": f"sqlite:///{quote(str(database))}",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "TRUSTED_PROXIES": "0",
        "CELERY_BROKER_URL": "filesystem://",
        "CACHE_URL": "locmem://",
        "BROKER_DIR": str(RUN / "broker"),
        "MAIL_FOLDER": str(RUN / "mail"),
        "FILES_DIR": str(RUN / "files"),
        "DJANGO_SETTINGS_MODULE": "barometer.settings",
        "PYTHONUNBUFFERED": "1",
    }


def build_demonstration(known: Mapping[str, str], port: int) -> None:
    """Build the database under another name, so that an interrupted build is never taken for a whole one."""
    say("Building the demonstration round (about a minute)")
    unfinished = RUN / "unfinished.sqlite3"
    variables = quick_start_variables(known, port, unfinished)
    manage(variables, "migrate", "--verbosity=0")
    staff = variables | {"DJANGO_SUPERUSER_PASSWORD": known["STAFF_PASSWORD"]}
    login = ("--username", STAFF, "--email", f"{STAFF}@example.org")
    manage(staff, "createsuperuser", "--noinput", "--verbosity=0", *login)
    manage(variables, *DEMONSTRATION)
    with sqlite3.connect(unfinished) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # nothing may be left beside the file
    connection.close()
    unfinished.replace(DATABASE)


def manage(variables: Mapping[str, str], *arguments: str) -> None:
    subprocess.run([PYTHON, "manage.py", *arguments], cwd=ROOT, env=variables, check=True)


def serve(variables: Mapping[str, str], port: int) -> NoReturn:
    """Run the web process and the worker. Raises Stop when one of them ends; however it is left, both are stopped."""
    (RUN / "broker").mkdir(exist_ok=True)
    beat = ("-B", "--schedule", str(RUN / "beat-schedule"))
    commands: dict[str, list[str | Path]] = {
        "web": [PYTHON, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"],
        "worker": [PYTHON, "-m", "celery", "-A", "barometer", "worker", "--pool", "solo", "--loglevel", "INFO", *beat],
    }
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in commands.items():
            with open(RUN / f"{name}.log", "wb") as log:
                children[name] = subprocess.Popen(
                    command, cwd=ROOT, env=variables, stdout=log, stderr=log, start_new_session=True
                )
        if answers(f"http://127.0.0.1:{port}/healthz", children):
            announce(variables, port)
        while not (ended := first_ended(children)):
            time.sleep(0.3)
        log_file = RUN / f"{ended}.log"
        last_lines = "\n".join(log_file.read_text(errors="replace").splitlines()[-20:])
        raise Stop(f"The {ended} process ended; the last lines of {log_file}:\n{last_lines}")
    finally:
        say("Stopping")
        stop(tuple(children.values()))


def answers(address: str, children: Mapping[str, subprocess.Popen[bytes]]) -> bool:
    """Wait until the address answers; False when a child ends first. Raises Stop after a minute."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(300):
        try:
            direct.open(address, timeout=5).close()
            return True
        except OSError:
            if first_ended(children):
                return False
            time.sleep(0.2)
    raise Stop(f"{address} does not answer; see the logs in {RUN}")


def announce(variables: Mapping[str, str], port: int) -> None:
    link = subprocess.run(
        [PYTHON, "manage.py", *PERSONAL_LINK], cwd=ROOT, env=variables, capture_output=True, text=True
    )
    password = keys(RUN / "keys.env")["STAFF_PASSWORD"]
    say("The demonstration is running. Ctrl-C stops it; the data stays (--fresh starts over).")
    print(f"  Staff pages    http://127.0.0.1:{port}/")
    print(f"  Staff login    {STAFF} {password}")
    print(f"  Personal link  {link.stdout.strip() or 'none: ' + link.stderr.strip()[-300:]}")
    print(f"  Mails, logs    {RUN}", flush=True)


def first_ended(children: Mapping[str, subprocess.Popen[bytes]]) -> str | None:
    return next((name for name, child in children.items() if child.poll() is not None), None)


def stop(children: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask every child to end; after ten seconds, or when it has ended, kill what is left of its process group."""
    for child in children:
        child.terminate()
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


# --- The tests ------------------------------------------------------------------------------------------------


def test(arguments: Sequence[str], ci: bool) -> int:
    """Run every step, even after a failure, and say at the end how each went; arguments go to pytest alone."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else every process compiles the program and the tests anew
    environment("test")
    frontend()
    manage({**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}, "compile_catalogues")
    pytest = [str(PYTHON), "-m", "pytest", "-n", "2", "--dist", "worksteal", *arguments]
    steps = {
        "style": [str(PYTHON), "-m", "ruff", "check", "."],
        "format": [str(PYTHON), "-m", "ruff", "format", "--check", "."],
        "types": [str(PYTHON), "-m", "mypy"],
        "tests": [*pytest, "--ci"] if ci else pytest,
    }
    if ci:
        steps["tests on SQLite"] = [*pytest, *SQLITE_PASS]
    results = {}
    for name, command in steps.items():
        say(f"{name}: {' '.join(map(str, command[2:]))}")
        variables = {**os.environ, "DATABASE_URL": "sqlite://:memory:"} if name.endswith("SQLite") else os.environ
        started = time.monotonic()
        failed = subprocess.run(command, cwd=ROOT, env=variables).returncode != 0
        results[name] = f"{'FAILED' if failed else 'passed'} in {time.monotonic() - started:.0f} s"
    say("Summary")
    for name, result in results.items():
        print(f"  {name:16}{result}")
    return int(any(result.startswith("FAILED") for result in results.values()))


# --- The command line -----------------------------------------------------------------------------------------


def say(line: str) -> None:
    print(f"==> {line}", flush=True)


def parse(arguments: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """Return the options, and for `test` what is pytest's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    run_parser = commands.add_parser("run", help="serve a demonstration round until Ctrl-C", allow_abbrev=False)
    run_parser.add_argument("--port", type=int, default=8000)
    run_parser.add_argument("--fresh", action="store_true", help="delete the demonstration's data and build it again")
    words = "run all checks and tests; further arguments go to pytest"
    test_parser = commands.add_parser("test", help=words, description=words, allow_abbrev=False)
    test_parser.add_argument("--ci", action="store_true", help="a skip is an error; a second pass runs on SQLite")
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command == "run":
        parser.error(f"unknown arguments: {' '.join(rest)}")
    return options, rest


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 – an older Python may well start this file
        print(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 1
    options, rest = parse(sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        if options.command == "run":
            run(options.port, options.fresh)
        return test(rest, options.ci)
    except KeyboardInterrupt:
        print("\nStopped.")
        return 130
    except Stop as reason:
        print(reason, file=sys.stderr)
    except subprocess.CalledProcessError as error:
        words = " ".join(map(str, error.cmd))
        print(f"This command failed (see above): {words}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
