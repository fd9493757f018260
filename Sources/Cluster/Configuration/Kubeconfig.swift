import Basics
import Document
import HTTP

/// Where the cluster is: a kubeconfig, or inside a pod its service account.
///
/// The rules are kubectl's (client-go, `clientcmd`): an explicit file stands alone; else the files of
/// `KUBECONFIG` are merged, the first to name something wins; else `~/.kube/config`; else the pod.
package enum Kubeconfig {
    /// - Parameters:
    ///   - path: a file the user named; nothing else is looked at.
    ///   - context: nil for the current one.
    package static func load(
        environment: [String: String], path: String? = nil, context: String? = nil, files: FileReader = .system
    ) throws(ClusterError) -> ClusterConfiguration {
        let candidates = candidates(environment, path)
        var merged = MergedKubeconfig()
        var found: [String] = []
        for candidate in candidates {
            let bytes: [UInt8]
            do throws(FileReader.Failure) {
                bytes = try files.read(candidate)
            } catch {
                switch error {
                case .missing:
                    if path != nil { throw configuration("there is no kubeconfig \"\(candidate)\"") }
                    continue
                case .unreadable(let why): throw configuration("cannot read kubeconfig \"\(candidate)\": \(why)")
                }
            }
            try merged.add(bytes, path: candidate)
            found.append(candidate)
        }
        if found.isEmpty {
            guard context == nil, environment["KUBERNETES_SERVICE_HOST"]?.isEmpty == false else {
                let looked = candidates.map { "\"\($0)\"" }.joined(separator: ", ")
                throw configuration(
                    "no kubeconfig" + (looked.isEmpty ? "" : ": there is no \(looked)")
                        + "; set KUBECONFIG, or name a file")
            }
            return try inCluster(environment: environment, files: files)
        }
        return try merged.configuration(context: context, files: files)
    }

    private static func candidates(_ environment: [String: String], _ path: String?) -> [String] {
        if let path { return [path] }
        let listed = (environment["KUBECONFIG"] ?? "").split(separator: ":").map(String.init)
        if !listed.isEmpty {
            var seen: Set<String> = []
            return listed.filter { seen.insert($0).inserted }
        }
        guard let home = environment["HOME"], !home.isEmpty else { return [] }
        return ["\(home)/.kube/config"]
    }

    /// The service account of the pod we run in
    /// (https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/).
    package static func inCluster(
        environment: [String: String], files: FileReader = .system
    ) throws(ClusterError) -> ClusterConfiguration {
        let folder = "/var/run/secrets/kubernetes.io/serviceaccount"
        guard var host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty else {
            throw configuration("not inside a cluster: KUBERNETES_SERVICE_HOST is not set")
        }
        if host.contains(":"), !host.hasPrefix("[") { host = "[\(host)]" }
        let port = environment["KUBERNETES_SERVICE_PORT"].flatMap { $0.isEmpty ? nil : $0 } ?? "443"
        // Both must be there now: later the token may be gone for a moment, but a pod without one never has it.
        _ = try contents("\(folder)/token", "the pod's service account token (is automountServiceAccountToken off?)", files)
        let authority = try contents("\(folder)/ca.crt", "the cluster's certificate authority", files)
        let namespace = (try? files.read("\(folder)/namespace")).map { trimmed(String(decoding: $0, as: UTF8.self)) } ?? ""
        return ClusterConfiguration(
            server: "https://\(host):\(port)", tls: TLSOptions(caPEM: authority), credentials: .tokenFile("\(folder)/token"),
            namespace: namespace.isEmpty ? "default" : namespace, origin: "the pod's service account")
    }

    static func configuration(_ message: String) -> ClusterError { ClusterError(.configuration, message: message) }

    /// The bytes of a file that something names.
    static func contents(_ path: String, _ what: String, _ files: FileReader) throws(ClusterError) -> [UInt8] {
        do throws(FileReader.Failure) {
            return try files.read(path)
        } catch {
            let why = if case .unreadable(let text) = error { text } else { "there is no such file" }
            throw configuration("cannot read \(what) \"\(path)\": \(why)")
        }
    }

    static func trimmed(_ text: String) -> String {
        String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
