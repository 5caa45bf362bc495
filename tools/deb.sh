#!/bin/sh
# Makes Debian packages of what make built: the library, what programs are compiled with, and the
# Python package. Called by `make deb`; environment as for install.sh.
#
# usage: deb.sh FOLDER
set -eu
umask 022
cd "$(dirname "$0")/.."
folder=$1
rm -rf "$folder"
mkdir -p "$folder/debian"
folder=$(cd "$folder" && pwd)
architecture=$(dpkg --print-architecture)
libdir=/usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)
major=${SHARED_MAJOR##*.}
library=libfourier$major
maintainer=${DEBFULLNAME:-libfourier}\ \<${DEBEMAIL:-libfourier@localhost}\>

stage=$folder/stage
PREFIX=/usr LIBDIR=$libdir INCLUDEDIR=/usr/include DESTDIR=$stage tools/install.sh >/dev/null
rm "$stage/usr/share/fourier/install-manifest.txt"

# move PACKAGE PATH...: from the stage into a package
move() {
    package=$folder/$1
    shift
    for path; do
        mkdir -p "$package${path%/*}"
        mv "$stage$path" "$package$path"
    done
}
# package NAME DEPENDS SECTION DESCRIPTION
package() {
    root=$folder/$1
    doc=$root/usr/share/doc/$1
    mkdir -p "$root/DEBIAN" "$doc"
    { cat LICENSE-MIT && echo && cat LICENSE-APACHE; } >"$doc/copyright"
    gzip -9nc CHANGELOG.md >"$doc/changelog.gz"
    {
        echo "Package: $1"
        echo "Source: libfourier"
        echo "Version: $VERSION"
        echo "Architecture: $architecture"
        echo "Maintainer: $maintainer"
        echo "Installed-Size: $(du -sk "$root" | cut -f 1)"
        [ -z "$2" ] || echo "Depends: $2"
        echo "Section: $3"
        echo "Priority: optional"
        [ "$3" = python ] || echo "Multi-Arch: same"
        echo "Description: $4"
        echo " The Fourier transform of unevenly sampled series, a median filter for images and"
        echo " control of running programs, for C, Fortran and Python."
    } >"$root/DEBIAN/control"
    (cd "$root" && find usr -type f -exec md5sum {} +) >"$root/DEBIAN/md5sums"
    dpkg-deb --root-owner-group --build "$root" "$folder/$1_${VERSION}_$architecture.deb" >/dev/null
    rm -rf "$root"
    echo "$folder/$1_${VERSION}_$architecture.deb"
}

move "$library" "$libdir/$SHARED_FILE" "$libdir/$SHARED_MAJOR" /usr/share/doc/fourier/README.md
mv "$folder/$library/usr/share/doc/fourier" "$folder/$library/usr/share/doc/$library"
mkdir "$folder/$library/DEBIAN"
echo "libfourier $major $library (>= $VERSION)" >"$folder/$library/DEBIAN/shlibs"
echo "activate-noawait ldconfig" >"$folder/$library/DEBIAN/triggers"
# dpkg-shlibdeps reads the libraries' versions; it wants to see a source package.
: >"$folder/debian/control"
needs=$(cd "$folder" &&
    dpkg-shlibdeps -O -x"$library" -e"$library$libdir/$SHARED_FILE" 2>/dev/null |
    sed -n 's/^shlibs:Depends=//p')
[ -n "$needs" ] || { echo "deb: dpkg-shlibdeps named no packages" >&2; exit 1; }

python=/usr/lib/python3/dist-packages
mkdir -p "$folder/python3-libfourier$python"
mv "$stage/usr/share/fourier/python/libfourier" "$folder/python3-libfourier$python"
ln -sf "../../../${libdir#/usr/lib/}/$SHARED_MAJOR" \
    "$folder/python3-libfourier$python/libfourier/$SHARED_MAJOR"

# What is left is for who compiles.
rm -r "$stage/usr/share/doc"
mv "$stage" "$folder/libfourier-dev"

package "$library" "$needs" libs "Fourier transform of unevenly sampled series (library)"
package libfourier-dev "$library (= $VERSION)" libdevel \
    "Fourier transform of unevenly sampled series (development files)"
package python3-libfourier "python3:any, python3-numpy, $library (= $VERSION)" python \
    "Fourier transform of unevenly sampled series (Python package)"
rm -rf "$folder/debian"
