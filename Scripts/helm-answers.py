#!/usr/bin/env python3
"""Records Helm's own answers for the tables of Tests/ChartTests/Fixtures/answers.

    pip install helm-python-sdk==0.2.2
    Scripts/helm-answers.py FILE.jsonl...      answers every case of the files, in place
    Scripts/helm-answers.py --missing FILE...  answers only those without an answer

A line is one case, a JSON object:
    {"template": "{{ 1 }}", "values": {...}}           one template of an otherwise empty chart
    {"files": {"Chart.yaml": "...", ...}, "values": {...}, "set": [["set", "a=b"], ...]}
                                                       a whole chart, installed (client-side dry run);
                                                       a path that ends in .tgz holds files of its own
The answer is "output" (the template's text; for a chart the manifest without hooks) and
"notes" where there are any, or "error".
"""
import io, json, os, shutil, sys, tarfile, tempfile

KUBECONFIG = (
    "apiVersion: v1\nkind: Config\nclusters: [{name: x, cluster: {server: 'http://127.0.0.1:1'}}]\n"
    "contexts: [{name: x, context: {cluster: x, user: x}}]\nusers: [{name: x, user: {}}]\ncurrent-context: x\n")
CHART = "apiVersion: v2\nname: c\nversion: 0.1.0\n"
SETTERS = {
    "set-json": "helm_strvals_parse_json", "set": "helm_strvals_parse",
    "set-string": "helm_strvals_parse_string", "set-literal": "helm_strvals_parse_literal"}
config = None


def write(folder, files):
    for path, content in files.items():
        full = os.path.join(folder, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        if path.endswith(".tgz"):
            with tarfile.open(full, "w:gz") as archive:
                for name, text in content.items():
                    data = text.encode()
                    info = tarfile.TarInfo(name)
                    info.size = len(data)
                    archive.addfile(info, io.BytesIO(data))
        else:
            with open(full, "w", encoding="utf-8", newline="") as f:
                f.write(content)


def merge(a, b):
    out = dict(a)
    for key, value in b.items():
        out[key] = merge(out[key], value) if isinstance(value, dict) and isinstance(out.get(key), dict) else value
    return out


def answer(case):
    global config
    from helm_python import Chart, Config, _native
    case = {k: v for k, v in case.items() if k not in ("output", "error", "notes")}
    folder = tempfile.mkdtemp(prefix="answers-")
    try:
        values = case.get("values") or {}
        # Helm's own order; lists are replaced here, where Helm would set their items: no cases with those.
        for kind, text in sorted(case.get("set", []), key=lambda pair: list(SETTERS).index(pair[0])):
            try:
                values = merge(values, json.loads(_native.call_string(SETTERS[kind], text)))
            except Exception as error:
                raise ValueError(f"failed parsing --{kind} data: {error}")
        if "template" in case:
            write(folder, {"Chart.yaml": CHART, "templates/main.yaml": case["template"]})
            case["output"] = Chart.load(folder).render(values, name="rel", namespace="demo")["c/templates/main.yaml"]
        else:
            write(folder, case["files"])
            if config is None:
                config = Config(kubeconfig_content=KUBECONFIG, storage_driver="memory", namespace="demo")
            release = config.install(Chart.load(folder), "rel", values, namespace="demo", dry_run="client")
            case["output"] = release.get("manifest", "")
            if release.get("notes"):
                case["notes"] = release["notes"]
    except Exception as error:
        case.pop("output", None)
        case["error"] = str(error).replace(folder, "")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return case


def main():
    paths = [a for a in sys.argv[1:] if a != "--missing"]
    if not paths:
        sys.exit(__doc__)
    for path in paths:
        with open(path, encoding="utf-8") as f:
            cases = [json.loads(line) for line in f if line.strip()]
        if "--missing" in sys.argv:
            cases = [c if "output" in c or "error" in c else answer(c) for c in cases]
        else:
            cases = [answer(c) for c in cases]
        with open(path, "w", encoding="utf-8") as f:
            for case in cases:
                f.write(json.dumps(case, ensure_ascii=False) + "\n")


main()
