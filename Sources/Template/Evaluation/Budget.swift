/// What one render may use up before it is stopped: a template is a program from outside.
package struct Budget: Sendable, Hashable {
    /// Statements executed, loop turns included, and calls by what they cost (`FunctionCost`).
    package var steps = 20_000_000
    /// Templates inside templates, by `template`, `include` and `tpl` together. More than
    /// Helm's own limit of 1000 for `include`, which has a text of its own.
    package var depth = 2100
    /// Blocks and parentheses in each other, over all templates that run in each other.
    package var nesting = 20_000
    /// Bytes written by all templates of the render that are not yet joined, 32 MiB.
    package var outputBytes = 32 << 20
    /// Bytes of all values that functions made, 256 MiB.
    package var valueBytes = 256 << 20
    /// Bytes of one text that a function made.
    package var textBytes = 8 << 20
    /// Items of one list.
    package var items = 1_000_000

    package init() {}
    package init(steps: Int, depth: Int, outputBytes: Int) {
        self.steps = steps
        self.depth = depth
        self.outputBytes = outputBytes
    }
}
