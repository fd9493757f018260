#!/usr/bin/env bash
# Fuzzes what reads data from outside, one target after the other:
#   fuzz.sh [TARGET...]
# FUZZ_SECONDS for each (60). Corpora and findings are kept under FUZZ_FOLDER.
set -uo pipefail
cd "$(dirname "$0")/.."
all=(syntax evaluator values set archive document schema)
seconds=${FUZZ_SECONDS:-60}
folder=${FUZZ_FOLDER:-$PWD/.build/fuzz}
targets=("$@")
[ $# -gt 0 ] || targets=("${all[@]}")

# Swift's own crash reporter and libFuzzer wait for each other for ever.
export SWIFT_BACKTRACE=enable=no
# Where memory came from is asked when an input is replayed.
export ASAN_OPTIONS=${ASAN_OPTIONS:-malloc_context_size=2}
# SwiftPM gives the linker one sanitizer only, and knows that libFuzzer has `main`; the compiler gets both.
MARTLET_FUZZ=1 ${SWIFT:-swift} build --scratch-path .build/fuzz -c release --quiet --product Fuzz --sanitize fuzzer \
    -Xswiftc -sanitize=fuzzer,address -Xswiftc -use-ld=lld || exit 1
program=.build/fuzz/release

failed=0
for target in "${targets[@]}"; do
    ln -sf Fuzz "$program/fuzz-$target"
    corpus=$folder/corpus/$target; findings=$folder/findings/$target; log=$folder/$target.log
    mkdir -p "$corpus" "$findings"
    rm -rf "$folder/seeds/$target"
    "$program/fuzz-$target" seeds "$folder/seeds/$target" Tests/ChartTests/Fixtures/answers/*.jsonl || exit 1
    before=$(find "$findings" -type f | sort)
    nice -n 10 "$program/fuzz-$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=3072 -malloc_limit_mb=1024 -max_len=8192 \
        -dict="$folder/seeds/$target.dict" -artifact_prefix="$findings/" -print_final_stats=1 -verbosity=1 \
        "$corpus" "$folder/seeds/$target" > "$log" 2>&1
    status=$?
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -1)
    rate=$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log" | tail -1)
    features=$(grep -oE ' ft: [0-9]+' "$log" | tail -1 | tr -dc '0-9')
    result=ok
    [ $status -eq 0 ] || result="FAILED: $(grep -m1 -E 'Fatal error|^SUMMARY|ERROR: ' "$log" || echo "status $status")"
    printf '%-10s %9s runs %7s/s %7s features  %s\n' "$target" "${runs:-?}" "${rate:-?}" "${features:-?}" "$result"
    if [ $status -ne 0 ]; then
        failed=1
        while IFS= read -r file; do
            [ -n "$file" ] && echo "    again: SWIFT_BACKTRACE=enable=no $program/fuzz-$target $file"
        done < <(comm -13 <(echo "$before") <(find "$findings" -type f | sort))
        echo "    log:   $log"
    fi
done
exit $failed
