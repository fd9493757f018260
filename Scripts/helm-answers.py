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
The answer is "output" (the template's text; for a chart the manifest without hooks) with
"notes", "hooks" and "crds" where there are any, or "error".
"""
import io, json, os, re, shutil, sys, tarfile, tempfile

KUBECONFIG = (
    "apiVersion: v1\nkind: Config\nclusters: [{name: x, cluster: {server: 'http://127.0.0.1:1'}}]\n"
    "contexts: [{name: x, context: {cluster: x, user: x}}]\nusers: [{name: x, user: {}}]\ncurrent-context: x\n")
CHART = "apiVersion: v2\nname: c\nversion: 0.1.0\n"
SETTERS = {
    "set-json": "helm_strvals_parse_json", "set": "helm_strvals_parse",
    "set-string": "helm_strvals_parse_string", "set-literal": "helm_strvals_parse_literal"}
config = None


def packed(files):
    """The bytes of an archive; one inside it holds files of its own too."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            data = packed(content) if isinstance(content, dict) else content.encode()
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def write(folder, files):
    for path, content in files.items():
        full = os.path.join(folder, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        if path.endswith(".tgz") and isinstance(content, dict):
            with open(full, "wb") as f:
                f.write(packed(content))
        else:
            with open(full, "w", encoding="utf-8", newline="") as f:
                f.write(content)


def merge(a, b):
    out = dict(a)
    for key, value in b.items():
        out[key] = merge(out[key], value) if isinstance(value, dict) and isinstance(out.get(key), dict) else value
    return out


def check(chart):
    """What `helm install` looks at before the library does."""
    kind = chart.metadata.get("type")
    if kind not in (None, "", "application"):
        raise ValueError(f"{kind} charts are not installable")
    present = {dependency.get("name") for dependency in chart.dependencies}
    missing = [d.get("name", "") for d in chart.metadata.get("dependencies") or [] if d.get("name") not in present]
    if missing:
        raise ValueError(
            "an error occurred while checking for chart dependencies. You may need to run `helm dependency build` "
            "to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: " + ", ".join(missing))


def install(folder, values):
    global config
    from helm_python import Chart, Config
    chart = Chart.load(folder)
    check(chart)
    if config is None:
        config = Config(kubeconfig_content=KUBECONFIG, storage_driver="memory", namespace="demo")
    return chart, config.install(chart, "rel", values, namespace="demo", dry_run="client")


EVENTS = {f"{when}-{what}" for when in ("pre", "post") for what in ("install", "upgrade", "delete", "rollback")} | {"test", "test-success"}
HOOK = re.compile(r"""helm\.sh/h00k["']?: *["']?([^"'\n]*)""")


def hooks(files, values):
    """The library keeps hooks to itself: with another annotation they are documents like any other."""
    def renamed(content):
        if isinstance(content, dict):
            return {path: renamed(inner) for path, inner in content.items()}
        return content.replace("helm.sh/hook", "helm.sh/h00k")
    folder = tempfile.mkdtemp(prefix="answers-")
    try:
        write(folder, renamed(files))
        manifest = install(folder, json.loads(renamed(json.dumps(values))))[1].get("manifest", "")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    documents = re.split(r"(?m)^(?=---\n# Source: )", manifest)
    def is_hook(document):
        found = HOOK.search(document)
        return found and all(event.strip().lower() in EVENTS for event in found[1].split(","))
    return "".join(d for d in documents if is_hook(d)).replace("helm.sh/h00k", "helm.sh/hook")


def answer(case):
    from helm_python import Chart, _native
    case = {k: v for k, v in case.items() if k not in ("output", "error", "notes", "hooks", "crds")}
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
            chart, release = install(folder, values)
            case["output"] = release.get("manifest", "")
            if release.get("notes"):
                case["notes"] = release["notes"]
            if "helm.sh/hook" in json.dumps(case):
                case["hooks"] = hooks(case["files"], values)
            # After the installation: what is disabled is gone.
            if chart.crds:
                case["crds"] = "".join(f"---\n# Source: {crd['filename']}\n{crd['data']}\n" for crd in chart.crds)
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
