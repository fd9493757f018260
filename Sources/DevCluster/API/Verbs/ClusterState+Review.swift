import Document

extension ClusterState {
    /// Whoever asks may do everything: the embedded cluster has one user.
    func review(_ call: ResourceCall) throws(APIFailure) -> APIResponse {
        guard call.request.method == "POST", call.name == nil else { throw .methodNotAllowed }
        var value = call.payload.value ?? [:]
        value["apiVersion"] = .string(call.type.apiVersion(call.version))
        value["kind"] = .string(call.type.kind)
        let user: Value = ["username": "kubernetes-admin", "groups": ["system:masters", "system:authenticated"]]
        switch call.type.kind {
        case "TokenReview": value["status"] = ["authenticated": true, "user": user]
        case "SelfSubjectReview": value["status"] = ["userInfo": user]
        case "SelfSubjectRulesReview":
            value["status"] = [
                "resourceRules": [["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]]],
                "nonResourceRules": [["verbs": ["*"], "nonResourceURLs": ["*"]]], "incomplete": false,
            ]
        default: value["status"] = ["allowed": true]
        }
        return APIResponse(status: 201, value)
    }

    func componentStatuses(_ call: ResourceCall) throws(APIFailure) -> APIResponse {
        guard call.request.method == "GET" else { throw .methodNotAllowed }
        return APIResponse(["kind": "ComponentStatusList", "apiVersion": "v1", "metadata": [:], "items": []])
    }
}
