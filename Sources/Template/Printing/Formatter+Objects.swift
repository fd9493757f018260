extension Formatter {
    /// A built-in object: a map or a struct by its parts, else as its `String` method has it.
    mutating func write(_ object: any DatumObject, _ verb: Unicode.Scalar, depth: Int) {
        if let number = object as? ComplexNumber { return write(number, verb) }
        if let entries = object.entries {
            let map = DatumMap(DatumTable(uniqueEntries: entries), name: object.typeName)
            return write(.map(map), verb, depth: depth)
        }
        if let slice = object as? any DatumSlice { return write(.list(slice.items, of: .string), verb, depth: depth) }
        guard let fields = object.fields else {
            switch verb {
            case "v", "s": return pad(object.printed)
            case "q", "x", "X": return write(object.printed, verb)
            default: return badVerb(.object(object), verb)
            }
        }
        if object.isPointer {
            // Inside another value Go prints where it lies in memory.
            guard depth == 0 else { return pad("0xc000000000") }
            output += "&"
        }
        if sharpV { output += object.pointedTypeName }
        output += "{"
        for (index, field) in fields.enumerated() {
            if index > 0 { output += sharpV ? ", " : " " }
            if plusV || sharpV { output += field.name + ":" }
            write(field.value, verb, depth: depth + 1)
        }
        output += "}"
    }

    /// Both parts in the width and precision of the verb, the second always with a sign.
    private mutating func write(_ number: ComplexNumber, _ verb: Unicode.Scalar) {
        switch verb {
        case "v", "b", "g", "G", "x", "X", "f", "F", "e", "E": break
        default: return badVerb(.object(number), verb)
        }
        let old = plus
        output += "("
        write(number.real, verb)
        plus = true
        write(number.imaginary, verb)
        output += "i)"
        plus = old
    }
}
