/// Paths inside a repository: "/" between names, none at the ends, "" for the root.
package func joined(_ folder: String, _ relative: String) -> String? {
    var names = folder.split(separator: "/").map(String.init)
    if relative.hasPrefix("/") { names = [] }
    for name in relative.split(separator: "/") {
        switch name {
        case ".": continue
        case "..":
            guard !names.isEmpty else { return nil }
            names.removeLast()
        default: names.append(String(name))
        }
    }
    return names.joined(separator: "/")
}

/// The folder a file stands in; "" at the root.
package func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
}

/// The last name of a path.
package func fileName(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
}

/// Whether `path` is `folder` or stands below it.
package func isInside(_ path: String, _ folder: String) -> Bool {
    folder.isEmpty || path == folder || path.hasPrefix(folder + "/")
}

/// `path` as seen from `folder`, which it is inside of.
package func relative(_ path: String, to folder: String) -> String {
    guard !folder.isEmpty, path.hasPrefix(folder + "/") else { return path == folder ? "" : path }
    return String(path.dropFirst(folder.count + 1))
}
