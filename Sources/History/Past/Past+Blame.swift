package import Kubernetes

extension Past {
    /// For each field of an object of the newest revision: the commit that set the value it has.
    ///
    /// - Parameter live: the object as the cluster has it, where it can be asked: its fields that git does not
    ///   say are told by their managers.
    package func blame(_ key: ObjectKey, live: Object? = nil) async throws(HistoryError) -> BlameReport {
        throw HistoryError(.notFound, "git has no \(key)", advice: "\"martlet images\" lists the workloads there are")
    }
}
