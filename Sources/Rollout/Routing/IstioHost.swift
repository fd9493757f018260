/// A Service as Istio's destinations name it: `web`, `web.shop`, `web.shop.svc`, `web.shop.svc.cluster.local`.
struct IstioHost: Sendable, Hashable {
    let name: String
    let namespace: String
    /// What stood behind the name.
    private let tail: Substring

    /// Nil for what can be no Service: another domain's host, a wildcard.
    init?(_ host: String, namespace: String) {
        let parts = host.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false)
        guard let first = parts.first, !first.isEmpty, !first.contains("*") else { return nil }
        if parts.count > 2, parts[2] != "svc" { return nil }
        name = String(first)
        self.namespace = parts.count > 1 ? String(parts[1]) : namespace
        tail = host.dropFirst(first.count)
    }

    /// Another Service in the same spelling.
    func renamed(_ name: String) -> String { name + tail }
}
