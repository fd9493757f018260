import Document
import FoundationEssentials
import HelmAnswers
import Testing

/// Tables of small templates and charts with the answers Helm gave to them, one table per family.
@Suite("Helm's answers")
struct AnswerTests {
    static let tables: [String] = {
        let folder = "\(#filePath)".split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/Fixtures/answers"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".jsonl") }.sorted().map { "\(folder)/\($0)" }
    }()

    @Test("There are tables")
    func tablesExist() { #expect(!Self.tables.isEmpty) }

    @Test(arguments: tables)
    func table(_ path: String) throws {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let cases = try AnswerCase.read(Array(try Data(contentsOf: URL(fileURLWithPath: path))), file: name)
        #expect(!cases.isEmpty)
        for entry in cases {
            if let difference = entry.difference() { Issue.record("\(entry): \(difference)") }
        }
    }
}
