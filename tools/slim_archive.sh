#!/bin/sh
# Makes a small static library of the one that rustc writes: one object that holds what the exported
# functions use, without debugging information and without the bitcode of Rust's own library. Its
# only global names are the exports, so that it can be linked beside other libraries made with Rust.
#
# usage: slim_archive.sh WHOLE.a SHARED SLIM.a      SHARED tells what is exported
#
# Without GNU ld and objcopy the whole archive is taken as it is.
set -eu
whole=$1 shared=$2 slim=$3
nm=${NM:-nm} ld=${LD:-ld} objcopy=${OBJCOPY:-objcopy} ar=${AR:-ar}

if ! { "$ld" --version && "$objcopy" --version; } 2>/dev/null | grep -q 'GNU ld'; then
    echo "slim_archive: no GNU ld and objcopy: $slim is the whole of what rustc wrote" >&2
    cp "$whole" "$slim"
    exit
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$nm" -D --defined-only "$shared" | awk '{ print $3 }' >"$folder/exports"
[ -s "$folder/exports" ] || { echo "slim_archive: $shared exports nothing" >&2; exit 1; }
# shellcheck disable=SC2046 # names of C functions hold no blanks
"$ld" -r --gc-sections $(sed 's/^/-u /' "$folder/exports") -o "$folder/all.o" "$whole"
"$objcopy" --keep-global-symbols="$folder/exports" --strip-unneeded \
    --remove-section .llvmbc --remove-section .llvmcmd "$folder/all.o" "$folder/fourier.o"
rm -f "$slim"
"$ar" rcs "$slim" "$folder/fourier.o"
