#!/bin/sh
# Installs what the examples, the demo and the tests need beside Rust, a C compiler, make and
# Python 3: through the system's package manager where this user may, else it says what to install
# and fails. Acts only on what is missing.
#
# usage: setup.sh [--check | --try] [NEED...]     without names: all needs
#   --check   installs nothing: says what is missing and how to get it
#   --try     installs what it may, writes the names of what is still missing, and succeeds
set -u
cd "${0%/*}/.." || exit 1
python=${PYTHON:-python3}
cargo=${CARGO:-cargo}
mode=install
case ${1:-} in --check | --try)
    mode=${1#--}
    shift
    ;;
esac

# Is there such a program? It may be given with arguments: "ccache gcc".
has() { command -v "${1%% *}" >/dev/null 2>&1; }
# The version in a line like "cargo 1.89.0 (...)".
version_of() { $1 --version 2>/dev/null | awk '{ print $2; exit }'; }
rust_needed=$(awk -F '"' '/^rust-version/ { print $2 }' Cargo.toml)
rust_is_new() {
    version_of "$1" | awk -F . -v needed="$rust_needed" \
        '{ split(needed, n, "."); found = $1 > n[1] || $1 == n[1] && $2 + 0 >= n[2] } END { exit !found }'
}

# Is a need met? The names are those of the table below.
met() {
    case $1 in
    cargo) has "$cargo" && rust_is_new "$cargo" ;;
    cc) has "${CC:-cc}" ;;
    python3) has "$python" ;;
    c++) has "${CXX:-c++}" ;;
    gfortran) has "${FC:-gfortran}" ;;
    gnuplot) has gnuplot ;;
    valgrind) has valgrind ;;
    pkg-config) has pkg-config ;;
    cfitsio) has pkg-config && pkg-config --exists cfitsio ;;
    dpkg-dev) has dpkg-deb && has dpkg-shlibdeps ;;
    python3-venv) "$python" -c 'import venv, ensurepip' >/dev/null 2>&1 ;;
    python3-headers)
        "$python" -c 'import os, sys, sysconfig
sys.exit(not os.path.exists(os.path.join(sysconfig.get_paths()["include"], "Python.h")))' \
            >/dev/null 2>&1 ;;
    *) echo "setup: unknown need $1" >&2; exit 2 ;;
    esac
}

# What cannot be installed here: it comes with the user's machine, and its packages differ too much.
must_be_there() {
    case $1 in
    cargo)
        if has "$cargo"; then
            found="found: $cargo $(version_of "$cargo")"
        else
            found="$cargo was not found"
        fi
        echo "libfourier is built with Rust $rust_needed or newer; $found." \
            "https://rustup.rs installs the newest one."
        ;;
    cc) echo "libfourier is built with a C compiler; ${CC:-cc} was not found." \
        "Install gcc or clang, or name one as CC=" ;;
    python3) echo "Python 3 is needed; $python was not found. Install it, or name one as PYTHON=" ;;
    *) return 1 ;;
    esac
}

# need              apt-get             dnf              pacman       zypper          apk
packages='
c++                 g++                 gcc-c++          gcc          gcc-c++         g++
gfortran            gfortran            gcc-gfortran     gcc-fortran  gcc-fortran     gfortran
gnuplot             gnuplot-nox         gnuplot          gnuplot      gnuplot         gnuplot
valgrind            valgrind            valgrind         valgrind     valgrind        valgrind
pkg-config          pkg-config          pkgconf-pkg-config pkgconf    pkg-config      pkgconf
cfitsio             libcfitsio-dev      cfitsio-devel    cfitsio      cfitsio-devel   cfitsio-dev
dpkg-dev            dpkg-dev            dpkg-dev         dpkg         dpkg            dpkg-dev
python3-venv        python3-venv        python3-libs     python       python3         python3
python3-headers     python3-dev         python3-devel    python       python3-devel   python3-dev
'

# shellcheck disable=SC2046 # names are words
[ $# -gt 0 ] || set -- cargo cc python3 $(echo "$packages" | awk '{ print $1 }')
fatal=
missing=
for need; do
    met "$need" && continue
    if text=$(must_be_there "$need"); then
        fatal="$fatal${fatal:+
}setup: $text"
    else
        missing="$missing $need"
    fi
done
[ -n "$fatal$missing" ] || exit 0

column=1
for manager in apt-get dnf pacman zypper apk none; do
    column=$((column + 1))
    has $manager && break
done

names=
for need in $missing; do
    name=$(echo "$packages" | awk -v need="$need" -v column=$column '$1 == need { print $column }')
    name=${name:-$need}
    [ "$manager" = none ] && name=$need
    case " $names " in *" $name "*) ;; *) names="${names:+$names }$name" ;; esac
done

case $manager in
apt-get) install="apt-get install -y --no-install-recommends $names" ;;
dnf) install="dnf install -y $names" ;;
pacman) install="pacman -S --needed --noconfirm $names" ;;
zypper) install="zypper --non-interactive install $names" ;;
apk) install="apk add $names" ;;
none) install= ;;
esac

# Ends with what is missing and how to get it.
give_up() {
    [ -z "$fatal" ] || echo "$fatal" >&2
    if [ -n "$missing" ]; then
        echo "setup: missing:$missing" >&2
        if [ -n "$install" ]; then
            echo "setup: $1; install them with" >&2
            echo "    sudo $install" >&2
        else
            echo "setup: no known package manager here; install: $names" >&2
        fi
        case $missing in *gfortran*)
            echo "setup: FORTRAN=no builds and installs without Fortran; FC= names another compiler" >&2
            ;;
        esac
    fi
    [ "$mode" = try ] || { echo "setup: then run make again" >&2; exit 1; }
    [ -z "$fatal" ] || exit 1
    for need in $missing; do echo "$need"; done
    exit 0
}

[ "$mode" != check ] || give_up "building installs nothing: \`make setup\` does"
[ -z "$fatal" ] || give_up "not installed"
[ -n "$install" ] || give_up ""
if [ "$(id -u)" -eq 0 ]; then
    as_root=
elif has sudo && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    give_up "this user may not install packages"
fi

echo "setup: installing $names" >&2
export DEBIAN_FRONTEND=noninteractive
case $manager in
apt-get)
    # The package lists may be absent or stale: they are fetched only when the first try fails.
    # shellcheck disable=SC2086 # words
    $as_root $install >&2 || { $as_root apt-get update >&2 && $as_root $install >&2; } ||
        give_up "apt-get failed, see above" ;;
*)
    # shellcheck disable=SC2086 # words
    $as_root $install >&2 || give_up "$manager failed, see above" ;;
esac

missing_before=$missing
missing=
for need in $missing_before; do
    met "$need" || missing="$missing $need"
done
[ -z "$missing" ] || give_up "still missing after the installation"
