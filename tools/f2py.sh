#!/bin/sh
# Compiles an f2py signature file against the library in build/lib into a Python module, in a folder
# from which it can be imported as it is: the module finds the library relative to itself when the
# folder is beside build/lib, else where it is now.
#
# usage: f2py.sh FILE.pyf FOLDER      PYTHON names an interpreter that has numpy, meson and ninja
#
# For a library installed elsewhere the same works by hand:
#     python -m numpy.f2py -c --backend meson FILE.pyf -L/its/folder -lfourier
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
absolute() { echo "$(cd "$(dirname "$1")" && pwd)/$(basename "$1")"; }
python=$(absolute "$(command -v "${PYTHON:-python3}")")
signatures=$(absolute "$1")
log=$(basename "$1" .pyf).log

mkdir -p "$2"
cd "$2"
# f2py calls meson and ninja by name: those beside the interpreter come first. -L must be absolute,
# because f2py works in a temporary folder. meson takes the run path from LDFLAGS only.
if ! PATH=$(dirname "$python"):$PATH \
    LDFLAGS="'-Wl,-rpath,\$ORIGIN/../lib' '-Wl,-rpath,$root/build/lib'" \
    "$python" -m numpy.f2py -c --backend meson "$signatures" "-L$root/build/lib" -lfourier \
    >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
