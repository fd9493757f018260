package import Basics

/// What a query gives (Prometheus' "HTTP API", "Expression query result formats"). Native histograms are left out.
package enum QueryValue: Sendable, Hashable {
    case vector([Sample])
    case matrix([Series])
    case scalar(Point)
    case string(String)

    /// A number at a moment; may be NaN or infinite.
    package struct Point: Sendable, Hashable {
        package var at: Timestamp
        package var value: Double

        package init(at: Timestamp, value: Double) { (self.at, self.value) = (at, value) }
    }

    /// One series at one moment.
    package struct Sample: Sendable, Hashable {
        package var labels: [String: String]
        package var point: Point

        package init(labels: [String: String], point: Point) { (self.labels, self.point) = (labels, point) }
    }

    /// One series over time.
    package struct Series: Sendable, Hashable {
        package var labels: [String: String]
        package var points: [Point]

        package init(labels: [String: String], points: [Point]) { (self.labels, self.points) = (labels, points) }
    }
}

/// An answer, and what the server wants to have said besides.
package struct QueryAnswer: Sendable, Hashable {
    package var value: QueryValue
    package var warnings: [String]

    package init(_ value: QueryValue, warnings: [String] = []) { (self.value, self.warnings) = (value, warnings) }
}
