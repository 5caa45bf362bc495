#!/bin/sh
# Writes what a program that takes the static library needs beside it on its linker's command line.
#
# usage: native_libs.sh      RUSTC and CARGO_BUILD_TARGET as for cargo
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
libraries=$(: | "${RUSTC:-rustc}" ${CARGO_BUILD_TARGET:+--target "$CARGO_BUILD_TARGET"} \
    --crate-type staticlib --print native-static-libs - -o "$folder/empty.a" 2>&1 |
    sed -n 's/^note: native-static-libs: //p')
[ -n "$libraries" ] || { echo "native_libs: rustc named no libraries" >&2; exit 1; }

# Compilers add the unwinder by themselves: libgcc_s, or libgcc_eh in a fully static program, where
# -lgcc_s would fail.
libraries=$(echo " $libraries " | sed 's/ -lgcc_s / /; s/^ //; s/ $//')

# The runtimes of GNU compilers refer weakly to the functions of threads and then call them all if
# one is there. A fully static program would get only those that somebody refers to strongly, and
# crash on the others.
keep=
case ${CARGO_BUILD_TARGET:-$(uname -s)} in
*[Ll]inux*)
    for function in cond_broadcast cond_destroy cond_init cond_wait create getspecific join \
        key_create key_delete mutex_destroy mutex_init mutex_lock mutex_trylock mutex_unlock once \
        self setspecific; do
        keep=$keep,-u,pthread_$function
    done
    ;;
esac
echo "${keep:+-Wl$keep }$libraries"
