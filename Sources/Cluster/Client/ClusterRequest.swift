internal import Basics
package import Document
package import Kubernetes

/// One request to an API server, before anyone adds an address and credentials:
/// built without I/O, so that a test can read it.
package struct ClusterRequest: Sendable, Hashable {
    /// Whether sending it twice may do harm, which decides what may be retried after a
    /// broken connection, when nobody knows if the server acted.
    package enum Repeatability: Sendable, Hashable {
        /// Changes nothing.
        case safe
        /// The second time changes nothing more.
        case idempotent
        /// Must not be sent again unless the server is known not to have acted.
        case once
    }

    package var method: String
    /// From `/` on, percent-encoded.
    package var path: String
    package var query: [QueryItem]
    package var accept: String
    package var contentType: String?
    package var body: Value?
    package var repeatability: Repeatability

    package struct QueryItem: Sendable, Hashable {
        package var name: String
        package var value: String
    }

    package init(
        _ method: String, _ path: String, query: [(String, String?)] = [], accept: String = "application/json",
        contentType: String? = nil, body: Value? = nil, repeatability: Repeatability? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query.compactMap { name, value in value.map { QueryItem(name: name, value: $0) } }
        self.accept = accept
        self.contentType = contentType ?? (body == nil ? nil : "application/json")
        self.body = body
        self.repeatability = repeatability ?? (method == "GET" || method == "HEAD" ? .safe : .once)
    }

    /// Path and query as they stand in the request line.
    package var target: String {
        guard !query.isEmpty else { return path }
        return path + "?" + query.map { "\($0.name)=\(percentEncoded($0.value))" }.joined(separator: "&")
    }
}

/// One request for each verb of the API (https://kubernetes.io/docs/reference/using-api/api-concepts/).
extension ClusterRequest {
    package static func get(_ resource: APIResource, namespace: String, name: String, subresource: String? = nil) -> Self {
        Self("GET", resource.path(namespace: namespace, name: name, subresource: subresource))
    }

    package static func list(
        _ resource: APIResource, scope: ListScope, limit: Int? = nil, continue token: String? = nil,
        resourceVersion: String? = nil
    ) -> Self {
        Self(
            "GET", resource.path(namespace: scope.namespace),
            query: [
                ("labelSelector", scope.labelSelector), ("fieldSelector", scope.fieldSelector),
                ("limit", limit.map(String.init)), ("continue", token), ("resourceVersion", resourceVersion),
            ])
    }

    package static func watch(
        _ resource: APIResource, scope: ListScope, from resourceVersion: String, timeoutSeconds: Int
    ) -> Self {
        Self(
            "GET", resource.path(namespace: scope.namespace),
            query: [
                ("watch", "true"), ("labelSelector", scope.labelSelector), ("fieldSelector", scope.fieldSelector),
                ("resourceVersion", resourceVersion), ("allowWatchBookmarks", "true"),
                ("timeoutSeconds", String(timeoutSeconds)),
            ])
    }

    package static func create(
        _ resource: APIResource, _ object: Object, subresource: String? = nil, dryRun: Bool, fieldManager: String,
        fieldValidation: FieldValidation? = nil
    ) -> Self {
        Self(
            "POST",
            resource.path(namespace: object.namespace, name: subresource == nil ? nil : object.name, subresource: subresource),
            query: [
                ("dryRun", dryRun ? "All" : nil), ("fieldManager", fieldManager),
                ("fieldValidation", fieldValidation?.rawValue),
            ], body: object.value, repeatability: dryRun ? .safe : .once)
    }

    /// Never repeated: after a lost answer the second try is a conflict that did not happen.
    package static func replace(
        _ resource: APIResource, _ object: Object, subresource: String? = nil, dryRun: Bool, fieldManager: String
    ) -> Self {
        Self(
            "PUT", resource.path(namespace: object.namespace, name: object.name, subresource: subresource),
            query: [("dryRun", dryRun ? "All" : nil), ("fieldManager", fieldManager)], body: object.value,
            repeatability: dryRun ? .safe : .once)
    }

    package static func patch(
        _ resource: APIResource, namespace: String, name: String, subresource: String? = nil, _ patch: Value,
        type: PatchType, dryRun: Bool, fieldManager: String
    ) -> Self {
        // A patch with a resourceVersion conflicts with itself the second time.
        let hasPrecondition = patch[path: "metadata", "resourceVersion"] != nil
        return Self(
            "PATCH", resource.path(namespace: namespace, name: name, subresource: subresource),
            query: [("dryRun", dryRun ? "All" : nil), ("fieldManager", fieldManager)], contentType: type.rawValue,
            body: patch, repeatability: dryRun ? .safe : type == .json || hasPrecondition ? .once : .idempotent)
    }

    /// Server-side apply (KEP-555). The body is JSON, which is YAML.
    package static func apply(
        _ resource: APIResource, _ object: Object, subresource: String? = nil, fieldManager: String, force: Bool,
        dryRun: Bool, fieldValidation: FieldValidation
    ) -> Self {
        Self(
            "PATCH", resource.path(namespace: object.namespace, name: object.name, subresource: subresource),
            query: [
                ("dryRun", dryRun ? "All" : nil), ("fieldManager", fieldManager), ("force", force ? "true" : "false"),
                ("fieldValidation", fieldValidation.rawValue),
            ], contentType: "application/apply-patch+yaml", body: object.value,
            repeatability: dryRun ? .safe : object.resourceVersion.isEmpty ? .idempotent : .once)
    }

    /// Idempotent only with a uid: else the second try may hit an object that was created in between.
    package static func delete(
        _ resource: APIResource, namespace: String, name: String, uid: String? = nil, resourceVersion: String? = nil,
        propagation: Propagation, gracePeriodSeconds: Int? = nil, dryRun: Bool = false
    ) -> Self {
        var options: Mapping = ["apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": .string(propagation.rawValue)]
        var preconditions: Mapping = [:]
        if let uid { preconditions["uid"] = .string(uid) }
        if let resourceVersion { preconditions["resourceVersion"] = .string(resourceVersion) }
        if !preconditions.isEmpty { options["preconditions"] = .mapping(preconditions) }
        if let gracePeriodSeconds { options["gracePeriodSeconds"] = .int(Int64(gracePeriodSeconds)) }
        if dryRun { options["dryRun"] = ["All"] }
        return Self(
            "DELETE", resource.path(namespace: namespace, name: name), body: .mapping(options),
            repeatability: dryRun ? .safe : uid == nil ? .once : .idempotent)
    }
}
