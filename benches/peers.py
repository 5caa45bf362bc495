"""libfourier beside the programs that do the same job: time, error, memory, scaling.

Ours is the whole call: times and values in, frequencies and power out, with all planning. FINUFFT
and ducc0 are given their bare transform only, at a tolerance of 1e-12; nifty-ls and astropy's fast
Lomb-Scargle are called as their users do. Every program runs in a process of its own, they take
turns, and what counts is the median.

usage: peers.py [--quick] [--threads N] [--output FOLDER]        run by `make bench-peers`
"""

import argparse
import importlib.metadata
import os
import platform
import sys
import time

# Every process that is measured imports this file: so it imports little, and main() the rest.


def introduce(report, quick, threads):
    """The machine, the versions, and that the oracle is one."""
    import libfourier
    import oracle
    from libraries import OURS
    from workloads import JULIAN, WORKLOADS

    with open("/proc/cpuinfo") as lines:
        models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    names = ["finufft", "ducc0", "nifty-ls", "astropy", "numpy"]
    versions = {name: importlib.metadata.version(name) for name in names}
    versions = {OURS: libfourier.version()} | versions
    machine = {"processor": models[0] if models else platform.machine()}
    machine["processors"] = len(os.sched_getaffinity(0))
    machine["load at the start"] = os.getloadavg()[0]
    checks = [oracle.check(w, shift) for w in WORKLOADS if w.n <= 1000 for shift in (0.0, JULIAN)]
    if not max(checks) < 1e-14:
        sys.exit(f"peers: the oracle disagrees with mpmath by {max(checks):.1e}")
    report.figures |= {"machine": machine, "versions": versions, "oracle": max(checks)}
    report.figures |= {"mode": "quick" if quick else "full", "threads": threads}
    report.say("# libfourier beside other programs")
    report.say()
    report.say("; ".join(f"{name}: {value}" for name, value in machine.items()))
    report.say("versions: " + ", ".join(f"{name} {value}" for name, value in versions.items()))
    report.say(f"oracle: within {max(checks):.0e} of mpmath with 200 bits")


def main():
    import pictures
    import sections
    from libraries import BUILD, LEGACY, PROJECT
    from report import Report

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer repetitions and sizes")
    parser.add_argument("--threads", type=int, default=2, help="2 by default; always one, too")
    parser.add_argument("--output", default=os.path.join(BUILD, "bench"), help="folder")
    arguments = parser.parse_args()
    if not os.path.exists(LEGACY):
        sys.exit(f"peers: {LEGACY} is not there: run `make bench-peers`")
    sys.path.insert(0, os.path.join(PROJECT, "python"))
    settings, threads = sections.Settings(arguments.quick), arguments.threads
    report, start = Report(), time.monotonic()
    introduce(report, arguments.quick, threads)
    for section in sections.SECTIONS:
        begin = time.monotonic()
        section(report, settings, threads)
        sections.progress(f"{section.__name__}: {time.monotonic() - begin:.0f} s")
        report.save(arguments.output, "peers")
    pictures.draw(report.figures, arguments.output)
    print(f"\n{time.monotonic() - start:.0f} s; tables, figures and pictures: {arguments.output}")


if __name__ == "__main__":
    main()
