internal import Document

/// Reading and writing an answer of the API server: a list of objects.
enum JSONBenchmark {
    @Sendable static func run() async throws {
        let items = try YAML.documents(Manifests.text(size: 8_000_000), file: "manifests.yaml", options: .cluster).map(\.value)
        let list: Value = ["apiVersion": "v1", "kind": "List", "metadata": ["resourceVersion": "1"], "items": .sequence(items)]
        let text = JSON.write(list)
        var reading = Rounds(), writing = Rounds()
        for _ in 0..<15 {
            try reading.measure { try JSON.parse(text) }
            writing.measure { JSON.write(list) }
        }
        print("json: \(text.count) bytes, \(items.count) objects")
        print("  JSON.parse  \(reading.milliseconds)  \(reading.megabytesPerSecond(text.count)) MB/s  (goal 200)")
        print("  JSON.write  \(writing.milliseconds)  \(writing.megabytesPerSecond(text.count)) MB/s")
    }
}
