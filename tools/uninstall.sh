#!/bin/sh
# Takes away what install.sh put there, by the list that it left: those files, and of the folders
# that it made the empty ones. Called by `make uninstall`; environment as for install.sh.
set -eu
cd "$(dirname "$0")/.."

die() { echo "uninstall: $*" >&2; exit 1; }
. tools/installed.sh

list=$DESTDIR$MANIFEST
[ -f "$list" ] || die "nothing is installed in $DESTDIR$PREFIX: $list is not there"

paths() { sed -n "s|^$1 ||p" "$list"; }
# The list goes last, so that an interrupted run can be repeated.
paths file | grep -vxF "$MANIFEST" | while read -r path; do rm -f "$DESTDIR$path"; done
folders=$(paths folder | sort -r)
rm -f "$list"
echo "$folders" | while read -r path; do
    [ -z "$path" ] || [ ! -d "$DESTDIR$path" ] || rmdir "$DESTDIR$path" 2>/dev/null || :
done
