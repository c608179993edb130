"""The worst point of every Greek of every model, against derivatives to 40 digits and more.

    python -m tests.agreement.digits --points 20000 --processes 2

takes some three minutes a model. The error is given as a share of the bound
max(2e-14, 6 eps (1 + d1^2)) relative to max(|exact|, modulus/8); see `oracle`.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing import Pool
from typing import Any

from greekslab.formulas import MODELS
from tests.agreement.agree import agreements
from tests.agreement.points import seeded


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; the exit status says whether any Greek missed its bound."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--points", type=int, default=20_000, help="points a model (default: %(default)s)")
    parser.add_argument("--models", nargs="+", choices=list(MODELS), default=list(MODELS), metavar="MODEL")
    parser.add_argument("--processes", type=int, default=2, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=2026, help="default: %(default)s")
    given = parser.parse_args(arguments)
    worst = 0.0
    with Pool(given.processes) as pool:
        for model in given.models:
            worst = max(worst, report(model, given.points, given.seed, pool.imap))
    print(f"\nworst of all: {worst:.2f} of the bound")
    return int(worst > 1)


def report(model: str, count: int, seed: int, each: Callable[..., Iterable[Any]]) -> float:
    """One model's table; its worst share."""
    points = list(seeded(MODELS[model], count, seed))

    def watched(function: Callable[..., Any], jobs: Sequence[Any]) -> Iterator[Any]:
        return progress(model, each(function, jobs, 50), len(jobs))

    found = agreements(model, points, each=watched)
    print(f"\n{model}: {count} points, seed {seed}\n{'greek':24}{'share':>7}  {'relative':>9}  worst point")
    for name, agreement in found.items():
        n = agreement.worst
        relative = agreement.error[n] / abs(agreement.exact[n]) if agreement.exact[n] else float("nan")
        where = ", ".join(f"{i}={x:.17g}" for i, x in points[n].items())
        print(f"{name:24}{agreement.share[n]:7.3f}  {relative:9.1e}  {where}")
    return max(float(agreement.share.max()) for agreement in found.values())


def progress(what: str, items: Iterable[Any], total: int) -> Iterator[Any]:
    """Pass items on; say every twentieth of them how far it is."""
    start = time.monotonic()
    for number, item in enumerate(items, 1):
        if number % max(1, total // 20) == 0:
            print(
                f"{what}: {number}/{total} in {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True
            )
        yield item


if __name__ == "__main__":
    sys.exit(main())
