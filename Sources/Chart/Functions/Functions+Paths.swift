internal import Template

extension FunctionTable {
    /// Go's `path` and `filepath`, which agree on Linux.
    mutating func registerPaths() {
        for name in ["base", "osBase"] { register(name, .string) { _, a in .string(baseName(a.string(0))) } }
        for name in ["dir", "osDir"] {
            register(name, .string) { _, a in
                let path = a.string(0)
                guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return .string(".") }
                return .string(cleanPath(String(path[...slash])))
            }
        }
        for name in ["clean", "osClean"] { register(name, .string) { _, a in .string(cleanPath(a.string(0))) } }
        for name in ["ext", "osExt"] {
            register(name, .string) { _, a in
                let bytes = a.string(0).utf8
                guard let mark = bytes.lastIndex(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "/") }),
                    bytes[mark] == UInt8(ascii: ".")
                else { return .string("") }
                return .string(String(a.string(0)[mark...]))
            }
        }
        for name in ["isAbs", "osIsAbs"] { register(name, .string) { _, a in .bool(a.string(0).utf8.first == UInt8(ascii: "/")) } }
    }
}

/// Go's `path.Clean`.
func cleanPath(_ path: String) -> String {
    if isClean(path) { return path }
    let isRooted = path.utf8.first == UInt8(ascii: "/")
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
        if part != ".." {
            parts.append(part)
        } else if let last = parts.last, last != ".." {
            parts.removeLast()
        } else if !isRooted {
            parts.append(part)
        }
    }
    let text = parts.joined(separator: "/")
    return isRooted ? "/" + text : text.isEmpty ? "." : text
}

/// No empty part, no `.` and no `..`: most paths are so already.
private func isClean(_ path: String) -> Bool {
    var partLength = 0, dots = 0
    for byte in path.utf8 {
        if byte == UInt8(ascii: "/") {
            if partLength == dots, partLength < 3 { return false }
            (partLength, dots) = (0, 0)
        } else {
            partLength += 1
            if byte == UInt8(ascii: ".") { dots += 1 }
        }
    }
    return !(partLength == dots && partLength < 3)
}
