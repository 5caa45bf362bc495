"""The sections of the benchmark: each measures something and makes its tables."""

import math
import sys

import oracle
from libraries import OURS, PERIODOGRAMS, PLANNED, SINGLE_THREADED, TRANSFORMS
from measure import available, median, started, take_turns
from report import duration, error, size, times, whole
from workloads import GOAL_OF_THE_MEAN, JULIAN, WORKLOADS, of_size

ALL = [OURS, *TRANSFORMS, *PERIODOGRAMS]
BY_NAME = {workload.name: workload for workload in WORKLOADS}


class Settings:
    """How much is measured: all within 12 minutes, or in about one."""

    def __init__(self, quick):
        self.quick = quick
        # Sets of processes on W1 to W7, and rounds in each.
        self.sets, self.rounds = (1, 5) if quick else (5, 3)
        # Seconds that one program may take for its turns in a set, and for its first call.
        self.patience = 0.5 if quick else 3.0
        self.longest = 3.0 if quick else 40.0
        # Pairs of sample and frequency for the oracle, and frequencies at least.
        self.pairs = 4_000_000 if quick else 20_000_000
        self.sample = 20 if quick else 200
        # The largest sizes of the scaling, and seconds beyond which a program stops growing.
        self.most_nf = 10**7 if quick else 10**8
        self.most_n = 10**6 if quick else 10**7
        self.enough = 3.0 if quick else 20.0

    def sizes(self, first, last):
        """Decades from first to last, in the full mode with a point between two."""
        steps = [1] if self.quick else [1, 3]
        sizes = []
        while first <= last:
            sizes += [step * first for step in steps if step * first <= last]
            first *= 10
        return sizes


def progress(text):
    print("...", text, file=sys.stderr, flush=True)


def counts(threads):
    """The numbers of threads that are measured."""
    return sorted({threads, 1}, reverse=True)


def workloads(report, settings, threads):
    """Times, memory and errors on W1 to W7."""
    records = report.figures["workloads"] = []
    for workload in WORKLOADS:
        for count in counts(threads):
            record = one_workload(workload, count, count == threads, settings)
            if count != threads:
                for kind in ("warm", "cold"):
                    known = records[-1][kind]
                    record[kind] |= {name: known[name] for name in SINGLE_THREADED if name in known}
            records.append(record)
            ours = duration(record["warm"][OURS])
            progress(f"{workload.name} on {count}: {ours}, {record['ratio']:.1f} times faster")
    for count in counts(threads):
        show_times(report, [record for record in records if record["threads"] == count], count)
    show_best(report, records)
    first = [record for record in records if record["threads"] == threads]
    show_errors(report, first)
    show_memory(report, first)


def one_workload(workload, threads, first, settings):
    """All figures of a workload; `first`: also those that do not depend on the threads.

    Several sets of processes, one after the other: how memory lies in a process can double the
    time of all its calls.
    """
    record = {"workload": workload.name, "threads": threads, "failures": {}, "extra": {}}
    cold, warm = {}, {}
    for number in range(settings.sets):
        alone = first and number == 0
        programs = [name for name in ALL + PLANNED if alone or name not in SINGLE_THREADED]
        programs = [name for name in programs if name not in record["failures"]]
        with started(programs, workload, threads, settings.longest) as (workers, failures):
            record["failures"] |= failures
            for worker in workers:
                cold.setdefault(worker.name, []).append(worker.cold)
                record["extra"].setdefault(worker.name, worker.extra)
            turns = take_turns(workers, settings.rounds, settings.patience)
            for name, values in turns.items():
                warm.setdefault(name, []).extend(values)
            if alone:
                record["errors"] = errors(workload, workers, settings)
    record["cold"] = {name: median(values) for name, values in cold.items()}
    record["warm"] = {name: median(values) for name, values in warm.items()}
    record["turns"] = {name: len(values) for name, values in warm.items()}
    record["ratio"] = ratio(record["warm"])
    return record


def ratio(seconds):
    """How many times faster libfourier is than the fastest bare transform."""
    return min(seconds[name] for name in TRANSFORMS if name in seconds) / seconds[OURS]


