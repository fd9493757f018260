/// Letter by letter, as Go's `unicode` maps them: one scalar to one.
enum Letters {
    static func upper(_ text: String) -> String { mapped(text, upper) }
    static func lower(_ text: String) -> String { mapped(text, lower) }

    static func upper(_ scalar: Unicode.Scalar) -> Unicode.Scalar { single(scalar.properties.uppercaseMapping) ?? scalar }

    static func lower(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        // Go maps the dotted capital I to a plain i.
        scalar.value == 0x130 ? "i" : single(scalar.properties.lowercaseMapping) ?? scalar
    }

    static func isUpper(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .uppercaseLetter }
    static func isLower(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .lowercaseLetter }

    static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }

    static func isNumber(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .decimalNumber, .letterNumber, .otherNumber: true
        default: false
        }
    }

    static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation: true
        default: false
        }
    }

    private static func single(_ text: String) -> Unicode.Scalar? {
        text.unicodeScalars.count == 1 ? text.unicodeScalars.first : nil
    }

    private static func mapped(_ text: String, _ transform: (Unicode.Scalar) -> Unicode.Scalar) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) {
            return String(decoding: text.utf8.map { UInt8(truncatingIfNeeded: transform(Unicode.Scalar($0)).value) }, as: UTF8.self)
        }
        return String(String.UnicodeScalarView(text.unicodeScalars.map(transform)))
    }

    /// Go's `strings.Title`: the first letter of each word.
    static func title(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            result.append(isSeparator(previous) ? upper(scalar) : scalar)
            previous = scalar
        }
        return String(result)
    }

    private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
        if isLetter(scalar) || isNumber(scalar) || scalar == "_" { return false }
        return scalar.value < 0x80 || isGoSpace(scalar)
    }

    static func untitle(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var atStart = true
        for scalar in text.unicodeScalars {
            if isGoSpace(scalar) {
                atStart = true
                result.append(scalar)
            } else {
                result.append(atStart ? lower(scalar) : scalar)
                atStart = false
            }
        }
        return String(result)
    }

    static func swapCase(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { scalar in
            if isUpper(scalar) || scalar.properties.generalCategory == .titlecaseLetter { return lower(scalar) }
            return isLower(scalar) ? upper(scalar) : scalar
        }))
    }

    /// goutils' `Initials`; a byte counts as a letter there.
    static func initials(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var atStart = true
        for byte in goBytes(text) {
            let scalar = Unicode.Scalar(byte)
            if isGoSpace(scalar) {
                atStart = true
            } else if atStart {
                result.append(scalar)
                atStart = false
            }
        }
        return String(result)
    }

    /// goutils' `DeleteWhiteSpace`, which takes every byte for a letter: of "ä" it makes "Ã¤".
    static func withoutSpace(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for byte in goBytes(text) {
            let scalar = Unicode.Scalar(byte)
            if !isGoSpace(scalar) { result.append(scalar) }
        }
        return String(result)
    }

    /// Go's `strings.Trim`: any of the letters of `set`, from both ends.
    static func trim(_ text: String, of set: String) -> String {
        let unwanted = Set(set.unicodeScalars)
        var scalars = Substring(text).unicodeScalars
        while let first = scalars.first, unwanted.contains(first) { scalars.removeFirst() }
        while let last = scalars.last, unwanted.contains(last) { scalars.removeLast() }
        return String(scalars)
    }
}
