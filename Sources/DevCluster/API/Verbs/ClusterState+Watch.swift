import Basics
import Document
import Kubernetes

extension ClusterState {
    /// Opens a watch: what exists (no revision or "0") or what happened since, then what comes.
    mutating func watch(_ call: ResourceCall) throws(APIFailure) -> APIResponse {
        let filter = try filter(call)
        let id = call.type.storage
        let text = call.request.parameter("resourceVersion") ?? ""
        guard text.isEmpty || UInt64(text) != nil else {
            throw .badRequest("resourceVersion: Invalid value: \"\(text)\": strconv.ParseUint: parsing \"\(text)\": invalid syntax")
        }
        let deadline = call.request.parameter("timeoutSeconds").flatMap { Int64($0) }.map { time.elapsed + .seconds($0) }
        let sink = WatchSink(filter: filter, limit: options.watchBuffer, deadline: deadline, remaining: call.watchLimit)
        let since = UInt64(text) ?? 0
        let wantsInitialEvents = call.request.query["sendInitialEvents"] != nil && call.request.flag("sendInitialEvents")
        if since == 0 || wantsInitialEvents {
            for stored in (tables[id]?.objects ?? SortedObjects()).slice(namespace: call.namespace) where filter.matches(stored) {
                sink.push(WatchEncoder.line("ADDED", call.type.encoded(stored, version: call.version, form: call.form, now: time.now)))
            }
            if wantsInitialEvents, filter.allowsBookmarks {
                sink.push(WatchEncoder.bookmark(revision, type: call.type, version: call.version, endsInitialEvents: true))
            }
        } else if since <= revision, let events = (tables[id] ?? ResourceTable()).events(after: since) {
            for event in events {
                var encoder = WatchEncoder(event: event, now: time.now)
                if let line = encoder.line(for: filter) { sink.push(line) }
            }
        } else {
            // Too old, or from another life of this server. A watch cache says it inside the stream, after the
            // 200 (cacher.newErrorWatcher).
            let oldest = tables[id]?.forgottenThrough ?? revision
            sink.push(WatchEncoder.line("ERROR", JSON.write(APIFailure.tooOld(since, oldest).status)))
            sink.finish()
        }
        if !sink.isFinished { tables[id, default: ResourceTable()].watchers.append(sink) }
        return APIResponse(stream: sink.body)
    }
}