def errors(workload, workers, settings):
    """Relative l2 errors of each program, with times from 0, Julian dates, centred ones."""
    t, x = workload.series()
    ks = workload.sample(max(settings.sample, settings.pairs // workload.n))
    # A periodogram has no value at frequency 0.
    ks = ks[ks * workload.df + workload.f0 > 0]
    total = oracle.sums(t, x, workload.f0, workload.df, ks)
    exact = {True: oracle.power(total), False: oracle.lomb_scargle(total, x)}
    shifts = {"from 0": 0.0, "Julian": JULIAN, "centred": -(t[0] + t[-1]) / 2}
    found = {"frequencies": len(ks)}
    for worker in workers:
        if worker.name in PLANNED or worker.cold > settings.patience:
            continue
        sums = worker.name not in PERIODOGRAMS
        found[worker.name] = {
            name: oracle.error(worker.ask("power", ks, shift), exact[sums])
            for name, shift in shifts.items()
        }
    return found


def show_times(report, records, threads):
    plural = "s" if threads > 1 else ""
    report.head(f"Time on {threads} thread{plural}")
    report.say("Medians of warm calls; cold: the first call of a fresh process. Ratio: the faster")
    report.say("of FINUFFT and ducc0, bare, to the whole call of libfourier.")
    report.say()
    goals = threads > 1
    rows = []
    for record in records:
        workload = BY_NAME[record["workload"]]
        warm = record["warm"]
        row = [f"{workload.name} {workload.title}", whole(workload.n), whole(workload.nf)]
        row += [duration(warm.get(OURS)), duration(record["cold"].get(OURS))]
        row += [duration(warm.get(name)) for name in TRANSFORMS]
        row += [times(record["ratio"])] + ([workload.goal] if goals else [])
        row += [duration(warm.get(name)) for name in PERIODOGRAMS + PLANNED]
        rows.append(row)
    columns = ["workload", "n", "nf", OURS, "cold", *TRANSFORMS, "ratio"]
    columns += (["at least"] if goals else []) + PERIODOGRAMS + PLANNED
    report.table(columns, rows)
    report.say()
    ratios = [record["ratio"] for record in records]
    mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
    report.figures[f"mean ratio on {threads}"] = mean
    wanted = f", to be at least {GOAL_OF_THE_MEAN}" if goals else ""
    report.say(f"Geometric mean of the ratios: {mean:.1f}{wanted}.")
    slow = [r["workload"] for r in records if r["ratio"] < BY_NAME[r["workload"]].goal]
    if goals and slow:
        report.say(f"Below what is wanted: {', '.join(slow)}.")
    report.say("Ratios of first calls: " + ", ".join(first_calls(records)) + ".")


def show_best(report, records):
    """A stricter comparison: everybody with the number of threads that suits it best."""
    best = report.figures["best"] = {}
    for workload in WORKLOADS:
        warm = [record["warm"] for record in records if record["workload"] == workload.name]
        best[workload.name] = ratio({name: min(times[name] for times in warm) for name in warm[-1]})
    text = ", ".join(f"{name} {value:.1f}" for name, value in best.items())
    report.say()
    report.say("Ratios with every program at the number of threads that suits it best, of the two:")
    report.say(f"{text}.")


def first_calls(records):
    """The same ratio with everybody's first call in a fresh process."""
    for record in records:
        yield f"{record['workload']} {ratio(record['cold']):.1f}"


def show_errors(report, records):
    report.head("Error")
    report.say("Relative l2 error of the power, over frequencies chosen at random, with times from")
    report.say("0, as Julian dates (2 455 000 added) and, for the transforms, with the midpoint of")
    report.say("the Julian dates subtracted first. nifty-ls and astropy are held against the exact")
    report.say("Lomb-Scargle periodogram, the others against the exact sum.")
    report.say()
    kinds = {OURS: ["from 0", "Julian"]}
    kinds |= {name: ["from 0", "Julian", "centred"] for name in TRANSFORMS}
    kinds |= {name: ["from 0", "Julian"] for name in PERIODOGRAMS}
    columns = ["workload", "frequencies"]
    columns += [f"{name} {kind}" for name in kinds for kind in kinds[name]]
    rows = []
    for record in records:
        found = record["errors"]
        row = [record["workload"], whole(found["frequencies"])]
        for name in kinds:
            row += [error(found.get(name, {}).get(kind)) for kind in kinds[name]]
        rows.append(row)
    report.table(columns, rows)


def show_memory(report, records):
    report.head("Extra memory")
    report.say("MiB beyond the caller's arrays, at the peak of a fresh process's first call; code")
    report.say("that is read in counts too, and the result where the program allocates it, as")
    report.say("nifty-ls and astropy do.")
    report.say()
    rows = []
    for record, workload in zip(records, WORKLOADS):
        row = [workload.name, size(16 * workload.nf)]
        rows.append(row + [size(record["extra"].get(name)) for name in ALL])
    report.table(["workload", "output", *ALL], rows)


def scaling(report, settings, threads, title, key, sizes):
    """Times of all programs on workloads of growing size."""
    report.head(title)
    points, last = [], {}
    for n, nf in sizes:
        workload = of_size(n, nf)
        point = {"n": n, "nf": nf, "warm": {}, "extra": {}}
        names = [name for name in ALL if affordable(name, workload, last, settings)]
        # Small ones take turns; the large ones have the memory for themselves.
        groups = [names] if max(n, nf) <= 10**6 else [[name] for name in names]
        for group in groups:
            with started(group, workload, threads, settings.enough) as (workers, failures):
                warm = take_turns(workers, 15, settings.patience / 2)
                for worker in workers:
                    point["warm"][worker.name] = median(warm[worker.name])
                    point["extra"][worker.name] = worker.extra
                    last[worker.name] = workload, worker.cold, worker.extra
            for name, failure in failures.items():
                progress(f"{name} with {workload.name}: {failure}")
        points.append(point)
        progress(workload.name)
    report.figures[key] = {"threads": threads, "points": points}
    rows = []
    for point in points:
        row = [whole(point["n"]), whole(point["nf"])]
        row += [duration(point["warm"].get(name)) for name in ALL]
        rate = 1e9 * point["warm"][OURS] / point["nf"]
        rows.append(row + [f"{rate:.2f}", size(point["extra"][OURS])])
    report.table(["n", "nf", *ALL, "ours, ns per frequency", "ours, extra MiB"], rows)
    return points


def affordable(name, workload, last, settings):
    """Whether time and memory will do, by what the last size took."""
    if name not in last:
        return not last
    before, seconds, extra = last[name]
    growth = max(workload.nf / before.nf, workload.n / before.n)
    arrays = 32 * (workload.n + workload.nf)
    return growth * seconds <= settings.enough and growth * extra + arrays <= 0.8 * available()


def scaling_in_nf(report, settings, threads):
    sizes = [(1000, nf) for nf in settings.sizes(10**4, settings.most_nf)]
    title = f"Growing number of frequencies, n = 1000, oversampling 10, {threads} threads"
    points = scaling(report, settings, threads, title, "scaling in nf", sizes)
    for point in points:
        workload = of_size(point["n"], point["nf"])
        with started([OURS], workload, 1, None) as (workers, _):
            alone = take_turns(workers, 15, settings.patience / 2)
        point["one thread"] = median(alone[OURS])
    report.say()
    report.say("Time per frequency of libfourier from nf = 1e5 on:")
    for count, seconds in ((threads, lambda p: p["warm"][OURS]), (1, lambda p: p["one thread"])):
        rates = [1e9 * seconds(p) / p["nf"] for p in points if p["nf"] >= 10**5]
        report.figures[f"ns per frequency on {count}"] = rates
        least, most = min(rates), max(rates)
        factor = most / least
        report.say(f"- threads {count}: {least:.2f} to {most:.2f} ns, a factor of {factor:.2f}")


def scaling_in_n(report, settings, threads):
    sizes = [(n, 10**6) for n in settings.sizes(100, settings.most_n)]
    title = f"Growing number of samples, nf = 1e6, oversampling 10, {threads} threads"
    scaling(report, settings, threads, title, "scaling in n", sizes)


def many_calls(report, settings, threads):
    """1000 calls with different series in a fresh process, beside one warm call."""
    report.head("Many short calls, n = 1000, nf = 100 000")
    workload = of_size(1000, 100_000)
    rows = []
    for count in counts(threads):
        totals, turns = [], []
        for _ in range(3):
            with started([OURS], workload, count, None) as ([worker], _):
                totals.append(worker.ask("series_of_calls", 1000))
                turns += [worker.ask("turn") for _ in range(20)]
        total, call = median(totals), median(turns)
        rows.append([count, duration(total), duration(call), times(total / (1000 * call), 2)])
        report.figures[f"1000 calls on {count}"] = {"seconds": total, "one": call}
    columns = ["threads", "1000 different series", "one warm call", "1000 calls / 1000 × one"]
    report.table(columns, rows)


def legacy(report, settings, threads):
    """The direct sum and the default method beside the double loop of old programs."""
    report.head("The double loop of old programs (gfortran -O3 -march=native)")
    rows = []
    figures = report.figures["legacy"] = []
    method = {OURS: "libfourier, AUTO", "libfourier direct": "libfourier, DIRECT"}
    for n, nf in ((1000, 2000), (10_000, 20_000)):
        workload = of_size(n, nf)
        t, x = workload.series()
        ks = workload.sample(2_000_000 // n)
        exact = oracle.power(oracle.sums(t, x, workload.f0, workload.df, ks))
        for name in ("legacy loop", "libfourier direct", OURS):
            for count in counts(1 if name == "legacy loop" else threads):
                with started([name], workload, count, None) as ([worker], _):
                    warm = median(take_turns([worker], 15, settings.patience)[name])
                    found = [worker.ask("power", ks, shift) for shift in (0.0, JULIAN)]
                wrong = [oracle.error(values, exact) for values in found]
                if name == "legacy loop":
                    loop = warm
                row = [method.get(name, name), whole(n), whole(nf), count, duration(warm)]
                rows.append(row + [times(loop / warm), *map(error, wrong)])
                figures.append(
                    {"program": name, "n": n, "nf": nf, "threads": count, "seconds": warm}
                    | {"errors": wrong}
                )
    columns = ["program", "n", "nf", "threads", "time", "times faster", "error", "error, Julian"]
    report.table(columns, rows)


SECTIONS = [workloads, scaling_in_nf, scaling_in_n, many_calls, legacy]
