import ArgumentParser
import Basics
import Chart
import Document
import HelmAnswers

/// Compares the chart engine with recorded answers of Helm, byte for byte.
@main
struct Conformance: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conformance",
        abstract: "Compare rendered charts with Helm's recorded output.",
        discussion: """
            The corpus folder holds cases.jsonl (one chart render per line, with Helm's output or error), \
            functions.json (small templates with Helm's answers), and the charts. One line is printed per difference.
            """)

    @Argument(help: "The folder with cases.jsonl and functions.json; or a table of answers, FILE.jsonl.")
    var corpus: String

    @Option(help: "Only cases whose id or template holds this text.")
    var only: String?

    @Option(help: "Succeed when at least this many pass; all by default.")
    var atLeast: Int?

    @Option(help: ArgumentHelp("Instead of comparing, time each render this often.", valueName: "rounds"))
    var time: Int?

    @Option(help: "Write our output of differing cases into this folder.")
    var keep: String?

    func run() throws {
        var tally = Tally()
        if corpus.hasSuffix(".jsonl") {
            for entry in try AnswerCase.read(try Files.bytes(corpus), file: corpus) where matches(entry.description) {
                tally.count("\(entry)", entry.difference().map(Outcome.different) ?? .same, isError: entry.error != nil)
            }
            return try report(tally)
        }
        let cases = try Corpus.charts(corpus).filter { matches($0.id) }
        if let rounds = time { return printTimes(try CaseTiming.measure(cases, corpus: corpus, rounds: max(1, rounds))) }
        for entry in cases { tally.count(entry.id, entry.outcome(corpus: corpus, keep: keep), isError: entry.error != nil) }
        for entry in try Corpus.functions(corpus) where matches(entry.template) {
            tally.count("function: \(entry.template.prefix(60))", entry.outcome(), isError: entry.error != nil)
        }
        try report(tally)
    }

    private func report(_ tally: Tally) throws {
        print("\(tally.passedOutputs) of \(tally.outputs) outputs, \(tally.passedErrors) of \(tally.errors) errors (\(tally.otherPlace) at another place)")
        print("\(tally.passed) passed, \(tally.failed) failed")
        if atLeast.map({ tally.passed < $0 }) ?? (tally.failed > 0) { throw ExitCode.failure }
    }

    private func printTimes(_ timings: [CaseTiming]) {
        for timing in timings.sorted(by: { $0.whole > $1.whole }).prefix(15) {
            print("\(timing.whole) \(timing.again) \(timing.bytes) bytes \(timing.id)")
        }
        print("together: \(timings.reduce(.zero) { $0 + $1.whole }), templates parsed before: \(timings.reduce(.zero) { $0 + $1.again })")
    }

    private func matches(_ text: String) -> Bool { only.map(text.contains) ?? true }
}

/// The sum of all cases.
struct Tally {
    private(set) var outputs = 0, passedOutputs = 0, errors = 0, passedErrors = 0, otherPlace = 0

    var passed: Int { passedOutputs + passedErrors }
    var failed: Int { outputs + errors - passed }

    mutating func count(_ id: String, _ outcome: Outcome, isError: Bool) {
        if isError { errors += 1 } else { outputs += 1 }
        switch outcome {
        case .same:
            if isError { passedErrors += 1 } else { passedOutputs += 1 }
        case .otherPlace(let text):
            passedErrors += 1
            otherPlace += 1
            print("PLACE \(id): \(text)")
        case .different(let text): print("DIFF \(id): \(text)")
        }
    }
}
