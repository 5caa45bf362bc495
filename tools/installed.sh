# Where an installation is: what install.sh and uninstall.sh agree on. Read by `.`, not run.
# shellcheck shell=sh

# absolute PATH BASE
absolute() {
    # shellcheck disable=SC2088 # a shell that left ~ as it was is made up for
    case $1 in
    /*) path=$1 ;;
    '~/'*) path=$HOME/${1#??} ;;
    *) path=$2/$1 ;;
    esac
    # Without doubled slashes and . at the end, "" for /
    echo "$path" | sed 's|/\./|/|g; s|//*|/|g; s|/\.$||; s|/$||'
}
newline='
'
case ${DESTDIR:-}$PREFIX$LIBDIR$INCLUDEDIR in *"$newline"*) die "a path holds the end of a line" ;; esac
[ -n "$PREFIX" ] || die "PREFIX is empty"
DESTDIR=${DESTDIR:+$(absolute "$DESTDIR" "$(pwd)")}
PREFIX=$(absolute "$PREFIX" "$(pwd)")
LIBDIR=$(absolute "$LIBDIR" "$PREFIX")
INCLUDEDIR=$(absolute "$INCLUDEDIR" "$PREFIX")
SHARE=$PREFIX/share/fourier
# shellcheck disable=SC2034 # those who read this use it
MANIFEST=$SHARE/install-manifest.txt
