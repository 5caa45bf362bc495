"""The pictures of the benchmark: time against the number of frequencies, and the workloads."""

import os

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot, ticker  # noqa: E402

from libraries import OURS, PERIODOGRAMS, TRANSFORMS  # noqa: E402
from workloads import WORKLOADS  # noqa: E402

# A palette that the colour-blind can tell apart (Okabe and Ito).
COLOURS = {
    OURS: "#D55E00",
    "ducc0": "#0072B2",
    "FINUFFT": "#009E73",
    "nifty-ls": "#CC79A7",
    "astropy fast": "#7F7F7F",
}
LABELS = {
    OURS: "libfourier, whole call",
    "ducc0": "ducc0, transform only",
    "FINUFFT": "FINUFFT, transform only",
    "nifty-ls": "nifty-ls",
    "astropy fast": "astropy, fast",
}
ORDER = [OURS, *reversed(TRANSFORMS), *PERIODOGRAMS]


def draw(figures, folder):
    pyplot.rcParams.update({"font.size": 11, "axes.spines.top": False, "axes.spines.right": False})
    scaling(figures, os.path.join(folder, "bench-scaling.png"))
    bars(figures, os.path.join(folder, "bench-workloads.png"))


def scaling(figures, path):
    """Time against the number of frequencies."""
    points = figures["scaling in nf"]["points"]
    threads = figures["scaling in nf"]["threads"]
    figure, axes = pyplot.subplots(figsize=(9.5, 4.8))
    rates = {}
    for name in ORDER:
        known = [(p["nf"], p["warm"][name]) for p in points if name in p["warm"]]
        if not known:
            continue
        style = dict(marker="o", markersize=5 if name == OURS else 4)
        style |= dict(linewidth=2.8 if name == OURS else 1.6, zorder=3 if name == OURS else 2)
        (line,) = axes.loglog(*zip(*known), color=COLOURS[name], label=LABELS[name], **style)
        rates[line] = known[-1][1] / known[-1][0]
    axes.set_xlabel("number of frequencies")
    title = f"Power spectrum of 1000 samples, oversampling 10, {threads} threads"
    axes.set_title(title, fontsize=12)
    axes.grid(which="major", color="0.9")
    # In the order of the lines' ends.
    lines = sorted(rates, key=rates.get, reverse=True)
    axes.legend(handles=lines, frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    finish(figure, axes, path)


def bars(figures, path):
    """Bars for each workload; above ours how many times faster than the best transform."""
    threads = figures["threads"]
    records = [r for r in figures["workloads"] if r["threads"] == threads]
    figure, axes = pyplot.subplots(figsize=(10.5, 4.9))
    width = 0.16
    for i, name in enumerate(ORDER):
        known = [(j, r["warm"][name]) for j, r in enumerate(records) if name in r["warm"]]
        places = [j + (i - 2) * width for j, _ in known]
        times = [seconds for _, seconds in known]
        axes.bar(places, times, width * 0.94, color=COLOURS[name], label=LABELS[name])
    axes.set_yscale("log")
    for j, record in enumerate(records):
        axes.annotate(
            f"{record['ratio']:.{1 if record['ratio'] < 9.95 else 0}f}×",
            (j - 1.55 * width, record["warm"][OURS]),
            xytext=(0, 3),
            textcoords="offset points",
            ha="right",
            fontsize=10,
            fontweight="bold",
            color=COLOURS[OURS],
        )
    titles = [
        f"{' '.join(w.title.split()[:2])}\nn = {amount(w.n)}\nnf = {amount(w.nf)}"
        for w in WORKLOADS
    ]
    axes.set_xticks(range(len(records)), titles, fontsize=10)
    axes.tick_params(axis="x", length=0)
    title = f"Power spectra, {threads} threads; ×: how much faster than the best transform"
    axes.set_title(title, fontsize=12, pad=34)
    axes.grid(axis="y", which="major", color="0.9")
    axes.legend(frameon=False, ncols=5, loc="lower center", bbox_to_anchor=(0.5, 1.0), fontsize=10)
    finish(figure, axes, path)


def amount(number):
    """65 000 as 65k, 1 500 000 as 1.5M."""
    for unit, letter in ((10**6, "M"), (1000, "k")):
        if number >= unit:
            return f"{number / unit:g}{letter}"
    return str(number)


def finish(figure, axes, path):
    axes.set_ylabel("time")
    axes.yaxis.set_major_formatter(ticker.EngFormatter("s"))
    axes.set_axisbelow(True)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
