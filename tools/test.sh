#!/bin/sh
# Runs every test of every test program, names the tests that could not run for want of a tool, and
# ends with the sum. Such a test counts as failed, or with SKIP_MISSING=1 as skipped.
#
# usage: test.sh [ARGUMENT OF cargo test...]
set -u
status_file=$(mktemp) || exit 1
trap 'rm -f "$status_file"' EXIT
{
    ${CARGO:-cargo} test --locked --no-fail-fast "$@" 2>&1
    echo $? >"$status_file"
} | awk -v skip_missing="${SKIP_MISSING:-0}" -v status_file="$status_file" '
    { print; fflush() }
    /^ +Running / { runs++; program = $2 == "unittests" ? "lib" : $2; sub(/^tests\//, "", program); sub(/\.rs$/, "", program) }
    /^ +Doc-tests / { runs++; program = "documentation" }
    /^test result: / { results++; passed += $4; failed += $6; skipped += $8 }
    # The report of a failed test, and the first line of what a test says that lacks a tool.
    /^---- .* stdout ----$/ { name = $2 }
    /^LACKING / && name != "" {
        tool = $2
        sub(/:$/, "", tool)
        lacking = lacking "    " program ": " name " (" tool ")\n"
        lacked++
        name = ""
    }
    END {
        if (lacked) printf "\nThese tests lack a tool (`make setup` installs it or names its package):\n%s", lacking
        if (skip_missing == 1) {
            failed -= lacked
            skipped += lacked
            # A test program that crashed has a status, but no result.
            if (failed == 0 && runs == results && runs > 0) print 0 >>status_file
        }
        printf "\n%d passed, %d failed, %d skipped\n", passed, failed, skipped
    }'
status=$(tail -n 1 "$status_file")
exit "${status:-1}"
