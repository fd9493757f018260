internal import Document

/// A family of series in Prometheus that counts requests by arm, and how it is read.
package struct MetricSource: Sendable, Hashable {
    /// How a series is known to be an arm's.
    enum Key: Sendable, Hashable {
        /// By the pod that reports it.
        case pod(label: String)
        /// By the Service that a client's or a gateway's proxy sent the request to.
        case istioService
        case envoyCluster
        /// The controller's own labels; Prometheus renames them where the target has some of the same name.
        case ingressNginx(namespace: String, service: String)
        case traefik(service: String)
    }

    /// Which requests are bad.
    enum Outcome: Sendable, Hashable {
        /// An HTTP status of 500 and above in one of these labels.
        case status(labels: [String])
        /// Slower than the threshold: a histogram whose bounds are so many seconds each.
        case slow(secondsPerUnit: Double)
    }

    /// For people: whose series these are.
    package var name: String
    /// The counter, or the histogram without `_bucket`.
    var metric: String
    var key: Key
    /// Further matchers.
    var also: [String] = []
    var outcome: Outcome

    /// Whether the pods tell it themselves, so that there may be something better.
    package var isOfPods: Bool { if case .pod = key { true } else { false } }

    /// `a="b",c=~"d|e"`: what an arm's series are known by; nil where the arm has no such names.
    func matchers(_ arm: Arm, _ arms: [Arm: ArmIdentity]) -> String? {
        guard let identity = arms[arm] else { return nil }
        var own: [String]
        switch key {
        case .pod(let label):
            guard !identity.pods.isEmpty else { return nil }
            // Names of pods are theirs alone, mostly; a series without a namespace counts too.
            own = [PromQL.matches(label, anyOf: identity.pods), PromQL.matches("namespace", "|" + PromQL.literalPattern(identity.namespace))]
        case .istioService:
            guard !identity.services.isEmpty else { return nil }
            own = [
                PromQL.equals("destination_service_namespace", identity.namespace),
                PromQL.matches("destination_service_name", anyOf: identity.services),
            ]
        case .envoyCluster:
            guard !identity.clusters.isEmpty || !identity.services.isEmpty else { return nil }
            // Contour's name of a cluster in statistics is NAMESPACE_SERVICE_PORT.
            let contour = identity.services.sorted().map { PromQL.literalPattern("\(identity.namespace)_\($0)_") + "[^_]+" }
            own = [PromQL.matches("envoy_cluster_name", (identity.clusters.sorted().map(PromQL.literalPattern) + contour).joined(separator: "|"))]
        case .ingressNginx(let namespace, let service):
            guard !identity.services.isEmpty else { return nil }
            own = [PromQL.equals(namespace, identity.namespace)] + Self.nginx(arm, identity, service: service)
        case .traefik(let service):
            guard !identity.services.isEmpty else { return nil }
            own = [PromQL.matches(service, Self.traefik(identity.services, identity.namespace))]
            // "shop-web-next-80" would be the Service "web" with a port called "next-80" as well.
            let longer = arms.filter { $0.key != arm }.flatMap(\.value.services).filter { other in
                identity.services.contains { other.hasPrefix($0 + "-") }
            }
            if !longer.isEmpty { own.append("\(service)!~\(PromQL.quoted(Self.traefik(longer, identity.namespace)))") }
        }
        return (own + also).joined(separator: ",")
    }

    /// A canary's requests carry its backend's name NAMESPACE-SERVICE-PORT in a label of their own,
    /// beside the Service of the Ingress that it is a canary of (ingress-nginx since 1.1).
    private static func nginx(_ arm: Arm, _ identity: ArmIdentity, service: String) -> [String] {
        switch arm {
        case .stable: return [PromQL.matches(service, anyOf: identity.services), "canary=\"\""]
        case .next:
            let backends = identity.services.sorted().map { PromQL.literalPattern("\(identity.namespace)-\($0)-") + ".+" }
            return [PromQL.matches("canary", backends.joined(separator: "|"))]
        }
    }

    /// Traefik writes NAMESPACE-SERVICE-PORT@PROVIDER and makes one hyphen of several.
    private static func traefik(_ services: [String], _ namespace: String) -> String {
        guard !services.isEmpty else { return "\\x00" }
        let names = services.sorted().map { service in
            "\(namespace)-\(service)".split { !($0.isLetter || $0.isNumber) }.map { PromQL.literalPattern(String($0)) }.joined(separator: "-+")
        }
        return "(?:\(names.joined(separator: "|")))(?:-[a-z0-9]+){1,2}@kubernetes.*"
    }

    // MARK: queries

    /// All series of an arm that have to do with it.
    ///
    /// - Parameter threshold: in seconds; for a histogram.
    package func query(_ arm: Arm, _ arms: [Arm: ArmIdentity], threshold: Double?) -> String? {
        guard let matchers = matchers(arm, arms) else { return nil }
        guard case .slow(let unit) = outcome else { return "\(metric){\(matchers)}" }
        guard let threshold else { return nil }
        // The count of all has no bound.
        let bounds = "|" + Self.bounds(threshold / unit).map(PromQL.literalPattern).joined(separator: "|")
        return "{__name__=~\"\(metric)_(count|bucket)\",\(PromQL.matches("le", bounds)),\(matchers)}"
    }

    /// The stable version's requests by bound.
    package func bucketQuery(_ arms: [Arm: ArmIdentity]) -> String? {
        guard case .slow = outcome, let matchers = matchers(.stable, arms) else { return nil }
        return "sum by (le) (\(metric)_bucket{\(matchers)})"
    }

    /// As Go and as Java write a number.
    private static func bounds(_ number: Double) -> [String] { Array(Set([GoNumber.general(number), "\(number)"])).sorted() }

    /// A bound in seconds; nil for what is none.
    package func seconds(_ bound: String) -> Double? {
        guard case .slow(let unit) = outcome else { return nil }
        if bound == "+Inf" || bound == "Inf" { return .infinity }
        return Double(bound).flatMap { $0.isFinite ? $0 * unit : nil }
    }

    /// Whether a series counts requests that failed.
    package func isFailure(_ labels: [String: String]) -> Bool {
        guard case .status(let names) = outcome else { return false }
        if names.contains(where: { Self.isServerError(labels[$0]) }) { return true }
        // gRPC answers 200 whatever happened; these are the server's faults (OpenTelemetry, "Semantic conventions for gRPC").
        return ["2", "4", "12", "13", "14", "15"].contains(labels["grpc_response_status"])
    }

    /// `503`, `5xx`, or Envoy's class `5`.
    private static func isServerError(_ code: String?) -> Bool {
        guard let code, code.first == "5" else { return false }
        return code.count == 3 || code.count == 1
    }
}
