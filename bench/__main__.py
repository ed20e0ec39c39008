"""Measure the contenders side by side, and write docs/performance.md.

Usage: python -m bench [--only serve-sqlite,ws] [--figure room200,rooms100]

QUICK=1 measures four contenders briefly, in under two minutes, and writes into var/bench/ instead.
With --only or --figure nothing is written: the figures are printed, for whoever works on one.
"""

import argparse
import os
import subprocess
import time
from dataclasses import dataclass

import pytest

from wire.backends import ROOT

from . import report
from .contenders import CONTENDERS
from .figures import FIGURES
from .stream import WrongDelivery

# A contender that is missing, ends, refuses or delivers wrongly: said in its place, and on we go.
FAILURES = (
    WrongDelivery,
    OSError,
    AssertionError,
    subprocess.SubprocessError,
    pytest.skip.Exception,
)
DOCS, QUICK_DOCS = ROOT / "docs", ROOT / "var" / "bench"


@dataclass
class Times:
    """How long things take, in seconds."""

    warm: float = 1
    measure: float = 4
    idle: float = 2  # without a frame, before memory is read


@dataclass
class Plan:
    contenders: list
    figures: list
    times: Times
    directory: object  # what is written goes there; None: nothing is


FULL = Plan(list(CONTENDERS), list(FIGURES), Times(), DOCS)
QUICK = Plan(
    ["serve-sqlite", "stock-sqlite", "socketio", "ws"],
    ["connect", "room200", "rooms100"],
    Times(warm=1, measure=2, idle=1),
    QUICK_DOCS,
)


def main():
    plan = QUICK if os.environ.get("QUICK", "0") not in ("", "0") else FULL
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--only", type=lambda text: text.split(","), help=" ".join(CONTENDERS))
    parser.add_argument("--figure", type=lambda text: text.split(","), help=" ".join(FULL.figures))
    chosen = parser.parse_args()
    if chosen.only or chosen.figure:
        plan = Plan(chosen.only or plan.contenders, chosen.figure or plan.figures, plan.times, None)
    started = time.monotonic()
    results = {name: measure(name, plan) for name in plan.contenders}
    if plan.directory:
        report.write(plan, results, time.monotonic() - started)
        print(f"See {plan.directory.relative_to(ROOT)}/performance.md")


def measure(name, plan):
    """Return {figure: {name of a value: value}} of one contender, with {"failed": why} in the place
    of values that could not be had."""
    contender, results = CONTENDERS[name], {}
    chosen = [figure for figure in plan.figures if FIGURES[figure].is_of(contender)]
    together = [figure for figure in chosen if not FIGURES[figure].alone]
    for figures in [together, *([figure] for figure in chosen if FIGURES[figure].alone)]:
        try:
            with contender:
                for figure in figures:
                    results[figure] = measured(contender, FIGURES[figure], plan.times, results)
                    print(f"{name:22} {figure:12} {report.line(results[figure])}", flush=True)
        except FAILURES as failure:
            print(f"{name:22} {failure}", flush=True)
            results["failed"] = str(failure)
    return results


def measured(contender, figure, times, results):
    """Start the contender's server afresh, and return the values of one figure."""
    contender.start(**figure.settings)
    try:
        return figure.measure(contender, times, results)
    except FAILURES as failure:
        return {"failed": str(failure)}
    finally:
        contender.stop()


if __name__ == "__main__":
    main()
