import Document
package import Kubernetes

extension WatchEvent {
    /// One line of a watch: `{"type": "ADDED", "object": {…}}`.
    ///
    /// - Returns: nil for a type this client does not know.
    /// - Throws: what an ERROR event says, `.expired` for code 410; `.malformed` for anything else.
    package static func decode(_ line: [UInt8], gvk: GroupVersionKind) throws(ClusterError) -> WatchEvent? {
        let request = "watch of \(gvk)"
        let value: Value
        do { value = try JSON.parse(line) } catch {
            throw ClusterError(.malformed, message: "\(request): a line is not JSON, \(error)")
        }
        guard let type = value["type"]?.string, let content = value["object"] else {
            throw ClusterError(.malformed, message: "\(request): an event has no type or no object")
        }
        switch type {
        case "ERROR": throw ClusterError(status: content, request: request)
        case "BOOKMARK":
            guard let version = content[path: "metadata", "resourceVersion"]?.string else {
                throw ClusterError(.malformed, message: "\(request): a bookmark has no resourceVersion")
            }
            return .bookmark(resourceVersion: version)
        case "ADDED", "MODIFIED", "DELETED":
            guard let object = Object(content), !object.name.isEmpty else {
                throw ClusterError(.malformed, message: "\(request): an event's object has no kind or no name")
            }
            switch type {
            case "ADDED": return .added(object)
            case "MODIFIED": return .modified(object)
            default: return .deleted(object)
            }
        default: return nil
        }
    }
}
