internal import CYAML
internal import Document

/// Our reader against libyaml's own event loop on 5 MB of manifests, in turns,
/// so that both meet the same machine.
enum YAMLBenchmark {
    @Sendable static func run() async throws {
        let text = Manifests.text(size: 5_000_000)
        var events = Rounds(), tree = Rounds(), writing = Rounds()
        let documents = try YAML.documents(text, file: "manifests.yaml", options: .cluster).map(\.value)
        for _ in 0..<15 {
            events.measure { eventLoop(text) }
            try tree.measure { try YAML.documents(text, file: "manifests.yaml", options: .cluster) }
            writing.measure { documents.reduce(0) { $0 + YAML.bytes($1).count } }
        }
        let written = documents.reduce(0) { $0 + YAML.bytes($1).count }
        print("yaml: \(text.count) bytes, \(documents.count) documents")
        print("  libyaml's events  \(events.milliseconds)  \(events.megabytesPerSecond(text.count)) MB/s")
        print("  YAML.documents    \(tree.milliseconds)  \(tree.megabytesPerSecond(text.count)) MB/s")
        print("  ratio             \((tree.median / events.median).rounded(toPlaces: 2))  (goal 1.5)")
        print("  YAML.write        \(writing.milliseconds)  \(writing.megabytesPerSecond(written)) MB/s")
    }

    /// Every event made and thrown away, nothing else.
    private static func eventLoop(_ text: [UInt8]) -> Int {
        text.withUnsafeBufferPointer { bytes in
            let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
            let event = UnsafeMutablePointer<yaml_event_t>.allocate(capacity: 1)
            defer {
                yaml_parser_delete(parser)
                parser.deallocate()
                event.deallocate()
            }
            yaml_parser_initialize(parser)
            yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
            yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
            var count = 0
            while yaml_parser_parse(parser, event) == 1 {
                count += 1
                let type = event.pointee.type
                yaml_event_delete(event)
                if type == YAML_STREAM_END_EVENT { break }
            }
            return count
        }
    }
}
