import ArgumentParser
import Document

/// How results are printed: `-o json|yaml|table`.
struct OutputOptions: ParsableArguments {
    enum Format: String, ExpressibleByArgument, CaseIterable { case table, json, yaml }

    @Option(name: [.customShort("o"), .customLong("output")], help: "How to print: table, json or yaml.")
    var format = Format.table

    /// Prints a value in a format for programs.
    func write(_ value: Value) {
        switch format {
        case .json: print(JSON.text(value, indent: 2))
        case .yaml, .table: print(YAML.write(value), terminator: "")
        }
    }
}
