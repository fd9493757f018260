import Document
import FoundationEssentials
import HelmAnswers

/// What a target starts from: the cases of the test tables, and the words in them.
struct Seeds {
    private static let limit = 400
    private var cases: [AnswerCase] = []

    init(tables: some Sequence<String>) throws {
        for table in tables {
            cases += try AnswerCase.read(Array(try Data(contentsOf: URL(fileURLWithPath: table))), file: table)
        }
    }

    /// One file per input in the folder, the dictionary beside it in FOLDER.dict.
    func write(_ target: any FuzzTarget.Type, to folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let all = cases.flatMap { target.seeds(from: $0) }
        // Some of all tables: what a short run can read and still have time for changing them.
        let step = all.count / Self.limit + 1
        let inputs = stride(from: 0, to: all.count, by: step).map { all[$0] } + target.ownSeeds
        for (index, input) in inputs.enumerated() {
            try Data(input).write(to: URL(fileURLWithPath: "\(folder)/seed-\(index)"))
        }
        let entries = (target.tokens + words).map { "\"\(escaped($0))\"\n" }
        try Data(entries.joined().utf8).write(to: URL(fileURLWithPath: folder + ".dict"))
    }

    /// Names that occur inside actions, the most frequent first: functions and fields.
    private var words: [String] {
        var counts: [String: Int] = [:]
        for text in cases.flatMap(\.templates) {
            for word in text.split(whereSeparator: { !$0.isASCII || !($0.isLetter || $0.isNumber || $0 == "_") }) where word.count > 2 {
                counts[String(word), default: 0] += 1
            }
        }
        let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return sorted.prefix(800).map(\.key)
    }

    /// As libFuzzer's dictionaries have it.
    private func escaped(_ token: String) -> String {
        token.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "\\"), UInt8(ascii: "\""): "\\" + String(UnicodeScalar(byte))
            case 0x20...0x7e: String(UnicodeScalar(byte))
            default: "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }.joined()
    }
}
