#!/bin/sh
# Compiles the Fortran modules in the order of their use, .mod files and objects into FOLDER, and
# puts the objects into ARCHIVE. A module that uses what this compiler has not implemented yet is
# named and left out, also of the module that gathers all.
#
# usage: fortran.sh FOLDER ARCHIVE SOURCE_FOLDER      FC, FFLAGS, AR
set -eu
fc=${FC:-gfortran}

mkdir -p "$1"
folder=$(cd "$1" && pwd)
archive=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
sources=$(cd "$3" && pwd)
cd "$folder"
rm -f ./*.mod ./*.o ./*.f90

# tsort takes pairs "used user"; a module that uses none is paired with itself.
order=$(for source in "$sources"/*.f90; do
    module=$(basename "$source" .f90)
    echo "$module $module"
    sed -n "s/^ *use \(libfourier[a-z_]*\).*/\1 $module/p" "$source"
done | tsort)

left_out=
for module in $order; do
    source=$sources/$module.f90
    if [ "$module" = libfourier ] && [ -n "$left_out" ]; then
        # shellcheck disable=SC2086 # names are words
        sed "$(printf '/^ *use %s$/d;' $left_out)" "$source" >libfourier.f90
        source=libfourier.f90
    fi
    # shellcheck disable=SC2086 # flags are words
    if $fc ${FFLAGS:-} -c "$source" -o "$module.o" 2>messages; then
        cat messages >&2
    elif grep -q 'not yet implemented' messages; then
        rm -f "$module.mod" "$module.o"
        left_out="$left_out $module"
    else
        cat messages >&2
        exit 1
    fi
done
rm -f messages
[ -z "$left_out" ] || echo "fortran: $fc cannot compile these yet, and they are left out:$left_out" >&2
rm -f "$archive"
"${AR:-ar}" rcs "$archive" ./*.o
