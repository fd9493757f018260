import Basics
import Document
import HTTP

/// Some kubeconfig files as one: of two entries with one name the first counts, whole (client-go, `ClientConfigLoadingRules`).
struct MergedKubeconfig {
    /// One named entry, and the folder its relative paths start from.
    struct Entry {
        var value: Value
        var file: String

        var folder: String {
            guard let slash = file.lastIndex(of: "/") else { return "" }
            return String(file[...slash])
        }
    }

    private var clusters: [String: Entry] = [:]
    private var users: [String: Entry] = [:]
    private var contexts: [String: Entry] = [:]
    private var currentContext = ""
    private var sources: [String] = []

    /// - Throws: what is wrong with the text.
    mutating func add(_ bytes: [UInt8], path: String) throws(ClusterError) {
        let value: Value
        do { value = try YAML.parse(bytes, file: path, options: .cluster) } catch {
            throw Kubeconfig.configuration("kubeconfig \"\(path)\" is not YAML: \(error)")
        }
        guard value.mapping != nil || value.isNull else {
            throw Kubeconfig.configuration("kubeconfig \"\(path)\" is \(value.kindName), not a mapping")
        }
        sources.append(path)
        func take(_ list: String, _ field: String, into table: inout [String: Entry]) throws(ClusterError) {
            guard let items = value[list], !items.isNull else { return }
            guard let items = items.sequence else {
                throw Kubeconfig.configuration("kubeconfig \"\(path)\": \"\(list)\" is \(items.kindName), not a sequence")
            }
            for item in items {
                guard let name = item["name"]?.string else {
                    throw Kubeconfig.configuration("kubeconfig \"\(path)\": an entry of \"\(list)\" has no name")
                }
                if table[name] == nil { table[name] = Entry(value: item[field] ?? .null, file: path) }
            }
        }
        try take("clusters", "cluster", into: &clusters)
        try take("users", "user", into: &users)
        try take("contexts", "context", into: &contexts)
        if currentContext.isEmpty { currentContext = value["current-context"]?.string ?? "" }
    }

    /// What one context comes down to.
    func configuration(context wanted: String?, files: FileReader) throws(ClusterError) -> ClusterConfiguration {
        let place = "kubeconfig " + sources.map { "\"\($0)\"" }.joined(separator: ", ")
        let name = wanted ?? currentContext
        guard !name.isEmpty else {
            throw Kubeconfig.configuration("\(place) has no current context; name one of \(list(contexts))")
        }
        guard let context = contexts[name] else {
            throw Kubeconfig.configuration("\(place) has no context \"\(name)\"\(advice(name, contexts))")
        }
        let clusterName = context.value["cluster"]?.string ?? ""
        guard let cluster = clusters[clusterName] else {
            throw Kubeconfig.configuration(
                "context \"\(name)\" names the cluster \"\(clusterName)\", which \(place) does not have\(advice(clusterName, clusters))")
        }
        let userName = context.value["user"]?.string ?? ""
        var user = Entry(value: .null, file: context.file)
        if !userName.isEmpty {
            guard let named = users[userName] else {
                throw Kubeconfig.configuration(
                    "context \"\(name)\" names the user \"\(userName)\", which \(place) does not have\(advice(userName, users))")
            }
            user = named
        }
        var tls = try tls(cluster, "cluster \"\(clusterName)\"", files)
        try addCertificate(of: user, "user \"\(userName)\"", files, to: &tls)
        let namespace = context.value["namespace"]?.string ?? ""
        return ClusterConfiguration(
            server: try server(cluster, "cluster \"\(clusterName)\""), tls: tls,
            credentials: try credentials(user, "user \"\(userName)\"", files),
            namespace: namespace.isEmpty ? "default" : namespace, impersonate: user.value["as"]?.string,
            impersonateGroups: (user.value["as-groups"]?.sequence ?? []).compactMap(\.string), origin: "context \"\(name)\"")
    }

    private func server(_ cluster: Entry, _ noun: String) throws(ClusterError) -> String {
        let server = Kubeconfig.trimmed(cluster.value["server"]?.string ?? "")
        if server.isEmpty { throw Kubeconfig.configuration("\(noun) in \"\(cluster.file)\" has no server") }
        if let proxy = cluster.value["proxy-url"]?.string, !proxy.isEmpty {
            throw Kubeconfig.configuration(
                "\(noun) in \"\(cluster.file)\" has a proxy-url, which is not supported; set HTTPS_PROXY and NO_PROXY instead")
        }
        guard let colon = server.firstRange(of: "://") else { return "https://\(server)" }
        let scheme = server[..<colon.lowerBound].lowercased()
        guard scheme == "https" || scheme == "http" else {
            throw Kubeconfig.configuration("\(noun) in \"\(cluster.file)\": the server's scheme \"\(scheme)\" is not https or http")
        }
        return server
    }

