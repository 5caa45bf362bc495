# The picture of the demo: the spectrum, and the light curve folded with its period.
#
# usage: plot picture.gp folder=FOLDER peak=PEAK power=POWER
# where plot is the example of c_examples/; the peak in cycles per day, and its power

set terminal pngcairo size 1200,980 font "Sans,13" background rgb "white"
set output folder."/demo.png"
set multiplot layout 2,1 margins 0.085,0.97,0.075,0.945 spacing 0,0.13
set border 3 lw 1.2
set bars 0
set tics nomirror out
set grid ytics lc rgb "#dddddd"
unset key

# --- the spectrum ---
set title "Power spectrum of the RR Lyrae star MACHO 1.4652.1527 (1196 points in 2723 days)"
set xlabel "frequency [cycles/day]"
set ylabel "power [10^4 mag^2]" offset 0.5
set xrange [0:5]
set yrange [0:8.4]
set xtics 0.5
set label 1 sprintf("%.4f cycles/day\nP = %.4f d", peak, 1 / peak) \
    at peak + 0.08, power * 1e-4 left tc rgb "#c0392b" font "Sans-Bold,13"
set label 2 "daily alias" at peak - 1, 4.1 center tc rgb "#777777"
set label 3 "daily alias" at peak + 1, 2.75 center tc rgb "#777777"
set label 4 "daily alias" at peak + 2, 2.6 center tc rgb "#777777"
plot folder."/spectrum.txt" using 1:($2 * 1e-4) with lines lw 1 lc rgb "#1f4e79", \
     "+" using (peak):(power * 1e-4) every ::0::0 with points pt 7 ps 1.2 lc rgb "#c0392b"

# --- the folded light curve ---
unset label
faintest = -3.0
# Each point is there twice.
stats folder."/folded.txt" using ($2 > faintest ? 1 : 1/0) nooutput name "faint"
set title sprintf("The light curve folded with P = %.4f d (%d fainter points are not shown)", \
    1 / peak, faint_records / 2)
set xlabel "phase (two cycles; 0 = brightest)"
set ylabel "blue instrumental magnitude" offset 0.5
set xrange [0:2]
# Magnitudes grow downwards: bright is up.
set yrange [faintest:-6.0]
set xtics 0.25
plot folder."/folded.txt" using 1:2:($2 - $3):($2 + $3) with yerrorbars pt 7 ps 0 lw 0.8 \
         lc rgb "#d5dde5", \
     "" using 1:2 with points pt 7 ps 0.45 lc rgb "#1f4e79"
unset multiplot
