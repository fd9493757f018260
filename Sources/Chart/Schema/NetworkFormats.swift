internal import Template

/// Formats of addresses, hosts and URLs, with the texts of the Go packages that check them.
enum NetworkFormats {
    static func ipv4Problem(_ text: String) -> String? {
        let groups = goSplit(text, ".")
        guard groups.count == 4 else { return "expected four decimals" }
        for group in groups {
            if group.utf8.count > 1, group.hasPrefix("0") { return "leading zeros" }
            guard let number = Int(group) else {
                let digits = group.hasPrefix("-") || group.hasPrefix("+") ? group.dropFirst() : Substring(group)
                let isNumber = !digits.isEmpty && digits.utf8.allSatisfy(SchemaFormat.isDigit)
                return "strconv.Atoi: parsing \(goQuoted(group)): \(isNumber ? "value out of range" : "invalid syntax")"
            }
            if !(0...255).contains(number) { return "decimal must be between 0 and 255" }
        }
        return nil
    }

    static func ipv6Problem(_ text: String) -> String? {
        guard text.contains(":") else { return "missing colon" }
        if let problem = addressProblem(text) { return problem }
        return text.contains("%") ? "zone id is not a part of ipv6 address" : nil
    }

    /// The error of Go's `netip.ParseAddr`.
    static func addressProblem(_ text: String) -> String? {
        let problem: String? =
            switch text.utf8.first(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "%") }) {
            case UInt8(ascii: "."): dottedProblem(Array(text.utf8)[...])
            case UInt8(ascii: ":"): colonProblem(text)
            case UInt8(ascii: "%"): "missing IPv6 address"
            default: "unable to parse IP"
            }
        return problem.map { "ParseAddr(\(goQuoted(text))): \($0)" }
    }

    private static func colonProblem(_ text: String) -> String? {
        var rest = Array(text.utf8)[...]
        if let percent = rest.firstIndex(of: UInt8(ascii: "%")) {
            if percent == rest.endIndex - 1 { return "zone must be a non-empty string" }
            rest = rest[..<percent]
        }
        func at(_ problem: String, _ place: ArraySlice<UInt8>) -> String {
            "\(problem) (at \(goQuoted(String(decoding: place, as: UTF8.self))))"
        }
        let colon = UInt8(ascii: ":")
        var filled = 0
        var hasEllipsis = false
        if rest.starts(with: "::".utf8) {
            hasEllipsis = true
            rest = rest.dropFirst(2)
            if rest.isEmpty { return nil }
        }
        while filled < 16 {
            let digits = rest.prefix { Character(Unicode.Scalar($0)).isHexDigit && $0 < 0x80 }
            if digits.count > 4 { return at("each group must have 4 or less digits", rest) }
            if digits.isEmpty { return at("each colon-separated field must have at least one digit", rest) }
            let behind = rest.dropFirst(digits.count)
            if behind.first == UInt8(ascii: ".") {
                if !hasEllipsis, filled != 12 { return at("embedded IPv4 address must replace the final 2 fields of the address", rest) }
                if filled + 4 > 16 { return at("too many hex fields to fit an embedded IPv4 at the end of the address", rest) }
                if let problem = dottedProblem(rest) { return problem }
                rest = []
                filled += 4
                break
            }
            filled += 2
            rest = behind
            guard let next = rest.first else { break }
            if next != colon { return at("unexpected character, want colon", rest) }
            if rest.count == 1 { return at("colon must be followed by more characters", rest) }
            rest = rest.dropFirst()
            if rest.first == colon {
                if hasEllipsis { return at("multiple :: in address", rest) }
                hasEllipsis = true
                rest = rest.dropFirst()
                if rest.isEmpty { break }
            }
        }
        if !rest.isEmpty { return at("trailing garbage after address", rest) }
        if filled < 16 { return hasEllipsis ? nil : "address string too short" }
        return hasEllipsis ? "the :: must expand to at least one field of zeros" : nil
    }

    /// Four decimals with dots between them.
    private static func dottedProblem(_ bytes: ArraySlice<UInt8>) -> String? {
        func at(_ problem: String, _ index: Int) -> String { "\(problem) (at \(goQuoted(String(decoding: bytes[index...], as: UTF8.self))))" }
        var value = 0, digits = 0, dots = 0
        var previous: UInt8?
        for (index, byte) in zip(bytes.indices, bytes) {
            if SchemaFormat.isDigit(byte) {
                if digits == 1, value == 0 { return "IPv4 field has octet with leading zero" }
                value = value * 10 + Int(byte - UInt8(ascii: "0"))
                digits += 1
                if value > 255 { return "IPv4 field has value >255" }
            } else if byte == UInt8(ascii: ".") {
                if previous == nil || previous == byte || index == bytes.endIndex - 1 {
                    return at("IPv4 field must have at least one digit", index)
                }
                if dots == 3 { return "IPv4 address too long" }
                dots += 1
                value = 0
                digits = 0
            } else {
                return at("unexpected character", index)
            }
            previous = byte
        }
        return dots < 3 ? "IPv4 address too short" : nil
    }

    static func hostnameProblem(_ text: String) -> String? {
        let name = text.hasSuffix(".") ? String(text.dropLast()) : text
        if name.utf8.count > 253 { return "more than 253 characters long" }
        for label in goSplit(name, ".") {
            if !(1...63).contains(label.utf8.count) { return "label must be 1 to 63 characters long" }
            if label.hasPrefix("-") { return "label starts with hyphen" }
            if label.hasSuffix("-") { return "label ends with hyphen" }
            if let scalar = label.unicodeScalars.first(where: { !isLetterOrDigit($0) && $0 != "-" }) {
                return "invalid character \(SchemaFormat.quoted(scalar))"
            }
        }
        return nil
    }

    private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
    }

    static func emailProblem(_ text: String) -> String? {
        if text.utf8.count > 254 { return "more than 255 characters long" }
        guard let at = text.utf8.lastIndex(of: UInt8(ascii: "@")) else { return "missing @" }
        let local = String(text[..<at])
        var domain = String(text[text.utf8.index(after: at)...])
        if local.utf8.count > 64 { return "local part more than 64 characters long" }
        if local.utf8.count > 1, local.hasPrefix("\""), local.hasSuffix("\"") {
            if local.dropFirst().dropLast().contains(where: { $0 == "\\" || $0 == "\"" }) {
                return "backslash and quote are not allowed within quoted local part"
            }
        } else {
            if local.hasPrefix(".") { return "starts with dot" }
            if local.hasSuffix(".") { return "ends with dot" }
            if goContains(local, "..") { return "consecutive dots" }
            let allowed = ".!#$%&'*+-/=?^_`{|}~".unicodeScalars
            if let scalar = local.unicodeScalars.first(where: { !isLetterOrDigit($0) && !allowed.contains($0) }) {
                return "invalid character \(SchemaFormat.quoted(scalar))"
            }
        }
        if domain.hasPrefix("["), domain.hasSuffix("]") {
            domain = String(domain.dropFirst().dropLast())
            if domain.hasPrefix("IPv6:") { return ipv6Problem(String(domain.dropFirst(5))).map { "invalid ipv6 address: \($0)" } }
            return ipv4Problem(domain).map { "invalid ipv4 address: \($0)" }
        }
        return hostnameProblem(domain).map { "invalid domain: \($0)" }
    }

    // MARK: URLs

    /// A URL, or what is wrong with it in the words of Go's `net/url`.
    static func url(_ text: String) -> (url: GoURL?, problem: String?) {
        do throws(FunctionError) {
            return (try GoURL(text), nil)
        } catch {
            let message = "\(error)"
            return (nil, goCut(message, "unable to parse url: ")?.after ?? message)
        }
    }

    static func urlProblem(_ text: String, isReference: Bool) -> String? {
        if isReference, text.utf8.contains(UInt8(ascii: "\\")) { return #"contains \"# }
        let (url, problem) = checkedURL(text)
        if let problem { return problem }
        return !isReference && url?.scheme.isEmpty == true ? "relative url" : nil
    }

    private static func checkedURL(_ text: String) -> (GoURL?, String?) {
        let (url, problem) = url(text)
        guard let url else { return (nil, problem) }
        let host = url.hostname
        if host.contains(":") {
            if !url.host.contains("[") || !url.host.contains("]") { return (nil, "ipv6 address not enclosed in brackets") }
            if let problem = ipv6Problem(host) { return (nil, "invalid ipv6 address: \(problem)") }
        }
        return (url, nil)
    }

    static func templateProblem(_ text: String) -> String? {
        let (url, problem) = checkedURL(text)
        guard let url else { return problem }
        // Go keeps the path as written only where its own escaping would differ, so `%7B` alone is not seen.
        for part in goSplit(url.path, "/") where text.contains("{") || text.contains("}") {
            var isOpen = false
            for scalar in part.unicodeScalars where scalar == "{" || scalar == "}" {
                if (scalar == "{") == isOpen { return "nested curly braces" }
                isOpen.toggle()
            }
            if isOpen { return "no matching closing brace" }
        }
        return nil
    }
}