    private func tls(_ cluster: Entry, _ noun: String, _ files: FileReader) throws(ClusterError) -> TLSOptions {
        var tls = TLSOptions(caPEM: try material("certificate-authority", of: cluster, noun, files))
        tls.serverName = cluster.value["tls-server-name"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        tls.skipsVerification = cluster.value["insecure-skip-tls-verify"]?.bool ?? false
        if tls.skipsVerification, tls.caPEM != nil {
            throw Kubeconfig.configuration(
                "\(noun) in \"\(cluster.file)\" has both a certificate authority and insecure-skip-tls-verify; remove one")
        }
        return tls
    }

    private func addCertificate(
        of user: Entry, _ noun: String, _ files: FileReader, to tls: inout TLSOptions
    ) throws(ClusterError) {
        tls.certificatePEM = try material("client-certificate", of: user, noun, files)
        tls.privateKeyPEM = try material("client-key", of: user, noun, files)
        if (tls.certificatePEM == nil) != (tls.privateKeyPEM == nil) {
            let missing = tls.certificatePEM == nil ? "client-certificate" : "client-key"
            throw Kubeconfig.configuration("\(noun) in \"\(user.file)\" has no \(missing); a certificate and its key come together")
        }
    }

    private func credentials(_ user: Entry, _ noun: String, _ files: FileReader) throws(ClusterError) -> Credentials {
        for plugin in ["exec", "auth-provider"] {
            guard let entry = user.value[plugin], !entry.isNull else { continue }
            let command = entry["command"]?.string ?? entry["name"]?.string ?? ""
            throw Kubeconfig.configuration(
                "\(noun) in \"\(user.file)\" gets its credentials from \(plugin)"
                    + (command.isEmpty ? "" : " \"\(command)\"")
                    + ", which is not run; give it a token, e.g. from \"kubectl create token\", or a client certificate")
        }
        if let path = user.value["tokenFile"]?.string, !path.isEmpty {
            let absolute = resolve(path, user)
            _ = try Kubeconfig.contents(absolute, "the token of \(noun)", files)
            return .tokenFile(absolute)
        }
        if let token = user.value["token"]?.string, !token.isEmpty { return .token(Kubeconfig.trimmed(token)) }
        if let name = user.value["username"]?.string, !name.isEmpty {
            return .basic(user: name, password: user.value["password"]?.string ?? "")
        }
        return .none
    }

    /// PEM from `FIELD-data` in base64, or else from the file `FIELD` names; the data wins, as in client-go.
    private func material(
        _ field: String, of entry: Entry, _ noun: String, _ files: FileReader
    ) throws(ClusterError) -> [UInt8]? {
        let bytes: [UInt8]
        let source: String
        if let data = entry.value["\(field)-data"]?.string, !data.isEmpty {
            guard let decoded = Base64.decode(String(data.filter { !$0.isWhitespace })) else {
                throw Kubeconfig.configuration("\(noun) in \"\(entry.file)\": \(field)-data is not base64")
            }
            (bytes, source) = (decoded, "\(field)-data")
        } else if let path = entry.value[field]?.string, !path.isEmpty {
            bytes = try Kubeconfig.contents(resolve(path, entry), "the \(field) of \(noun)", files)
            source = "\"\(path)\""
        } else {
            return nil
        }
        guard String(decoding: bytes, as: UTF8.self).contains("-----BEGIN ") else {
            throw Kubeconfig.configuration("\(noun) in \"\(entry.file)\": \(source) holds no PEM (\"-----BEGIN …\")")
        }
        return bytes
    }

    private func resolve(_ path: String, _ entry: Entry) -> String { path.hasPrefix("/") ? path : entry.folder + path }

    private func list(_ table: [String: Entry]) -> String {
        table.isEmpty ? "(there are none)" : table.keys.sorted().prefix(20).map { "\"\($0)\"" }.joined(separator: ", ")
    }

    private func advice(_ name: String, _ table: [String: Entry]) -> String {
        if let near = nearest(to: name, among: table.keys.sorted()) { return "; did you mean \"\(near)\"? It has \(list(table))" }
        return table.isEmpty ? "; it has none" : "; it has \(list(table))"
    }
}
