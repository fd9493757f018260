import Document
import Kubernetes

/// Cluster addresses and node ports given to Services.
struct ServiceAddresses: Sendable {
    private var taken: Set<UInt32> = [1]
    private var next: UInt32 = 2
    private var nodePorts: Set<Int64> = []
    private var nextNodePort: Int64 = 30_000

    /// The address of the `kubernetes` Service.
    let first = "10.96.0.1"

    /// The next free address of 10.96.0.0/16; nil when all are taken.
    mutating func address() -> String? {
        for _ in 0..<65_534 {
            let candidate = next
            next = next >= 65_534 ? 2 : next + 1
            if taken.insert(candidate).inserted { return Self.text(candidate) }
        }
        return nil
    }

    /// Takes an address someone asked for; false where it is taken or outside the range.
    mutating func take(_ address: String) -> Bool {
        guard let index = Self.index(address) else { return false }
        return taken.insert(index).inserted || index == 1
    }

    static func isInRange(_ address: String) -> Bool { index(address) != nil }

    mutating func nodePort() -> Int64? {
        for _ in 0..<2768 {
            let candidate = nextNodePort
            nextNodePort = nextNodePort >= 32_767 ? 30_000 : nextNodePort + 1
            if nodePorts.insert(candidate).inserted { return candidate }
        }
        return nil
    }

    mutating func takeNodePort(_ port: Int64) -> Bool { nodePorts.insert(port).inserted }

    /// Gives back what a Service held.
    mutating func release(_ object: Object) {
        guard object.gvk == GroupVersionKind(group: "", version: "v1", kind: "Service") else { return }
        releaseAddress(of: object)
        releaseNodePorts(of: object)
    }

    mutating func releaseAddress(of object: Object) {
        if let address = object.value[path: "spec", "clusterIP"]?.string, let index = Self.index(address), index != 1 {
            taken.remove(index)
        }
    }

    mutating func giveBack(_ ports: Set<Int64>) { nodePorts.subtract(ports) }

    mutating func releaseNodePorts(of object: Object) {
        for port in object.value[path: "spec", "ports"]?.sequence ?? [] {
            if let number = port["nodePort"]?.int { nodePorts.remove(number) }
        }
    }

    private static func text(_ index: UInt32) -> String { "10.96.\(index >> 8).\(index & 255)" }

    private static func index(_ address: String) -> UInt32? {
        let parts = address.split(separator: ".", omittingEmptySubsequences: false).compactMap { UInt32($0) }
        guard parts.count == 4, Array(parts.prefix(2)) == [10, 96], let high = parts.dropFirst(2).first, let low = parts.last,
            high < 256, low < 256, high << 8 | low > 0
        else { return nil }
        return high << 8 | low
    }
}
