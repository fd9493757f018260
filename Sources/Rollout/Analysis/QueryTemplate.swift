/// PromQL with places for the names of an arm.
package struct QueryTemplate: Sendable, Hashable {
    package var text: String

    package init(_ text: String) { self.text = text }
}
