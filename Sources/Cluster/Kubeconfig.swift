package enum Kubeconfig {
    package static func load(
        environment: [String: String], path: String? = nil, context: String? = nil, files: FileReader = .system
    ) throws(ClusterError) -> ClusterConfiguration {
        throw ClusterError(.configuration, message: "not read yet")
    }
}
