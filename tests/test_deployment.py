"""The Dockerfile and the compose file, held to the settings: no container engine is needed to keep them right."""

import contextlib
import json
import os
import re
import secrets
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.test import Client, override_settings

from tests.conftest import free_port

pytestmark = pytest.mark.once

ROOT = Path(__file__).parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "innovation-barometer"}
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", "")
EXAMPLE = (ROOT / ".env.example").read_text()
READ_BY_SETTINGS = set(re.findall(r'environment\.\w+\(\s*"(\w+)"', (ROOT / "barometer" / "settings.py").read_text()))
WEB_COMMAND: list[str] = json.loads(re.findall(r"^CMD (.*)$", DOCKERFILE, flags=re.MULTILINE)[0])
ONLY_QUICK_START = {"DEBUG", "QUICK_START", "BROKER_DIR", "MAIL_FOLDER"}


def production_environment() -> dict[str, str]:
    """The environment that compose gives our services when .env is a filled-in .env.example."""
    example = dict(line.split("=", 1) for line in EXAMPLE.splitlines() if line and not line.startswith("#"))
    example |= {"DJANGO_SECRET_KEY": secrets.token_hex(32), "SAMPLING_KEY": secrets.token_hex(32)}
    example |= {"LINK_KEYS": f"a:{secrets.token_hex(32)}", "POSTGRES_PASSWORD": secrets.token_hex(16)}
    given = {name: _filled_in(value, example) for name, value in COMPOSE["x-program"]["environment"].items()}
    return {**example, **dict(re.findall(r"(FILES_DIR)=(\S+)", DOCKERFILE)), **given}


def _filled_in(value: str, variables: dict[str, str]) -> str:
    return re.sub(r"\$\{(\w+)(?::\?[^}]*)?\}", lambda found: variables[found[1]], value)


def run(command: list[str], **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run one of our commands as the image would: with its own environment and nothing of this one's settings."""
    bare = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    tools = f"{Path(sys.executable).parent}:{bare['PATH']}"
    environment = bare | production_environment() | {"PATH": tools} | variables
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)


# --- Variables ---


def test_the_example_lists_every_variable_of_the_settings_and_no_other() -> None:
    listed = re.findall(r"^#?([A-Z_]+)=", EXAMPLE, flags=re.MULTILINE)
    assert sorted(listed) == sorted(READ_BY_SETTINGS | {"POSTGRES_PASSWORD"})


def test_the_operators_guide_explains_every_variable() -> None:
    guide = (ROOT / "docs" / "operators.md").read_text()
    explained = set(re.findall(r"^\| `([A-Z_]+)`", guide, flags=re.MULTILINE))
    assert explained == READ_BY_SETTINGS | {"POSTGRES_PASSWORD"}


def test_the_compose_file_sets_only_variables_that_the_settings_read() -> None:
    for service in OURS.values():
        assert service["environment"].keys() <= READ_BY_SETTINGS - ONLY_QUICK_START
        assert service["env_file"] == ".env"


def test_the_compose_file_asks_only_for_variables_of_the_example() -> None:
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    assert asked <= set(re.findall(r"^([A-Z_]+)=", EXAMPLE, flags=re.MULTILINE))


def test_the_settings_load_with_the_filled_in_example() -> None:
    checked = run(["python", "manage.py", "check", "--deploy", "--fail-level", "ERROR"])
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("name", ["DJANGO_SECRET_KEY", "LINK_KEYS", "SAMPLING_KEY", "SITE_URL", "DEFAULT_FROM_EMAIL"])
def test_an_example_that_is_not_filled_in_is_refused_by_name(name: str) -> None:
    checked = run(["python", "manage.py", "check"], **{name: ""})
    assert checked.returncode != 0
    assert name in checked.stderr


def test_no_secret_has_a_value_in_a_file_of_the_repository() -> None:
    assert re.findall(r"^(?:\w*KEYS?|\w*PASSWORD)=(\S+)", EXAMPLE, flags=re.MULTILINE) == []
    assert ".env" in (ROOT / ".gitignore").read_text().split()
    assert ".env" not in (ROOT / ".dockerignore").read_text()  # which lists what may go in, after "*"
    assert (ROOT / ".dockerignore").read_text().startswith("*\n")


# --- Commands ---


def test_the_migrate_service_is_a_command_of_ours() -> None:
    assert run([*SERVICES["migrate"]["command"], "--help"]).returncode == 0
    assert SERVICES["migrate"]["restart"] == "no"


def test_the_web_command_loads_the_program() -> None:
    checked = run([*WEB_COMMAND, "--check-config"])
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_the_celery_commands_load_the_program(name: str) -> None:
    asked = run([*SERVICES[name]["command"], "--help"])
    assert asked.returncode == 0, asked.stderr
    options = [word for word in SERVICES[name]["command"] if word.startswith("--")]
    assert [option for option in options if option not in asked.stdout] == []


def test_there_is_exactly_one_beat_and_no_worker_that_is_one() -> None:
    assert SERVICES["beat"]["deploy"]["replicas"] == 1
    beats = [
        name for name, service in OURS.items() if {"beat", "-B", "--beat"} & set(service.get("command", WEB_COMMAND))
    ]
    assert beats == ["beat"]


