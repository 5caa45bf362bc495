#!/bin/sh
# Installs what the examples, the demo and the tests need beside Rust, a C compiler, make and
# Python 3: through the system's package manager where this user may, else it says what to install
# and fails. Acts only on what is missing.
#
# usage: setup.sh [NEED...]     without arguments: all needs
set -u
python=${PYTHON:-python3}

has() { command -v "$1" >/dev/null 2>&1; }

# Is a need met? The names are those of the table below.
met() {
    case $1 in
    cargo) has cargo ;;
    cc) has "${CC:-cc}" ;;
    python3) has "$python" ;;
    c++) has "${CXX:-c++}" ;;
    gfortran) has "${FC:-gfortran}" ;;
    gnuplot) has gnuplot ;;
    valgrind) has valgrind ;;
    pkg-config) has pkg-config ;;
    cfitsio) has pkg-config && pkg-config --exists cfitsio ;;
    python3-venv) "$python" -c 'import venv, ensurepip' >/dev/null 2>&1 ;;
    python3-headers)
        "$python" -c 'import os, sys, sysconfig
sys.exit(not os.path.exists(os.path.join(sysconfig.get_paths()["include"], "Python.h")))' \
            >/dev/null 2>&1 ;;
    *) echo "setup: unknown need $1" >&2; exit 2 ;;
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
python3-venv        python3-venv        python3-libs     python       python3         python3
python3-headers     python3-dev         python3-devel    python       python3-devel   python3-dev
'

if [ $# -eq 0 ]; then
    # These come with the user's machine; their packages differ too much to be installed here.
    for need in cargo cc python3; do
        met $need && continue
        echo "setup: $need was not found. libfourier is built with Rust (https://rustup.rs)," \
            "a C compiler, make and Python 3: install them first." >&2
        exit 1
    done
    # shellcheck disable=SC2046
    set -- $(echo "$packages" | awk '{ print $1 }')
fi
missing=
for need; do
    met "$need" || missing="$missing $need"
done
[ -n "$missing" ] || exit 0

column=1
for manager in apt-get dnf pacman zypper apk none; do
    column=$((column + 1))
    has $manager && break
done

names=
for need in $missing; do
    if [ $manager = none ]; then
        name=$need
    else
        name=$(echo "$packages" | awk -v need="$need" -v column=$column '$1 == need { print $column }')
    fi
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

give_up() {
    echo "setup: missing:$missing" >&2
    if [ -n "$install" ]; then
        echo "setup: $1; install them with" >&2
        echo "    sudo $install" >&2
    else
        echo "setup: no known package manager here; install: $names" >&2
    fi
    echo "setup: then run make again" >&2
    exit 1
}

[ -n "$install" ] || give_up ""
if [ "$(id -u)" -eq 0 ]; then
    as_root=
elif has sudo && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    give_up "this user may not install packages"
fi

echo "setup: installing $names"
export DEBIAN_FRONTEND=noninteractive
case $manager in
apt-get)
    # The package lists may be absent or stale: they are fetched only when the first try fails.
    # shellcheck disable=SC2086
    $as_root $install || { $as_root apt-get update && $as_root $install; } ||
        give_up "apt-get failed, see above" ;;
*)
    $as_root $install || give_up "$manager failed, see above" ;;
esac

missing_before=$missing
missing=
for need in $missing_before; do
    met "$need" || missing="$missing $need"
done
[ -z "$missing" ] || give_up "still missing after the installation"
