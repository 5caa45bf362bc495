"""The pictures of the benchmark: time against the number of frequencies, and the workloads."""

import os

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402

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
    figure, axes = pyplot.subplots(figsize=(8, 5))
    for name in ORDER:
        known = [(p["nf"], p["warm"][name]) for p in points if name in p["warm"]]
        if known:
            style = dict(marker="o", markersize=5 if name == OURS else 4)
            style |= dict(linewidth=2.8 if name == OURS else 1.6, zorder=3 if name == OURS else 2)
            axes.loglog(*zip(*known), color=COLOURS[name], label=LABELS[name], **style)
    axes.set_xlabel("number of frequencies nf")
    axes.set_ylabel("time [s]")
    threads = figures["scaling in nf"]["threads"]
    axes.set_title(f"1000 samples, oversampling 10, {threads} threads", fontsize=12)
    axes.grid(which="major", color="0.9")
    axes.set_axisbelow(True)
    handles, labels = axes.get_legend_handles_labels()
    last = [handle.get_ydata()[-1] / handle.get_xdata()[-1] for handle in handles]
    order = sorted(range(len(handles)), key=lambda i: -last[i])
    chosen = [handles[i] for i in order], [labels[i] for i in order]
    axes.legend(*chosen, frameon=False, loc="upper left")
    finish(figure, path)


def bars(figures, path):
    """Bars for each workload; above ours how many times faster than the best transform."""
    threads = figures["threads"]
    records = [r for r in figures["workloads"] if r["threads"] == threads]
    figure, axes = pyplot.subplots(figsize=(10.5, 5.2))
    width = 0.16
    for i, name in enumerate(ORDER):
        known = [(j, r["warm"][name]) for j, r in enumerate(records) if name in r["warm"]]
        places = [j + (i - 2) * width for j, _ in known]
        heights = [1e3 * seconds for _, seconds in known]
        axes.bar(places, heights, width * 0.94, color=COLOURS[name], label=LABELS[name])
    axes.set_yscale("log")
    for j, record in enumerate(records):
        place = j - 2 * width, 1e3 * record["warm"][OURS]
        axes.annotate(
            f"{record['ratio']:.1f}×",
            place,
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            fontsize=10,
            fontweight="bold",
            color=COLOURS[OURS],
        )
    titles = [
        f"{w.title.replace(' ', chr(10), 1) if len(w.title) > 14 else w.title + chr(10)}\n"
        f"n = {amount(w.n)}\nnf = {amount(w.nf)}"
        for w in WORKLOADS
    ]
    axes.set_xticks(range(len(records)), titles, fontsize=9.5)
    axes.tick_params(axis="x", length=0)
    axes.set_ylabel("time [ms]")
    title = f"Time of a power spectrum, {threads} threads; ×: faster than the best transform"
    axes.set_title(title, fontsize=12, pad=34)
    axes.grid(axis="y", which="major", color="0.9")
    axes.set_axisbelow(True)
    axes.legend(frameon=False, ncols=5, loc="lower center", bbox_to_anchor=(0.5, 1.0), fontsize=10)
    finish(figure, path)


def amount(number):
    """65 000 as 65k, 1 500 000 as 1.5M."""
    for unit, letter in ((10**6, "M"), (1000, "k")):
        if number >= unit:
            return f"{number / unit:g}{letter}"
    return str(number)


def finish(figure, path):
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
