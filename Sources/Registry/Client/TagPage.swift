internal import Document

/// One page of a tag list (OCI Distribution Specification, "Listing Tags").
struct TagPage: Sendable, Hashable {
    var names: [String]
    /// The next page's URL as the `Link` field says it; nil on the last.
    var next: String?

    /// Why an answer is not a page: a clause.
    struct Problem: Error, Sendable, Hashable { var text: String }

    /// Reads the body of a page. Only an array counts: an answer without one
    /// says nothing of which tags there are.
    ///
    /// Names outside the grammar of tags are left out; no image can name them.
    static func names(_ body: [UInt8]) throws(Problem) -> [String] {
        let root: Value
        do {
            root = try JSON.parse(body, maxDepth: 20)
        } catch {
            throw Problem(text: "its tag list is no JSON")
        }
        guard root.mapping != nil else { throw Problem(text: "its tag list is \(root.kindName) instead of a mapping") }
        guard let tags = root["tags"] else { throw Problem(text: "its answer holds no \"tags\"") }
        guard let items = tags.sequence else { throw Problem(text: "\"tags\" is \(tags.kindName) instead of a sequence") }
        var names: [String] = []
        names.reserveCapacity(items.count)
        for item in items {
            guard let name = item.string else { throw Problem(text: "\"tags\" holds \(item.kindName) among its names") }
            if ImageReference.isTag(name) { names.append(name) }
        }
        return names
    }
}

/// The names of all pages so far: each once, no more than a limit.
struct TagNames {
    private(set) var names: [String] = []
    private var seen: Set<String> = []
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// - Returns: false when they are over the limit.
    mutating func add(_ page: [String]) -> Bool {
        if names.isEmpty { names.reserveCapacity(min(page.count, limit)) }
        for name in page where seen.insert(name).inserted {
            guard names.count < limit else { return false }
            names.append(name)
        }
        return true
    }
}
