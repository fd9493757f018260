package import Document
package import Kubernetes

/// The verbs of the API on objects.
extension ClusterClient {
    package func serverVersion() async throws(ClusterError) -> ServerVersion {
        let request = ClusterRequest("GET", "/version")
        let value = try value(try await send(request), request)
        guard let gitVersion = value["gitVersion"]?.string else { throw malformed(request, "it has no gitVersion") }
        // Managed clusters write minor as "20+".
        func number(_ field: String) -> Int { Int(value[field]?.string?.prefix { $0.isASCII && $0.isNumber } ?? "") ?? 0 }
        return ServerVersion(gitVersion: gitVersion, major: number("major"), minor: number("minor"))
    }

    package func get(
        _ resource: APIResource, namespace: String, name: String, subresource: String? = nil
    ) async throws(ClusterError) -> Object {
        try await object(.get(resource, namespace: namespace, name: name, subresource: subresource)).object
    }

    /// Every object in scope, page by page. A page that expired (410) starts the list over, in one piece.
    package func list(
        _ resource: APIResource, namespace: String? = nil, labelSelector: String? = nil, fieldSelector: String? = nil,
        pageSize: Int = 500
    ) async throws(ClusterError) -> ObjectList {
        let scope = ListScope(namespace: namespace, labelSelector: labelSelector, fieldSelector: fieldSelector)
        var limit: Int? = pageSize
        var all = ObjectList(items: [], resourceVersion: "")
        var next: String?
        while true {
            do throws(ClusterError) {
                let page = try await page(resource, scope: scope, limit: limit, continue: next)
                all.items += page.items
                if next == nil { all.resourceVersion = page.resourceVersion }
                guard let token = page.continue else { return all }
                guard token != next else {
                    throw ClusterError(.malformed, message: "list of \(resource.name): the server gave the same page twice")
                }
                next = token
            } catch {
                guard error.reason == .expired, next != nil else { throw error }
                all = ObjectList(items: [], resourceVersion: "")
                (limit, next) = (nil, nil)
            }
        }
    }

    /// One page of a list, for a caller that wants to see them as they come.
    package func page(
        _ resource: APIResource, scope: ListScope, limit: Int?, continue token: String?
    ) async throws(ClusterError) -> ObjectPage {
        let request = ClusterRequest.list(resource, scope: scope, limit: limit, continue: token)
        let value = try value(try await send(request), request)
        guard let page = ObjectPage(value, gvk: resource.gvk) else { throw malformed(request, "it is not a list") }
        return page
    }

    package func create(
        _ resource: APIResource, _ object: Object, subresource: String? = nil, dryRun: Bool = false,
        fieldManager: String = "martlet", fieldValidation: FieldValidation? = nil
    ) async throws(ClusterError) -> Object {
        try await self.object(
            .create(
                resource, object, subresource: subresource, dryRun: dryRun, fieldManager: fieldManager,
                fieldValidation: fieldValidation)
        ).object
    }

    /// Writes the whole object; its resourceVersion, where it has one, must still be the server's.
    package func replace(
        _ resource: APIResource, _ object: Object, subresource: String? = nil, dryRun: Bool = false,
        fieldManager: String = "martlet"
    ) async throws(ClusterError) -> Object {
        try await self.object(
            .replace(resource, object, subresource: subresource, dryRun: dryRun, fieldManager: fieldManager)
        ).object
    }

    package func patch(
        _ resource: APIResource, namespace: String, name: String, subresource: String? = nil, _ patch: Value,
        type: PatchType = .merge, dryRun: Bool = false, fieldManager: String = "martlet"
    ) async throws(ClusterError) -> Object {
        try await object(
            .patch(
                resource, namespace: namespace, name: name, subresource: subresource, patch, type: type, dryRun: dryRun,
                fieldManager: fieldManager)
        ).object
    }

    /// Server-side apply. Fields of other managers: `.conflict`, a cause for each; taken over with `force`.
    package func apply(
        _ resource: APIResource, _ object: Object, subresource: String? = nil, fieldManager: String = "martlet",
        force: Bool = false, dryRun: Bool = false, fieldValidation: FieldValidation = .strict
    ) async throws(ClusterError) -> ApplyResult {
        let (applied, answer) = try await self.object(
            .apply(
                resource, object, subresource: subresource, fieldManager: fieldManager, force: force, dryRun: dryRun,
                fieldValidation: fieldValidation))
        return ApplyResult(object: applied, warnings: answer.warnings, isCreated: answer.status == 201)
    }

    /// - Throws: `.conflict` where the object has another uid or resourceVersion than asked for.
    package func delete(
        _ resource: APIResource, namespace: String, name: String, uid: String? = nil, resourceVersion: String? = nil,
        propagation: Propagation = .background, gracePeriodSeconds: Int? = nil, dryRun: Bool = false
    ) async throws(ClusterError) -> DeleteResult {
        let request = ClusterRequest.delete(
            resource, namespace: namespace, name: name, uid: uid, resourceVersion: resourceVersion, propagation: propagation,
            gracePeriodSeconds: gracePeriodSeconds, dryRun: dryRun)
        do throws(ClusterError) {
            let answer = try await send(request)
            let value = try value(answer, request)
            guard value["kind"]?.string != "Status", let object = Object(value) else { return .deleted }
            return object.isBeingDeleted ? .pending(object) : .deleted
        } catch {
            guard error.reason == .notFound else { throw error }
            return .notFound
        }
    }

    private func object(_ request: ClusterRequest) async throws(ClusterError) -> (object: Object, answer: Answer) {
        let answer = try await send(request)
        guard let object = Object(try value(answer, request)) else { throw malformed(request, "it is no object") }
        return (object, answer)
    }

    func malformed(_ request: ClusterRequest, _ why: String) -> ClusterError {
        ClusterError(.malformed, message: "\(request.method) \(request.path): unexpected answer, \(why)")
    }
}
