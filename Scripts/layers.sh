#!/usr/bin/env bash
# Holds the layers of Package.swift: a source file imports only modules of lower
# layers, and none that its target does not name.
set -euo pipefail
cd "$(dirname "$0")/.."
declare -A layer=(
    [CYAML]=0 [CCurl]=0 [CGit2]=0 [CRE2]=0 [CZLib]=0 [CSSH2]=0 [CLinux]=0
    [Basics]=1 [Document]=2 [Archive]=2 [Store]=2
    [RegularExpression]=3 [Template]=4 [Chart]=5 [Kubernetes]=3
    [HTTP]=6 [Git]=7
    [Cluster]=8 [Registry]=8 [Prometheus]=8 [Rollout]=8
    [Delivery]=9 [Automation]=10
    [History]=11 [DevCluster]=11
    [Server]=12 [TestKit]=12
    [Commands]=13 [Martlet]=14
)
failed=0
for folder in Sources/*/; do
    target=$(basename "$folder")
    [ -n "${layer[$target]:-}" ] || { echo "layers: the target $target has no layer in Scripts/layers.sh"; failed=1; continue; }
    while IFS=: read -r file line text; do
        module=$(sed -E 's/^.*import (struct |class |enum |func |protocol )?([A-Za-z0-9_]+).*/\2/' <<< "$text")
        [ -n "${layer[$module]:-}" ] || continue
        if [ "${layer[$module]}" -ge "${layer[$target]}" ]; then
            echo "$file:$line: $target (layer ${layer[$target]}) imports $module (layer ${layer[$module]})"
            failed=1
        fi
    done < <(grep -rnE '^(@testable )?((package|internal|private|public|fileprivate) )?import ' --include='*.swift' "$folder" || true)
done
exit $failed
