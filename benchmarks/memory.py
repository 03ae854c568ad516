"""How much memory a process takes at most, with those that it forks: pages that they share count once. Linux only."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EVERY = 0.5  # seconds: a look holds the process up for some milliseconds


class Memory:
    """``most``: the largest sum seen, in MB."""

    def __init__(self) -> None:
        self.most = 0.0

    def look(self, process: int) -> None:
        try:
            children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
            maps = [_sizes(each) for each in (str(process), *children)]
        except (FileNotFoundError, ProcessLookupError):  # over meanwhile
            return
        of_files = max(sizes["Rss"] - sizes["Anonymous"] for sizes in maps)  # the program and its libraries
        self.most = max(self.most, (sum(sizes["Pss_Anon"] for sizes in maps) + of_files) / 1024)


def _sizes(process: str) -> dict[str, int]:
    found = re.findall(r"^(\w+):\s+(\d+) kB", Path(f"/proc/{process}/smaps_rollup").read_text(), re.MULTILINE)
    sizes = {name: int(size) for name, size in found}
    if not sizes:
        raise ProcessLookupError
    return sizes


@contextmanager
def watched(process: int) -> Iterator[Memory]:
    """Look every so often while the block lasts."""
    memory, over = Memory(), threading.Event()

    def watch() -> None:
        while not over.wait(EVERY):
            memory.look(process)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield memory
    finally:
        over.set()
        watcher.join()