GREETING = """
def application(environ, start_response):
    if environ["PATH_INFO"].startswith("/o/"):
        raise ValueError
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
"""


def test_no_log_of_the_web_server_shows_a_personal_link(tmp_path: Path) -> None:
    """Neither an access log, whose every line holds an address, nor the error log when a request fails."""
    (tmp_path / "greeting.py").write_text(GREETING)
    port = free_port()
    address = ["--bind", f"127.0.0.1:{port}", "--pythonpath", str(tmp_path)]
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    command = [WEB_COMMAND[0], "greeting", *WEB_COMMAND[2:], *address]
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert status_of(port, "/s/a1z-TOKEN/") == b"200"
    assert status_of(port, "/o/a1z-TOKEN/") == b"500"
    server.terminate()
    log = server.communicate()[0].decode()
    assert "/o/[secret]/" in log
    assert "TOKEN" not in log


def status_of(port: int, path: str) -> bytes:
    for _ in range(100):
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
            return connection.recv(100).split()[1]
        time.sleep(0.1)
    raise AssertionError("the web server does not answer")


def test_the_web_process_has_two_workers_of_four_threads() -> None:
    shown = dict(re.findall(r"^(\w+)\s+= (.*)$", run([*WEB_COMMAND, "--print-config"]).stdout, flags=re.MULTILINE))
    assert (shown["worker_class"], shown["workers"], shown["threads"]) == ("gthread", "2", "4")


# --- Health and order ---


def healthcheck_addresses() -> Iterator[str]:
    for service in OURS.values():
        yield from re.findall(r"http://[^']+", " ".join(service.get("healthcheck", {}).get("test", [])))


def test_every_health_check_is_answered(client: Client) -> None:
    """Over HTTP although the site is on HTTPS, and under the host name that the check uses."""
    addresses = list(healthcheck_addresses())
    assert addresses
    hosts = production_environment()["ALLOWED_HOSTS"].split(",")
    with override_settings(ALLOWED_HOSTS=hosts, SECURE_SSL_REDIRECT=True):
        for address in addresses:
            parts = urlsplit(address)
            assert client.get(parts.path, headers={"host": parts.netloc}).status_code == 200


def test_services_wait_for_the_migration_and_the_migration_for_the_database() -> None:
    waits = {
        name: {on: how["condition"] for on, how in service["depends_on"].items()} for name, service in OURS.items()
    }
    assert waits.pop("migrate") == {"postgres": "service_healthy"}
    for conditions in waits.values():
        assert conditions == {"migrate": "service_completed_successfully", "redis": "service_healthy"}
    assert all("healthcheck" in SERVICES[name] for name in ("postgres", "redis", "web"))


def test_files_are_shared_and_only_the_web_port_and_the_mail_catcher_are_open_to_this_machine() -> None:
    assert all("files:/files" in service["volumes"] for service in OURS.values())
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert ports == {"web": ["127.0.0.1:8000:8000"], "mailcatcher": ["127.0.0.1:8025:8025"]}
    assert SERVICES["mailcatcher"]["profiles"] == ["development"]


# --- The image ---


def test_the_image_installs_from_the_hashed_locks_only_and_does_not_run_as_root() -> None:
    installs = re.findall(r"pip install (.*?)(?:&&|$)", DOCKERFILE, flags=re.MULTILINE)
    assert installs
    assert all("--require-hashes -r requirements/" in install for install in installs)
    users = re.findall(r"^USER (\S+)", DOCKERFILE, flags=re.MULTILINE)
    assert users == ["barometer"]
    assert f"useradd --uid 10001 --no-create-home {users[0]}" in DOCKERFILE


def test_every_file_that_the_image_copies_exists_and_may_go_in() -> None:
    allowed = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"}
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, flags=re.MULTILINE)
    names = [word for line in copied for word in line.split() if word != "."]
    locks = [path.stem for path in (ROOT / "requirements").glob("*.txt")]
    assert "requirements/${PACKAGES}.txt" in names
    assert re.findall(r"^ARG PACKAGES=(\S+)", DOCKERFILE, flags=re.MULTILINE) == ["run"]
    assert {"run", "parquet"} <= set(locks)
    for name in (name for name in names if "$" not in name):
        assert (ROOT / name).exists(), name
        assert name.split("/")[0] in allowed, name


def test_the_image_holds_everything_that_the_program_imports_or_reads() -> None:
    allowed = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"}
    assert {"manage.py", "gunicorn.conf.py", "templates", "barometer", "surveys", "responses"} <= allowed


def test_the_build_step_has_the_variables_that_the_settings_insist_on() -> None:
    step = next(line for line in DOCKERFILE.splitlines() if "collectstatic" in line)
    exported = shlex.split(step.removeprefix("RUN export ").split("&&")[0])
    variables = dict(word.split("=", 1) for word in exported)
    bare = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--dry-run"]
    built = subprocess.run(command, cwd=ROOT, env=bare | variables, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr


def test_static_files_collect_under_hashed_names(tmp_path: Path) -> None:
    """The manifest storage stops at a style sheet that names a missing file."""
    manifest = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    with override_settings(STORAGES=settings.STORAGES | {"staticfiles": manifest}, STATIC_ROOT=str(tmp_path)):
        call_command("collectstatic", "--noinput", "--verbosity=0")
    assert json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
