import Document
import HelmAnswers

/// Something that reads data from outside, and what must hold whatever the data.
protocol FuzzTarget: SendableMetatype {
    static var name: String { get }
    /// Words of its language, besides the names found in the seeds.
    static var tokens: [String] { get }
    /// Inputs to start from, made of a case of the test tables.
    static func seeds(from entry: AnswerCase) -> [[UInt8]]
    /// Inputs to start from that no table has.
    static var ownSeeds: [[UInt8]] { get }
    /// Takes one input; ends the process where a rule is broken.
    static func run(_ input: [UInt8])
}

extension FuzzTarget {
    static func seeds(from entry: AnswerCase) -> [[UInt8]] { [] }
    static var ownSeeds: [[UInt8]] { [] }
}

let allTargets: [any FuzzTarget.Type] = [
    SyntaxTarget.self, EvaluatorTarget.self, ValuesTarget.self, SetTarget.self, ArchiveTarget.self, DocumentTarget.self, SchemaTarget.self,
]

/// Ends the process when a rule does not hold: that is what the fuzzer looks for.
func require(_ condition: Bool, _ rule: @autoclosure () -> String) {
    if !condition { fatalError(rule()) }
}

/// An input of several texts, with a byte between them that no text needs.
enum Sections {
    static let separator: UInt8 = 0x1e

    static func split(_ input: [UInt8], atMost limit: Int) -> [[UInt8]] {
        input.split(separator: separator, maxSplits: limit - 1, omittingEmptySubsequences: false).map(Array.init)
    }

    static func join(_ texts: [String]) -> [UInt8] { Array(texts.map { Array($0.utf8) }.joined(separator: [separator])) }
}

extension [UInt8] {
    var text: String { String(decoding: self, as: UTF8.self) }
}
