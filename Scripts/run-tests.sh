#!/usr/bin/env bash
# Runs a command that tests, and where it fails says at the end what did: its output is thousands of lines long.
set -uo pipefail
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"$@" 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
if [ "$status" -ne 0 ]; then
    printf '\nWhat failed:\n'
    # With the lines that explain an expectation, which begin with an arrow.
    grep -aE -A3 '^✘ Test .* recorded an issue|^(Fatal error|error:)|[^:]+:[0-9]+: Fatal error' "$log" | grep -avE '^◇|^✔' | cut -c 1-600 | head -n 100
fi
exit "$status"
