#!/bin/sh
# Runs every test of every test program and ends with their sum.
set -u
status_file=$(mktemp) || exit 1
trap 'rm -f "$status_file"' EXIT
{
    ${CARGO:-cargo} test --locked --no-fail-fast "$@" 2>&1
    echo $? >"$status_file"
} | awk '
    { print; fflush() }
    /^test result: / { passed += $4; failed += $6 }
    END { printf "\n%d passed, %d failed\n", passed, failed }'
status=$(cat "$status_file")
exit "${status:-1}"
