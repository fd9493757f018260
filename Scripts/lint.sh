#!/usr/bin/env bash
# What the compiler does not hold: traps in the sources, unfinished work, generated files.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=0
report() { echo "$1"; failed=1; }
while IFS= read -r hit; do report "$hit: can trap"; done < <(
    grep -rnE '\btry!|\bas! |\bfatalError\(' --include='*.swift' Sources | grep -vE ':\s*///?' || true)
while IFS= read -r hit; do report "$hit: unfinished"; done < <(grep -rnE 'TODO|FIXME' --include='*.swift' Sources Tests Tools 2>/dev/null || true)
while IFS= read -r file; do report "$file: belongs to the machine, not to the repository"; done < <(
    git ls-files | grep -E '(^|/)(Package\.resolved|\.build)(/|$)' || true)
while IFS= read -r file; do
    lines=$(wc -l < "$file")
    [ "$lines" -gt 600 ] && report "$file: $lines lines; perhaps two ideas"
done < <(git ls-files 'Sources/*.swift')
exit $failed
