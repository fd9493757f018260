import Basics
import Document
import Kubernetes

extension ClusterState {
    func filter(_ call: ResourceCall) throws(APIFailure) -> WatchFilter {
        var filter = WatchFilter(type: call.type, namespace: call.namespace, version: call.version, form: call.form)
        if let text = call.request.parameter("labelSelector") {
            do {
                filter.labels = try LabelSelector(query: text)
            } catch {
                throw .badRequest("unable to parse requirement: \(error)")
            }
        }
        if let text = call.request.parameter("fieldSelector") {
            do {
                filter.fields = try FieldSelector(query: text)
            } catch {
                throw .badRequest("invalid field selector \"\(text)\": \(error)")
            }
        }
        filter.name = call.name
        filter.allowsBookmarks = call.request.query["allowWatchBookmarks"] != nil && call.request.flag("allowWatchBookmarks")
        return filter
    }

    mutating func list(_ call: ResourceCall) throws(APIFailure) -> APIResponse {
        let filter = try filter(call)
        let id = call.type.storage
        var objects = tables[id]?.objects ?? SortedObjects()
        var at = revision
        var start: StorageKey?
        if let token = call.request.parameter("continue") {
            guard let decoded = ContinueToken(token) else {
                throw .badRequest("continue key is not valid: illegal base64 data at input byte 0")
            }
            guard let snapshot = tables[id]?.snapshot(at: decoded.revision) else {
                throw .expired(
                    "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list."
                )
            }
            (objects, at, start) = (snapshot, decoded.revision, decoded.after)
        } else if let text = call.request.parameter("resourceVersion"), text != "0" {
            guard let wanted = UInt64(text) else {
                throw .badRequest("resourceVersion: Invalid value: \"\(text)\": strconv.ParseUint: parsing \"\(text)\": invalid syntax")
            }
            if wanted > revision { throw Self.tooLarge(wanted, current: revision) }
            if call.request.parameter("resourceVersionMatch") == "Exact", wanted != revision {
                guard let snapshot = tables[id]?.snapshot(at: wanted) else { throw .tooOld(wanted, revision) }
                (objects, at) = (snapshot, wanted)
            }
        }
        let limit = call.request.parameter("limit").flatMap { Int($0) } ?? 0
        var page: [StoredObject] = []
        var remaining = 0
        for stored in objects.slice(namespace: call.namespace, after: start) where filter.matches(stored) {
            if limit > 0, page.count == limit { remaining += 1 } else { page.append(stored) }
        }
        var metadata: Mapping = ["resourceVersion": .string("\(at)")]
        if remaining > 0, let last = page.last {
            tables[id]?.keepSnapshot(at: at)
            metadata["continue"] = .string(ContinueToken(revision: at, after: last.key).text)
            if filter.labels == nil, filter.fields == nil { metadata["remainingItemCount"] = .int(Int64(remaining)) }
        }
        if case .table(let includes) = call.form {
            return APIResponse(call.type.table(of: page, version: call.version, includes: includes, metadata: metadata, now: time.now))
        }
        let kind = call.form == .metadata ? "PartialObjectMetadataList" : "\(call.type.kind)List"
        let apiVersion = call.form == .metadata ? "meta.k8s.io/v1" : call.type.apiVersion(call.version)
        let head: Value = ["kind": .string(kind), "apiVersion": .string(apiVersion), "metadata": .mapping(metadata)]
        var bytes = JSON.write(head)
        bytes.removeLast()
        bytes += Array(",\"items\":[".utf8)
        bytes.reserveCapacity(bytes.count + page.reduce(0) { $0 + $1.bytes.count + 1 })
        for (index, stored) in page.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += call.type.encoded(stored, version: call.version, form: call.form, now: time.now)
        }
        bytes += Array("]}\n".utf8)
        return APIResponse(bytes: bytes)
    }

    static func tooLarge(_ wanted: UInt64, current: UInt64) -> APIFailure {
        var failure = APIFailure(504, "Timeout", "Too large resource version: \(wanted), current: \(current)")
        failure.causes = [.init(reason: "ResourceVersionTooLarge", message: "Too large resource version", field: "")]
        failure.retryAfterSeconds = 1
        return failure
    }
}

/// Where a list goes on: the revision it is of, and the last object shown. Opaque to clients.
struct ContinueToken: Sendable {
    var revision: UInt64
    var after: StorageKey

    init(revision: UInt64, after: StorageKey) {
        self.revision = revision
        self.after = after
    }

    var text: String { "\(revision)~\(after.namespace)~\(after.name)" }

    init?(_ text: String) {
        let parts = text.split(separator: "~", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let revision = parts.first.flatMap({ UInt64($0) }), let namespace = parts.dropFirst().first,
            let name = parts.last
        else { return nil }
        self.revision = revision
        after = StorageKey(namespace: namespace, name: name)
    }
}
