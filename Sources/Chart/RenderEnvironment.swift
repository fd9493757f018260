package import Basics
package import Document
package import Template

/// What a render gets from outside: with the same environment, chart, values and
/// release it gives the same bytes.
package struct RenderEnvironment: Sendable {
    /// `now` and `ago`.
    package var now: Timestamp
    /// `randAlphaNum`, `genCA`, `uuidv4` and their like. A caller that wants a
    /// re-render to change nothing seeds it from the application and its input.
    package var random: RandomSource
    /// `lookup`: an object, or a list where the name is empty; nil for what is not there.
    /// Without it every answer is empty, as `helm template` has it.
    package typealias Lookup = @Sendable (_ apiVersion: String, _ kind: String, _ namespace: String, _ name: String) throws -> Value?
    package var lookup: Lookup?
    /// Keeps what cannot be made from a seed (RSA keys, certificates): gives the text
    /// kept under the key, or makes and keeps it. Without it each render makes its own.
    package typealias Remember = @Sendable (_ key: String, _ make: () throws -> String) throws -> String
    package var remember: Remember?
    /// Templates parsed before; without it each render parses its own.
    package var templates: TemplateCache?
    /// What the templates of one render may use up.
    package var budget = Budget()

    package init(
        now: Timestamp, random: RandomSource, lookup: Lookup? = nil, remember: Remember? = nil, templates: TemplateCache? = nil
    ) {
        self.now = now
        self.random = random
        self.lookup = lookup
        self.remember = remember
        self.templates = templates
    }
}
