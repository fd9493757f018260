import Archive
import Chart
import HelmAnswers

/// Packaged charts: the input as it stands, and as the content of a sound gzip file,
/// whose checksum no mutation would meet.
enum ArchiveTarget: FuzzTarget {
    static let name = "archive"
    static let tokens = [
        "ustar\u{0}00", "ustar  \u{0}", "c/Chart.yaml", "c/values.yaml", "c/templates/a.yaml", "c/charts/d/Chart.yaml", "c/.helmignore", "../",
        "/", "./", "\u{0}", "00000000017\u{0}", "77777777777\u{0}", "24 path=c/Chart.yaml\n", "././@LongLink", "L", "x", "g", "0", "5",
        "name: c\n", "version: 0.1.0\n", "apiVersion: v2\n", "dependencies:\n- name: d\n  version: 0.1.0\n  alias: e\n",
    ]

    static func seeds(from entry: AnswerCase) -> [[UInt8]] {
        guard case .chart(let files) = entry.input,
            let archive = try? tar(files.map { ("c/\($0.path)", try bytes(of: $0.content)) }), let packed = try? Gzip.compress(archive)
        else { return [] }
        return [archive, packed]
    }

    static var ownSeeds: [[UInt8]] { [tar([("c/Chart.yaml", Array(plainChart.utf8)), ("c/templates/a.yaml", Array("a: {{ .Values.a }}\n".utf8))])] }

    static func run(_ input: [UInt8]) {
        load(input)
        if let packed = try? Gzip.compress(input) { load(packed) }
    }

    private static func load(_ bytes: [UInt8]) {
        guard let files = try? ChartArchive.unpack(bytes) else { return }
        for file in files {
            let parts = file.path.split(separator: "/", omittingEmptySubsequences: false)
            require(!parts.contains("..") && !file.path.hasPrefix("/"), "the archive gave the path \"\(file.path)\"")
        }
        guard let chart = try? Chart.load(files: files) else { return }
        Rendering.text(chart, values: [])
    }
}
