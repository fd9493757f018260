#!/usr/bin/env python3
"""How long Helm takes to render each chart of a corpus, in its own process: the anchor of `make bench BENCH=charts`.

    pip install helm-python-sdk==0.2.2
    Scripts/helm-times.py CORPUS      one line per chart: seconds to load it, seconds to install it (client-side dry run), its id
"""
import json, os, sys, time
from helm_python import Chart, Config, values_from_yaml

KUBECONFIG = (
    "apiVersion: v1\nkind: Config\nclusters: [{name: x, cluster: {server: 'http://127.0.0.1:1'}}]\n"
    "contexts: [{name: x, context: {cluster: x, user: x}}]\nusers: [{name: x, user: {}}]\ncurrent-context: x\n")


def merge(a, b):
    out = dict(a)
    for key, value in b.items():
        out[key] = merge(out[key], value) if isinstance(value, dict) and isinstance(out.get(key), dict) else value
    return out


def main(corpus):
    config = Config(kubeconfig_content=KUBECONFIG, storage_driver="memory", namespace="demo")
    for line in open(os.path.join(corpus, "cases.jsonl"), encoding="utf-8"):
        case = json.loads(line)
        if case.get("error"):
            continue
        folder = os.path.join(corpus, case["chart"])
        values = {}
        for path in case.get("values", []):
            values = merge(values, values_from_yaml(open(os.path.join(folder, path), encoding="utf-8").read()) or {})
        start = time.perf_counter()
        chart = Chart.load(folder)
        loaded = time.perf_counter()
        try:
            config.install(chart, case["name"], values, namespace=case["namespace"], dry_run="client")
        except Exception as error:
            print(f"{case['id']}: {error}", file=sys.stderr)
        print(loaded - start, time.perf_counter() - loaded, case["id"])


main(sys.argv[1])
