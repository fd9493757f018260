import Document

extension ClusterState {
    func openAPI(_ segments: [String], _ request: APIRequest) -> APIResponse? { nil }
}
