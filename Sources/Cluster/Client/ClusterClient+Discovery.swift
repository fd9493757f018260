import Basics
import Document
package import Kubernetes

/// The last discovery, and who may ask for the next.
final class DiscoveryCache: Sendable {
    struct Entry: Sendable {
        var discovery: Discovery
        var at: Duration
    }

    /// The least time between two requests for what an unknown kind asks for.
    let interval: Duration
    /// One asks, the others wait for its answer.
    let turn = WaitingLine(places: 1)
    private let entry = Locked<Entry?>(nil)

    init(interval: Duration) { self.interval = interval }

    var current: Entry? { entry.withLock { $0 } }

    /// - Parameter begin: when it was asked for: what came to the cluster since may not be in the answer.
    func store(_ discovery: Discovery, at begin: Duration) {
        let fresh = Entry(discovery: discovery, at: begin)
        entry.withLock { $0 = fresh }
    }
}

extension ClusterClient {
    /// Every resource type; asked for once, then remembered.
    package func resources(refresh: Bool = false) async throws(ClusterError) -> [APIResource] {
        try await discover(after: refresh ? time.elapsed : nil).resources
    }

    /// When the kinds were asked for last, on `TimeSource.elapsed`.
    package var discoveredAt: Duration? { discovery.current?.at }

    /// Group versions that did not answer at the last discovery, and why.
    package var discoveryFailures: [String: ClusterError] { discovery.current?.discovery.failures ?? [:] }

    /// The resource type of a kind; asks the server again for one it did not have, such as that of a new CRD.
    ///
    /// - Throws: `.unknownKind`; or why its group could not be asked, for then the kind may well be there.
    package func resource(for gvk: GroupVersionKind) async throws(ClusterError) -> APIResource {
        try await lookUp(group: gvk.group, noun: "kind \"\(gvk.kind)\" in \"\(gvk.apiVersion)\"", kind: gvk.kind) { $0[gvk] }
    }

    /// The resource type of a kind in its preferred version.
    package func resource(for groupKind: GroupKind) async throws(ClusterError) -> APIResource {
        let noun = "kind \"\(groupKind.kind)\"" + (groupKind.group.isEmpty ? "" : " in group \"\(groupKind.group)\"")
        return try await lookUp(group: groupKind.group, noun: noun, kind: groupKind.kind) { $0[groupKind] }
    }

    private func lookUp(
        group: String, noun: String, kind: String, _ find: (Discovery) -> APIResource?
    ) async throws(ClusterError) -> APIResource {
        var known = try await discover(after: nil)
        if let resource = find(known) { return resource }
        if let last = discovery.current?.at, time.elapsed - last >= discovery.interval {
            known = try await discover(after: time.elapsed)
            if let resource = find(known) { return resource }
        }
        if let failure = known.failure(ofGroup: group) {
            throw ClusterError(
                failure.reason, code: failure.code, message: "cannot tell if the cluster has \(noun): \(failure.message)",
                retryAfter: failure.retryAfter, transport: failure.transport)
        }
        throw ClusterError(.unknownKind, code: 404, message: "the cluster has no \(noun)\(advice(group: group, kind: kind, known))")
    }

    private func advice(group: String, kind: String, _ known: Discovery) -> String {
        let versions = known.resources.filter { $0.gvk.group == group && $0.gvk.kind == kind }.map(\.gvk.apiVersion)
        if !versions.isEmpty { return "; it is served as \(versions.map { "\"\($0)\"" }.joined(separator: ", "))" }
        let elsewhere = known.resources.first { $0.gvk.kind == kind }
        if let elsewhere { return "; did you mean \"\(elsewhere.gvk.apiVersion)\"" }
        if let near = nearest(to: kind, among: known.resources.filter { $0.gvk.group == group }.map(\.gvk.kind)) {
            return "; did you mean \"\(near)\""
        }
        return "; install its CustomResourceDefinition first"
    }

    /// The discovery that is known, or one that was begun after `moment`.
    private func discover(after moment: Duration?) async throws(ClusterError) -> Discovery {
        func good(_ entry: DiscoveryCache.Entry?) -> Discovery? {
            guard let entry else { return nil }
            if let moment { return entry.at > moment ? entry.discovery : nil }
            return entry.discovery
        }
        if let known = good(discovery.current) { return known }
        do {
            return try await discovery.turn.pass {
                if let known = good(discovery.current) { return known }
                let begin = time.elapsed
                var fresh = try await askForEverything()
                if let older = discovery.current?.discovery { fresh.keep(from: older) }
                discovery.store(fresh, at: begin)
                return fresh
            }
        } catch let error as ClusterError {
            throw error
        } catch {
            throw cancelled
        }
    }

    private func askForEverything() async throws(ClusterError) -> Discovery {
        let aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
        let older = "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList"
        var found = Discovery()
        var lists: [String] = []
        for root in ["/api", "/apis"] {
            let request = ClusterRequest("GET", root, accept: "\(aggregated),\(older),application/json")
            let answer = try value(try await send(request), request)
            if answer["kind"]?.string == "APIGroupDiscoveryList" {
                found.add(aggregated: answer)
            } else {
                lists += Discovery.groupVersions(answer)
            }
        }
        for (groupVersion, result) in try await resourceLists(lists) {
            switch result {
            case .success(let list): found.add(resourceList: list, groupVersion: groupVersion)
            case .failure(let error): found.fail(groupVersion, error)
            }
        }
        return found
    }

    /// One list per group version, asked for together, in the order of `groupVersions`.
    private func resourceLists(
        _ groupVersions: [String]
    ) async throws(ClusterError) -> [(String, Result<Value, ClusterError>)] {
        let answers = await gathered(groupVersions, atOnce: groupVersions.count) { [self] groupVersion -> (String, Result<Value, ClusterError>) in
            let root = groupVersion.contains("/") ? "/apis/" : "/api/"
            let path = root + groupVersion.split(separator: "/").map { percentEncoded(String($0)) }.joined(separator: "/")
            let request = ClusterRequest("GET", path)
            do throws(ClusterError) {
                // One broken aggregated API must not hold up all the others for long.
                let answer = try await send(request, retry: RetryPolicy(attempts: 2, longestTotal: .seconds(5)))
                return (groupVersion, .success(try value(answer, request)))
            } catch {
                return (groupVersion, .failure(error))
            }
        }
        if Task.isCancelled { throw cancelled }
        return answers
    }
}
