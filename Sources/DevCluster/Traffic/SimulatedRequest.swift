/// One request of a user, as a router sees it.
package struct SimulatedRequest: Sendable, Hashable {
    package var method: String
    package var host: String
    /// Without the query.
    package var path: String
    package var query: [String: String]
    /// By name in small letters.
    package var headers: [String: String]

    package init(_ method: String = "GET", host: String = "", path target: String = "/", headers: [String: String] = [:]) {
        self.method = method
        self.host = host.lowercased()
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = parts.first.map(String.init) ?? "/"
        query = [:]
        for pair in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            query[String(sides.first ?? "")] = query[String(sides.first ?? "")] ?? String(sides.dropFirst().first ?? "")
        }
        self.headers = [:]
        for (name, value) in headers { self.headers[name.lowercased()] = value }
    }

    /// The value of a cookie.
    package func cookie(_ name: String) -> String? {
        for pair in (headers["cookie"] ?? "").split(separator: ";") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if sides.first.map({ trimmed($0) }) == name { return trimmed(sides.dropFirst().first ?? "") }
        }
        return nil
    }

    private func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
