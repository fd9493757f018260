/// A value with fields and methods that templates may name.
package protocol DatumObject: AnyObject {
    /// What `printf "%T"` and error texts call it, as Go would: "chart.Metadata".
    var typeName: String { get }

    /// The field or method of that name; nil when there is none.
    func member(_ name: String) -> DatumMember?

    /// What printing it gives.
    var printed: String { get }

    /// reflect's kind, for `kindOf`: "struct", "ptr", "map", "slice".
    var kind: String { get }

    /// The entries of an object that is a map underneath (`.Files`): what `range`, `len` and `index` see. Else nil.
    var entries: [(key: String, value: Datum)]? { get }

    /// The fields of a struct in Go's order, where fmt prints those rather than `printed`:
    /// a `String` method of the pointer counts for an action, not for a copy given to a function.
    var fields: [(name: String, value: Datum)]? { get }

    /// A struct is always true, a map when it has entries.
    var isTrue: Bool { get }
}

/// An object that is a slice underneath (`.Capabilities.APIVersions`).
package protocol DatumSlice: DatumObject {
    var items: [Datum] { get }
}

extension DatumObject {
    package var kind: String { entries == nil ? "struct" : "map" }
    package var entries: [(key: String, value: Datum)]? { nil }
    package var fields: [(name: String, value: Datum)]? { nil }
    package var isTrue: Bool { entries.map { !$0.isEmpty } ?? true }
}

extension DatumObject {
    var isPointer: Bool { typeName.utf8.first == UInt8(ascii: "*") }

    /// The type of what a pointer points at.
    var pointedTypeName: String { isPointer ? String(typeName.dropFirst()) : typeName }
}

/// What a name on an object stands for.
package enum DatumMember {
    case field(Datum)
    /// Called with the arguments that follow the name, typed and counted as a function's.
    case method(Function)
}
