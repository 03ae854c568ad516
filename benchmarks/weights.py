"""How long calibration takes: 2,271 rows, three margins. Prints figures; needs no database."""

import time
from collections.abc import Callable

import numpy as np

from responses.statistics.calibration import calibrate, rake

ROWS, CATEGORIES, TIMES = 2271, (3, 7, 5), 20


def main() -> None:
    rng = np.random.default_rng(1)
    margins = [rng.integers(0, categories, ROWS) for categories in CATEGORIES]
    weights = rng.uniform(2, 16, ROWS)
    # totals that some weights do meet
    wanted = weights * rng.uniform(0.8, 1.2, ROWS)
    totals = [np.bincount(margin, wanted) for margin in margins]
    x = np.hstack([np.eye(categories)[margin] for margin, categories in zip(margins, CATEGORIES, strict=True)])
    runs: dict[str, Callable[[], object]] = {
        "raking on three margins": lambda: rake(weights, margins, totals),
        "linear": lambda: calibrate(weights, x, np.concatenate(totals), "linear"),
        "logit": lambda: calibrate(weights, x, np.concatenate(totals), "logit", (0.3, 3.0)),
    }
    for name, run in runs.items():
        spent = []
        for _ in range(TIMES):
            started = time.process_time()
            run()
            spent.append(time.process_time() - started)
        print(f"{name:26}{min(spent) * 1000:7.1f} ms at best, {max(spent) * 1000:7.1f} ms at worst of {TIMES}")


if __name__ == "__main__":
    main()
