#!/bin/sh
# Installs what make built, and leaves a list of it for uninstall.sh. Called by `make install`.
#
# environment: FOURIER_BUILD, VERSION, SHARED_FILE, SHARED_MAJOR, SHARED_NAME, FC
#   PREFIX             where it will be, as programs see it
#   LIBDIR INCLUDEDIR  below PREFIX, or absolute
#   DESTDIR            put in front of all, to make a package
#   FORTRAN=no         without Fortran      STRIP=strip
set -eu
umask 022
cd "$(dirname "$0")/.."

die() { echo "install: $*" >&2; exit 1; }
. tools/installed.sh

build=$FOURIER_BUILD/lib
[ -e "$build/.built" ] || die "$build has nothing to install: run make first"

without_debugging() {
    if command -v "${STRIP:-strip}" >/dev/null 2>&1; then
        "${STRIP:-strip}" --strip-unneeded "$1"
    else
        echo "install: ${STRIP:-strip} was not found: $1 keeps its debugging information" >&2
    fi
}

new=$(mktemp)
folders=$(mktemp)
trap 'rm -f "$new" "$folders"' EXIT

# folder PATH: makes it, and notes each folder that was not there. Of a package's folders only those
# that bear the project's name are noted: the others belong to the system it will be unpacked in.
folder() {
    [ -d "$DESTDIR$1" ] && return
    case $1 in
    */*) folder "${1%/*}" ;;
    *) mkdir -p "$DESTDIR" && return ;;
    esac
    mkdir "$DESTDIR$1"
    case $DESTDIR,$1 in
    ,* | *,*/fourier | *,*/fourier/* | *,*/libfourier) echo "$1" >>"$folders" ;;
    esac
}
# put MODE FOLDER FILE...
put() {
    mode=$1 target=$2
    shift 2
    folder "$target"
    for source; do
        [ ! -d "$source" ] || continue
        install -m "$mode" "$source" "$DESTDIR$target"
        echo "$target/${source##*/}" >>"$new"
    done
}
# link FOLDER NAME TEXT: a symbolic link
link() {
    ln -sf "$3" "$DESTDIR$1/$2"
    echo "$1/$2" >>"$new"
}
# fill FOLDER NAME: the template packaging/NAME.in with the values of this installation
fill() {
    folder "$1"
    awk '
        BEGIN {
            for (name in ENVIRON) if (name ~ /^VALUE_/) values[substr(name, 7)] = ENVIRON[name]
        }
        {
            line = $0
            done = ""
            while (match(line, /@[A-Z_]+@/)) {
                name = substr(line, RSTART + 1, RLENGTH - 2)
                if (!(name in values)) { print name " is not known" >"/dev/stderr"; exit 1 }
                done = done substr(line, 1, RSTART - 1) values[name]
                line = substr(line, RSTART + RLENGTH)
            }
            print done line
        }' "packaging/$2.in" >"$DESTDIR$1/$2"
    chmod 644 "$DESTDIR$1/$2"
    echo "$1/$2" >>"$new"
}

put 644 "$INCLUDEDIR" include/fourier.h
put 755 "$LIBDIR" "$build/$SHARED_FILE"
without_debugging "$DESTDIR$LIBDIR/$SHARED_FILE"
link "$LIBDIR" "$SHARED_MAJOR" "$SHARED_FILE"
link "$LIBDIR" "$SHARED_NAME" "$SHARED_MAJOR"
put 644 "$LIBDIR" "$build/libfourier.a"
put 644 "$PREFIX/share/doc/fourier" README.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE

fortran_libs=
if [ "${FORTRAN:-yes}" != no ]; then
    fortran_libs='-lfourier_fortran '
    put 644 "$LIBDIR" "$build/libfourier_fortran.a"
    put 644 "$INCLUDEDIR/fourier" "$FOURIER_BUILD"/fortran/*.mod
    put 644 "$SHARE/fortran" fortran/*.f90
fi

# The Python package finds the library beside itself.
put 644 "$SHARE/python" python/*.pyf
find python/libfourier \( -name '*.py' -o -name '*.pyi' -o -name py.typed \) | sort |
    while read -r source; do put 644 "$SHARE/${source%/*}" "$source"; done
link "$SHARE/python/libfourier" "$SHARED_MAJOR" "$LIBDIR/$SHARED_MAJOR"

# The way from LIBDIR/cmake/fourier to the header, so that the whole can be moved.
case $LIBDIR/ in
"$PREFIX"/*)
    up=$(echo "${LIBDIR#"$PREFIX"}/cmake/fourier" | sed 's|/[^/]*|../|g')
    case $INCLUDEDIR/ in "$PREFIX"/*) up=$up${INCLUDEDIR#"$PREFIX"/} ;; *) up=$INCLUDEDIR ;; esac
    ;;
*) up=$INCLUDEDIR ;;
esac
native_libs=$(cat "$build/.native-libs")
export VALUE_PREFIX="$PREFIX" VALUE_LIBDIR="$LIBDIR" VALUE_INCLUDEDIR="$INCLUDEDIR" \
    VALUE_VERSION="$VERSION" VALUE_FC="$FC" VALUE_FORTRAN_LIBS="$fortran_libs" \
    VALUE_NATIVE_LIBS="$native_libs" VALUE_SHARED_FILE="$SHARED_FILE" \
    VALUE_SHARED_MAJOR="$SHARED_MAJOR" VALUE_INCLUDEDIR_FROM_CMAKE="$up"
VALUE_NATIVE_LIBS_LIST=$(echo "$native_libs" | tr ' ' ';')
VALUE_COMPATIBLE=$(echo "$VERSION" | sed -e 's/^0\.\([0-9]*\)\..*/0\\\\.\1/' -e 's/^\([1-9][0-9]*\)\..*/\1/')
export VALUE_NATIVE_LIBS_LIST VALUE_COMPATIBLE
fill "$LIBDIR/pkgconfig" fourier.pc
fill "$LIBDIR/cmake/fourier" fourier-config.cmake
fill "$LIBDIR/cmake/fourier" fourier-config-version.cmake

# What an older installation put here and this one did not is taken away.
folder "$SHARE"
echo "$MANIFEST" >>"$new"
if [ -f "$DESTDIR$MANIFEST" ]; then
    sed -n 's|^folder ||p' "$DESTDIR$MANIFEST" >>"$folders"
    sed -n 's|^file ||p' "$DESTDIR$MANIFEST" | grep -vxF -f "$new" |
        while read -r path; do rm -f "$DESTDIR$path"; done
fi
{
    sort -u "$new" | sed 's/^/file /'
    sort -u "$folders" | sed 's/^/folder /'
} >"$DESTDIR$MANIFEST"
echo "libfourier $VERSION is installed in ${DESTDIR}$PREFIX: $(grep -c '^file' "$DESTDIR$MANIFEST") files"
