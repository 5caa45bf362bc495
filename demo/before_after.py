"""Draws a CCD frame before and after the median filter, side by side on one grey scale.

usage: before_after.py BEFORE.fits AFTER.fits PICTURE.png      gnuplot draws, by way of `plot`
"""

import os
import subprocess
import sys

import numpy as np
from astropy.io import fits

# The example that gives gnuplot a script.
PROJECT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("FOURIER_BUILD", os.path.join(PROJECT, "build"))
PLOT = os.path.join(BUILD, "bin", "c", "plot")


def main(before, after, picture):
    frames = [fits.getdata(path).astype("float32") for path in (before, after)]
    header = fits.getheader(before)
    rows, columns = frames[0].shape
    # From the sky to the brighter stars, beyond the overscan columns.
    sky = frames[0][:, 20 : columns - 20]
    low, high = np.percentile(sky, [4, 99.7])
    # "smooth_fits: median filter 5 x 5, libfourier 0.1.0"
    size = fits.getheader(after)["HISTORY"][-1].split("median filter ")[1].split(",")[0]
    title = "{OBJECT}, {TELESCOP}, {DATE-OBS}, {EXPTIME:.0f} s".format_map(header)
    script = f"""
set terminal pngcairo size 1240,620 font "sans,12"
set output "{picture}"
set palette gray
set cbrange [{low}:{high}]
set cblabel "counts"
set size ratio -1
set xrange [0:{columns}]
set yrange [0:{rows}]
set tics out nomirror
set multiplot layout 1,2 margins 0.075,0.9,0.11,0.9 spacing 0.05 title "{title}"
set xlabel "column"
set ylabel "row"
unset colorbox
set title "as observed"
plot "-" binary array=({columns},{rows}) format="%float32" with image notitle
set colorbox user origin 0.915,0.12 size 0.015,0.74
unset ylabel
set title "median of {size} pixels"
plot "-" binary array=({columns},{rows}) format="%float32" with image notitle
"""
    path = os.path.splitext(picture)[0] + ".gp"
    with open(path, "wb") as file:
        # gnuplot reads the pixels behind each plot command.
        for commands, frame in zip(script.split("notitle\n"), frames):
            file.write((commands + "notitle\n").encode())
            file.write(frame.tobytes())
    plot = subprocess.run([PLOT, path])
    if plot.returncode != 0:
        sys.exit(plot.returncode)
    print(f"{picture}: counts {low:.0f} (black) to {high:.0f} (white)")


if __name__ == "__main__":
    main(*sys.argv[1:])
