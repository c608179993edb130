"""The command line: `greekslab lab`, `greekslab chain`, `greekslab whatis`."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from greekslab.share import path as share

__all__ = ["main"]

CARRIED = ("notebooks", "glossary", "data", ".jupyter")
"""What `greekslab lab` copies into the reader's folder."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; a fault of the input is one line on standard error and exit status 1."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments) or 0)
    except BrokenPipeError:  # the reader of our output has seen enough: `greekslab chain | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (ValueError, LookupError, OSError) as error:
        print(f"greekslab: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("greekslab", description="Derivative sensitivities and exposures.")
    verbs = parser.add_subparsers(title="verbs", required=True, metavar="VERB")

    chain = verbs.add_parser("chain", help="the exposure of a recorded option chain")
    chain.add_argument("file", nargs="?", help="a venue payload (Deribit, Cboe); default: the packaged chain")
    chain.add_argument(
        "--signs", default="calls_long_puts_short", help="whose positions (default: %(default)s)"
    )
    chain.add_argument("--plot", metavar="PNG", help="draw gamma by spot, strike and expiry into this file")
    chain.add_argument(
        "--skip-bad-rows", action="store_true", help="leave malformed rows out and report them"
    )
    chain.set_defaults(run=_chain)

    whatis = verbs.add_parser("whatis", help="what a term means: whatis vanna")
    whatis.add_argument("term", nargs="+")
    whatis.set_defaults(run=_whatis)

    lab = verbs.add_parser("lab", help="open the notebooks in JupyterLab, from a copy of your own")
    lab.add_argument("--dest", default="greekslab-lab", help="folder of the copy (default: %(default)s)")
    lab.add_argument("--no-open", action="store_true", help="only make the copy")
    lab.add_argument("options", nargs="*", help="passed on to JupyterLab, after --")
    lab.set_defaults(run=_lab)
    return parser


def _chain(arguments: argparse.Namespace) -> None:
    """Exposure by expiry with units, the flip or why there is none, the walls; a picture on request."""
    from greekslab.chains import read_chain
    from greekslab.exposure import exposure
    from greekslab.profiles import profile, walls

    chain = read_chain(arguments.file, on_error="skip" if arguments.skip_bad_rows else "raise")
    market, book = chain.market(), chain.book()
    for problem in chain.skipped:
        print(f"left out: {problem}", file=sys.stderr)
    names = ("delta_usd", "gamma_usd_1pct", "vega_pt", "theta_day", "vanna_usd_pt", "volga_pt")
    print(exposure(book, market, names, by="expiry", signs=arguments.signs))
    print(f"\n{profile(book, market, 'gamma', signs=arguments.signs)}")
    strikes = (f"{side} {strike:,.0f}" for side, strike in walls(book, market).items())
    print(f"walls (strikes with the most gamma of open interest): {', '.join(strikes)}")
    for note in chain.notes:
        print(f"note: {note}")
    if arguments.plot:
        from greekslab.plots import chain as page

        page(market, book, signs=arguments.signs).savefig(arguments.plot)
        print(f"drawn into {arguments.plot}")


def _whatis(arguments: argparse.Namespace) -> None:
    from greekslab.glossary import whatis

    print(whatis(" ".join(arguments.term)))


def _lab(arguments: argparse.Namespace) -> int:
    """JupyterLab on a copy: the reader's own edits are never written over."""
    if not arguments.no_open and find_spec("jupyterlab") is None:
        print('greekslab: JupyterLab is not installed: pip install "greekslab[lab]"', file=sys.stderr)
        return 1
    folder = Path(arguments.dest).resolve()
    kept = _copy(folder)
    print(f"notebooks in {folder}" + (f" ({kept} files that were there already are kept)" if kept else ""))
    if arguments.no_open:
        return 0
    start = "--LabApp.default_url=/lab/tree/notebooks/00_map.ipynb"
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}", start]
    settings = os.pathsep.join(
        filter(None, [str(folder / ".jupyter"), os.environ.get("JUPYTER_CONFIG_PATH")])
    )
    environment = os.environ | {"JUPYTER_CONFIG_PATH": settings}
    return subprocess.run([*command, *arguments.options], env=environment, check=False).returncode


def _copy(folder: Path) -> int:
    """Copy what is not there yet; the number of files that are."""
    kept = 0
    for name in CARRIED:
        source = share(name)
        for file in sorted(p for p in source.rglob("*") if p.is_file()):
            if any(part in (".ipynb_checkpoints", "__pycache__") for part in file.parts):
                continue
            target = folder / name / file.relative_to(source)
            if target.exists():
                kept += 1
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
    return kept


if __name__ == "__main__":
    sys.exit(main())
