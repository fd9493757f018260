import Kubernetes

extension ResourceType {
    /// The schema of one served version; nil for a custom resource whose schema cannot be read.
    func schema(_ version: String) -> Schema? {
        custom.map { $0.version(version)?.schema } ?? Schema.builtIn(for: gvk(version))
    }
}
