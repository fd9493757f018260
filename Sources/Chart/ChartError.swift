/// Why a chart could not be loaded or rendered; the text is Helm's own, so that
/// what people find when they search for it applies.
package struct ChartError: Error, Sendable, CustomStringConvertible {
    package enum Kind: Sendable, Hashable {
        /// The files make no chart: Chart.yaml, values.yaml, an archive.
        case invalid
        /// A dependency is declared and not there.
        case missingDependency
        /// The chart does not want this version of Kubernetes, or is a library.
        case notInstallable
        /// Values that cannot be merged or do not fit the schema.
        case values
        /// A template could not be parsed.
        case syntax
        /// A template failed while it ran.
        case execution
        /// The chart itself said no, with `required` or `fail`.
        case refused
        /// A template's output is not YAML.
        case output
    }

    package var kind: Kind
    /// The chart's name, where one chart is to blame.
    package var chart: String?
    /// The file, "chart/templates/service.yaml".
    package var file: String?
    package var line: Int?
    package var column: Int?
    package var message: String
    /// The facts of a template's failure; `explanation` tells them.
    package var failure: TemplateFailure? {
        get { failureBox?.failure }
        set { failureBox = newValue.map(FailureBox.init) }
    }
    /// Kept apart, so that the error stays small.
    private var failureBox: FailureBox?

    private final class FailureBox: Sendable {
        let failure: TemplateFailure
        init(_ failure: TemplateFailure) { self.failure = failure }
    }

    package init(
        _ kind: Kind, chart: String? = nil, file: String? = nil, line: Int? = nil, column: Int? = nil, message: String
    ) {
        self.kind = kind
        self.chart = chart
        self.file = file
        self.line = line
        self.column = column
        self.message = message
    }

    package var description: String { message }
}
