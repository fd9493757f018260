import Kubernetes

/// Every resource served now: the built-in ones and those of CustomResourceDefinitions.
struct ResourceTypes: Sendable {
    private var byID: [ResourceID: ResourceType] = [:]
    /// In the order discovery lists them.
    private(set) var order: [ResourceID] = []

    init(_ types: [ResourceType]) { types.forEach { add($0) } }

    subscript(_ id: ResourceID) -> ResourceType? { byID[id] }

    mutating func add(_ type: ResourceType) {
        if byID.updateValue(type, forKey: type.id) == nil { order.append(type.id) }
    }

    mutating func remove(_ id: ResourceID) {
        byID[id] = nil
        order.removeAll { $0 == id }
    }

    var all: [ResourceType] { order.compactMap { byID[$0] } }

    /// The resource of a URL; nil unless that version is served.
    func find(group: String, version: String, plural: String) -> ResourceType? {
        guard let type = byID[ResourceID(group: group, plural: plural)], type.versions.contains(version) else { return nil }
        return type
    }

    func find(_ groupKind: GroupKind) -> ResourceType? {
        all.first { $0.group == groupKind.group && $0.kind == groupKind.kind }
    }

    /// Groups with their versions, in discovery's order; the core group is "".
    var groups: [(name: String, versions: [String])] {
        var groups: [(name: String, versions: [String])] = []
        for type in all {
            if let index = groups.firstIndex(where: { $0.name == type.group }) {
                for version in type.versions where !groups[index].versions.contains(version) {
                    groups[index].versions.append(version)
                }
            } else {
                groups.append((type.group, type.versions))
            }
        }
        return groups.map { ($0.name, $0.versions.sorted { versionPrecedes($0, $1) }) }
    }
}

/// Kubernetes' order of versions: `v2` before `v1` before `v1beta2` before `v1alpha1`, others last by name
/// (k8s.io/apimachinery/pkg/version).
func versionPrecedes(_ left: String, _ right: String) -> Bool {
    switch (VersionRank(left), VersionRank(right)) {
    case (let a?, let b?):
        (a.stability, a.major, a.minor) != (b.stability, b.major, b.minor)
            ? (a.stability, a.major, a.minor) > (b.stability, b.major, b.minor) : left < right
    case (_?, nil): true
    case (nil, _?): false
    case (nil, nil): left < right
    }
}

private struct VersionRank {
    var stability: Int
    var major: Int
    var minor = 0

    init?(_ text: String) {
        guard text.first == "v" else { return nil }
        let digits = text.dropFirst().prefix { $0.isASCII && $0.isNumber }
        guard let major = Int(digits) else { return nil }
        self.major = major
        let rest = text.dropFirst(1 + digits.count)
        if rest.isEmpty {
            stability = 2
            return
        }
        let (word, stability) = rest.hasPrefix("beta") ? ("beta", 1) : ("alpha", 0)
        guard rest.hasPrefix(word), let minor = Int(rest.dropFirst(word.count)) else { return nil }
        self.stability = stability
        self.minor = minor
    }
}
