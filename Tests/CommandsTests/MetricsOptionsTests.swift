import ArgumentParser
import Basics
import Delivery
import Prometheus
import TestKit
import Testing

@testable import Commands

/// How the daemon is told of a metrics server.
@Suite struct MetricsOptionsTests {
    private static let url = ["--prometheus-url", "https://metrics.example.com/prometheus"]

    @Test(arguments: [
        (["--prometheus-url", "metrics:9090"], "is no address of a Prometheus"), (["--prometheus-url", "ftp://a"], "write http://host:port"),
        (["--prometheus-url", "http://a/?x=1"], "leave out what stands behind its path"), (["--prometheus-token-file", "t"], "is for the server of --prometheus-url"),
        (["--prometheus-ca-file", "c"], "--prometheus-ca-file is for the server"), (url + ["--prometheus-user", "ann"], "go together"),
        (url + ["--prometheus-password-file", "p"], "go together"),
        (url + ["--prometheus-token-file", "t", "--prometheus-user", "ann", "--prometheus-password-file", "p"], "choose one"),
    ] as [([String], String)]) func mistakes(_ arguments: [String], _ says: String) throws {
        let error = try #require(throws: (any Error).self) { _ = try MetricsOptions.parse(arguments) }
        #expect(MetricsOptions.fullMessage(for: error).contains(says), "\(MetricsOptions.fullMessage(for: error))")
    }

    @Test func credentials() throws {
        let folder = try TemporaryFolder("martlet-metrics")
        try folder.write("secret", Array("hunter2\n".utf8))
        let file = folder.file("secret")
        func settings(_ arguments: [String]) throws -> PrometheusSettings? { try MetricsOptions.parse(arguments).client()?.settings }
        #expect(try settings([]) == nil)
        #expect(try settings(Self.url)?.credential == PrometheusSettings.Credential.none)
        #expect(try settings(Self.url + ["--prometheus-token-file", file])?.credential == .bearerFile(file))
        #expect(
            try settings(Self.url + ["--prometheus-user", "ann", "--prometheus-password-file", file])?.credential
                == .basic(user: "ann", password: "hunter2"))
        #expect(try MetricsOptions.parse(Self.url).analysis(time: SystemTime())?.defaults == ["errors", "latency"])
        for option in ["--prometheus-token-file", "--prometheus-ca-file"] {
            let error = try #require(throws: CommandFailure.self) { _ = try settings(Self.url + [option, "/nonexistent/file"]) }
            #expect(error.description == "\(option): cannot read \"/nonexistent/file\"")
        }
    }
}
