import ArgumentParser
import Basics
import Delivery
import FoundationEssentials
import HTTP
import Prometheus

/// Where the metrics are that the versions of a rollout are judged by.
struct MetricsOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A server with Prometheus' API (Thanos, Mimir and VictoriaMetrics too), such as http://prometheus:9090; without it only the pods' health judges new versions.",
            valueName: "url"))
    var prometheusURL: String?

    @Option(help: ArgumentHelp("A file with a bearer token for it; read again for each query.", valueName: "file"))
    var prometheusTokenFile: String?

    @Option(help: ArgumentHelp("The user for it, with --prometheus-password-file.", valueName: "user"))
    var prometheusUser: String?

    @Option(help: ArgumentHelp("A file with the user's password.", valueName: "file"))
    var prometheusPasswordFile: String?

    @Option(help: ArgumentHelp("A file with the certificates to trust for it.", valueName: "file"))
    var prometheusCAFile: String?

    mutating func validate() throws {
        let others = [
            ("--prometheus-token-file", prometheusTokenFile), ("--prometheus-user", prometheusUser),
            ("--prometheus-password-file", prometheusPasswordFile), ("--prometheus-ca-file", prometheusCAFile),
        ]
        if prometheusURL == nil, let (option, _) = others.first(where: { $0.1 != nil }) {
            throw ValidationError("\(option) is for the server of --prometheus-url: say which")
        }
        if prometheusTokenFile != nil, prometheusUser != nil { throw ValidationError("--prometheus-token-file and --prometheus-user: choose one") }
        guard (prometheusUser == nil) == (prometheusPasswordFile == nil) else {
            throw ValidationError("--prometheus-user and --prometheus-password-file go together")
        }
        if let url = prometheusURL {
            do throws(PrometheusError) {
                _ = try PrometheusClient(transport: CurlTransport(), settings: PrometheusSettings(url: url))
            } catch {
                throw ValidationError("--prometheus-url: \(error)")
            }
        }
    }

    /// Nil where no server is named.
    func client() throws -> PrometheusClient? {
        guard let url = prometheusURL else { return nil }
        var tls = TLSOptions()
        if let file = prometheusCAFile { tls.caPEM = try bytes(of: file, "--prometheus-ca-file") }
        var settings = PrometheusSettings(url: url)
        if let file = prometheusTokenFile {
            // Told now, and not in the middle of a rollout.
            _ = try bytes(of: file, "--prometheus-token-file")
            settings.credential = .bearerFile(file)
        } else if let user = prometheusUser, let file = prometheusPasswordFile {
            settings.credential = .basic(user: user, password: try text(of: file, "--prometheus-password-file").trimmingNewlines)
        }
        do throws(PrometheusError) {
            return try PrometheusClient(
                transport: CurlTransport(tls: tls, userAgent: "martlet/\(MartletVersion.current)"), settings: settings,
                readFile: { try bytes(of: $0, "--prometheus-token-file") })
        } catch {
            throw CommandFailure("--prometheus-url: \(error)")
        }
    }

    func analysis(time: any TimeSource) throws -> RolloutAnalysis? {
        try client().map { RolloutAnalysis(watch: MetricWatch(client: $0, time: time)) }
    }
}
