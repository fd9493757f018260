import Basics
import Chart
import Delivery
import Document
import Git
import Kubernetes
import TestKit
import Testing

@testable import History

/// Blame against a slow reading of what it means: every commit rendered whole, every field followed by itself.
@Suite struct BlameOracleTests {
    @Test(arguments: 1...12) func randomHistory(_ seed: Int) async throws {
        let stage = try await PastStage(RandomHistory(seed: UInt64(seed)).steps(40))
        let mirror = try await stage.mirror.open()
        var oracle = Oracle(mirror: mirror)
        let tip = try #require(stage.ids["last"])
        guard let now = try await oracle.fields(tip) else {
            Issue.record("the last commit must render")
            return
        }
        let report = try await stage.past.blame(PastStage.web)
        let told = Dictionary(report.fields.map { ($0.path, $0.commit?.id) }) { first, _ in first }
        #expect(Set(told.keys) == Set(now.keys))
        for path in now.keys.sorted() {
            let expected = try await oracle.blame(path, now[path], tip)
            #expect(stage.name(told[path] ?? nil) == stage.name(expected.description), "seed \(seed): \(path)")
        }
    }
}

/// The definition, and nothing that makes it quick.
private struct Oracle {
    let mirror: Mirror
    var known: [ObjectID: [String: String]?] = [:]
    var missing: Set<ObjectID> = []

    init(mirror: Mirror) { self.mirror = mirror }

    /// Path to value; nil where the commit cannot be rendered.
    mutating func fields(_ commit: ObjectID) async throws -> [String: String]? {
        if let known = known[commit] { return known }
        let found = try await read(commit)
        known[commit] = .some(found)
        return found
    }

    private func read(_ commit: ObjectID) async throws -> [String: String]? {
        let tree = try await GitTree(mirror: mirror, commit: commit, reference: "main", path: "")
        guard let layout = try? await scan(tree, root: "", name: "shop") else { return nil }
        var isBroken = false
        for part in layout.parts {
            let desired = render(part, bytes: try await tree.read(part.files), revision: tree.revision, context: RenderContext(now: Timestamp(milliseconds: 0)))
            if let item = desired.objects.first(where: { $0.object.kind == "Deployment" && $0.object.name == "web" }) {
                var all: [String: String] = [:]
                flatten(item.object.value, "", &all)
                return all
            }
            if !desired.problems.isEmpty { isBroken = true }
        }
        return isBroken ? nil : [:]
    }

    private func flatten(_ value: Value, _ path: String, _ all: inout [String: String]) {
        // Kubernetes has selectors replaced whole.
        if path != "spec.selector", let mapping = value.mapping, !mapping.isEmpty {
            for entry in mapping { flatten(entry.value, path.isEmpty ? entry.key : "\(path).\(entry.key)", &all) }
        } else if let items = value.sequence, !items.isEmpty, items.allSatisfy({ $0["name"] != nil }) {
            for item in items { flatten(item, "\(path)[name=\(JSON.text(item["name"] ?? .null))]", &all) }
        } else {
            all[path] = JSON.text(value)
        }
    }

    mutating func blame(_ path: String, _ value: String?, _ tip: ObjectID) async throws -> ObjectID {
        var (commit, candidate) = (tip, tip)
        while true {
            if try await fields(commit) != nil { candidate = commit }
            var next: ObjectID?
            var unknown: ObjectID?
            for parent in try await mirror.commit(commit).parents where next == nil {
                guard let there = try await fields(parent) else {
                    unknown = unknown ?? parent
                    continue
                }
                if there[path] == value { next = parent }
            }
            guard let step = next ?? unknown else { return candidate }
            commit = step
        }
    }
}

/// Commits with branches and merges that change, rename, break and mend what one Deployment is made of.
private struct RandomHistory {
    private let random: RandomSource

    init(seed: UInt64) { random = RandomSource(seed: seed) }

    /// What a commit has.
    private struct State: Equatable {
        var image = 1
        var replicas = 1
        var label = 1
        var sidecar = false
        var isChart = true
        var isBroken = false
        var file = "web.yaml"
        var folder = "charts/web"
        var note = 0

        var files: [String: TestRepository.Change] {
            var files: [String: TestRepository.Change] = ["notes.md": .text("\(note)")]
            let proxy = sidecar ? "      - {name: proxy, image: \"proxy:\(label)\"}\n" : ""
            guard isChart else {
                files[file] = isBroken ? "a: [1" : PastStage.deployment(image: "web:\(image)", replicas: replicas, containers: proxy, annotations: "l: \"\(label)\"")
                return files
            }
            files["\(folder)/Chart.yaml"] = "apiVersion: v2\nname: web\nversion: 1.0.0\n"
            files["\(folder)/values.yaml"] = .text("image: web:\(image)\nreplicas: \(replicas)\n")
            files["\(folder)/templates/web.yaml"] = .text(
                """
                apiVersion: apps/v1
                kind: Deployment
                metadata:
                  name: web
                  annotations: {l: "\(label)"}
                spec:
                  replicas: {{ .Values.replicas }}
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}}
                    spec:
                      containers:
                \(proxy.isEmpty ? "" : "      " + proxy.drop { $0 == " " })      - name: web
                        image: {{ .Values.image \(isBroken ? "" : "}}")
                """)
            return files
        }
    }

    private func pick(_ bound: Int) -> Int { Int(random.next(below: UInt64(bound))) }

    private func changed(_ state: State) -> State {
        var state = state
        switch pick(13) {
        case 0, 1: state.image = pick(3)
        case 2, 3: state.replicas = pick(3)
        case 4: state.label = pick(3)
        case 5: state.sidecar.toggle()
        case 6: state.isBroken = true
        case 7, 8: state.isBroken = false
        case 9: state.isChart.toggle()
        case 10: state.file = ["web.yaml", "apps/web.yaml", "z.yml"][pick(3)]
        case 11: state.folder = ["charts/web", "web"][pick(2)]
        default: state.note += 1
        }
        return state
    }

    func steps(_ count: Int) -> [PastStage.Step] {
        var steps: [PastStage.Step] = []
        var states: [State] = []
        func add(_ name: String, _ parents: [Int], _ state: State) {
            var files = state.files
            if let first = parents.first { for path in states[first].files.keys where files[path] == nil { files[path] = .delete } }
            steps.append(PastStage.Step(name: name, parents: parents.map { steps[$0].name }, files: files))
            states.append(state)
        }
        add("s0", [], State())
        for number in 1..<count {
            let first = max(0, number - 1 - pick(4))
            guard number > 3, pick(4) == 0 else {
                add("s\(number)", [first], changed(states[first]))
                continue
            }
            let second = pick(number)
            var merged = states[first]
            // Some of theirs, now and then something of its own.
            if pick(2) == 0 { merged.image = states[second].image }
            if pick(2) == 0 { merged.replicas = states[second].replicas }
            if pick(2) == 0 { merged.label = states[second].label }
            if pick(4) == 0 { merged = changed(merged) }
            add("s\(number)", second == first ? [first] : [first, second], merged)
        }
        var last = states[count - 1]
        last.isBroken = false
        add("last", [count - 1], last)
        return steps
    }
}
