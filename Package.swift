// swift-tools-version: 6.2
import PackageDescription

// One house, read from left to right: a target imports only from layers below
// its own. `make layers` and `--explicit-target-dependency-import-check error`
// hold it.

let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// A target without unsafe code, checked by the compiler.
func safe(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict + [.strictMemorySafety()])
}

/// A target that talks to a C library; the only places with unsafe code.
func binding(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of one module, fixtures beside them.
func tests(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.init(stringLiteral: name)] + dependencies, resources: resources,
        swiftSettings: strict)
}

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdHTTP2 = Target.Dependency.product(name: "HummingbirdHTTP2", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let certificates = Target.Dependency.product(name: "X509", package: "swift-certificates")

let database = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")

/// The page's own files, which the program carries: `PageAsset+Files.swift` names them too.
let pageFiles = [
    "api.js", "app.js", "application.js", "applications.js", "blame.js", "deploy.js", "dialog.js", "diff.js", "dom.js", "favicon.svg",
    "format.js", "graph.js", "graphs.js", "history.js", "icons.js", "images.js", "layers.js", "model.js", "pods.js", "rollout.js",
    "router.js", "signin.js", "sinks.js", "stream.js", "style.css", "time.js", "timebar.js", "topology.js", "ui.js", "workload.js",
]

let package = Package(
    name: "martlet",
    products: [
        .executable(name: "martlet", targets: ["Martlet"]),
        .executable(name: "martlet-bench", targets: ["Bench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", "4.5.2"..<"5.0.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // 0: C libraries from the system, and what Glibc hides from Swift.
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CZLib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CGit2", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"])]),
        .systemLibrary(name: "CSSH2", pkgConfig: "libssh2", providers: [.apt(["libssh2-1-dev"])]),
        .systemLibrary(name: "CLinux"),
        .target(name: "CRE2", linkerSettings: [.linkedLibrary("re2")]),

        // 1: values.
        binding("Basics"),
        binding("Document", ["Basics", "CYAML"]),
        binding("Archive", ["CZLib"]),
        safe("Store", [database]),

        // 2: engines, pure: a value in, a value out.
        binding("RegularExpression", ["CRE2"]),
        safe("Template", ["Basics", "Document"]),
        safe("Chart", ["Basics", "Document", "Archive", "Template", "RegularExpression", crypto, cryptoExtras, certificates, asn1]),
        safe("Kubernetes", ["Basics", "Document"]),

        // 3: transport.
        binding("HTTP", ["Basics", "CCurl"]),
        binding("Git", ["Basics", "HTTP", "CGit2", "CSSH2", crypto, cryptoExtras]),

        // 4: remotes.
        safe("Cluster", ["Basics", "Document", "HTTP", "Kubernetes", logging]),
        safe("Registry", ["Basics", "Document", "HTTP", "Store", crypto, database]),
        safe("Prometheus", ["Basics", "Document", "HTTP"]),

        // 5: work.
        safe("Rollout", ["Basics", "Document", "Kubernetes", "RegularExpression", crypto]),
        safe("Delivery", [
            "Basics", "Document", "Chart", "Kubernetes", "HTTP", "Git", "Cluster", "Prometheus", "Rollout", logging, metrics, crypto,
        ]),
        safe("Automation", [
            "Basics", "Document", "RegularExpression", "Chart", "Kubernetes", "HTTP", "Git", "Registry", "Delivery", logging, metrics, crypto,
        ]),

        safe("History", [
            "Archive", "Basics", "Document", "Chart", "Kubernetes", "HTTP", "Git", "Cluster", "Rollout", "Delivery", "Automation", "Store", logging, metrics, crypto,
            database,
        ]),

        // 6: faces.
        safe("Server", ["Basics", "Document", "HTTP", "Kubernetes", "Cluster", "Registry", "Prometheus", "Rollout", "Delivery", "Automation", "History", logging, metrics, lifecycle, hummingbird, hummingbirdCore, nio, crypto, httpTypes], resources: [.embedInCode("API/openapi.yaml")] + pageFiles.map { .embedInCode("Page/Files/\($0)") }),
        safe("Commands", [
            "Basics", "Document", "Chart", "Kubernetes", "HTTP", "Git", "Cluster", "Registry", "Prometheus", "Rollout", "Delivery", "Automation", "History", "Server",
            "DevCluster", arguments, logging, metrics, lifecycle, unixSignals,
        ]),
        .executableTarget(name: "Martlet", dependencies: ["Commands", arguments], swiftSettings: strict),

        // Beside the house: what stands in for the world.
        safe("DevCluster", ["Basics", "Document", "HTTP", "Kubernetes", "RegularExpression", "Cluster", logging, lifecycle, hummingbird]),
        .target(
            name: "TestKit",
            dependencies: [
                "Basics", "Document", "HTTP", "Git", "Cluster", "Kubernetes", "Registry", "DevCluster", "CLinux", hummingbird, hummingbirdCore,
                hummingbirdHTTP2, hummingbirdTLS, nio, nioTLS, httpTypes, logging, certificates, asn1, crypto,
            ],
            swiftSettings: strict),

        // `make bench`: one file per benchmark.
        .executableTarget(
            name: "Bench",
            dependencies: [
                "Automation", "Basics", "Chart", "Cluster", "CYAML", "Delivery", "DevCluster", "Document", "Git", "HelmAnswers", "HTTP", "Kubernetes",
                "History", "Registry", "Rollout", "TestKit", logging,
            ],
            path: "Tools/Bench", swiftSettings: strict),

        // Tools that measure us against others' recorded answers.
        .target(
            name: "HelmAnswers", dependencies: ["Archive", "Basics", "Chart", "Document"], path: "Tests/HelmAnswers",
            swiftSettings: strict),
        .executableTarget(
            name: "conformance", dependencies: ["Basics", "Document", "Chart", "HelmAnswers", arguments], path: "Tools/Conformance",
            swiftSettings: strict),

        // What must hold on every cluster: the embedded one in `make test`, a real one in `make e2e`.
        .target(
            name: "Scenarios",
            dependencies: ["Basics", "Chart", "Cluster", "Delivery", "DevCluster", "Document", "Git", "HTTP", "Kubernetes", "Prometheus", "Rollout", "TestKit", logging, crypto],
            path: "Tests/Scenarios", swiftSettings: strict),

        // Tests mirror the modules.
        tests("Basics"),
        tests("Document", ["Basics"]),
        tests("Template", ["Basics", "Document"]),
        tests("Chart", ["Basics", "Document", "Archive", "Template", "RegularExpression", "HelmAnswers"], resources: [.copy("Fixtures")]),
        tests("Kubernetes", ["Basics", "Document"]),
        tests("HTTP", ["Basics", "TestKit"]),
        tests("Git", ["Basics", "HTTP", "TestKit"]),
        tests("Cluster", ["Basics", "Document", "HTTP", "Kubernetes", "DevCluster", "TestKit", logging]),
        tests("DevCluster", ["Basics", "Document", "HTTP", "Kubernetes", "Cluster", "TestKit", logging]),
        tests("Delivery", ["Basics", "Chart", "Rollout", "Prometheus", "Document", "Kubernetes", "HTTP", "Cluster", "Git", "DevCluster", "TestKit", "Scenarios", logging]),
        tests("Registry", ["Basics", "Document", "HTTP", "TestKit"]),
        tests("Prometheus", ["Basics", "Document", "HTTP", "TestKit"]),
        tests("Rollout", ["Basics", "Document", "Kubernetes", "DevCluster", "TestKit"]),
        tests("Automation", [
            "Basics", "Document", "Chart", "Kubernetes", "HTTP", "Git", "Registry", "Delivery", "TestKit", "Scenarios", logging,
        ]),
        tests("History", [
            "Automation", "Basics", "Chart", "Cluster", "Delivery", "DevCluster", "Document", "Git", "HTTP", "Kubernetes", "Rollout", "Scenarios", "Server",
            "TestKit", logging, metrics, crypto, database,
        ]),
        tests("Server", ["History", "Prometheus", "Basics", "Chart", "Document", "Git", "Kubernetes", "Template", nioEmbedded, "Cluster", "Registry", "Rollout", "Delivery", "Automation", "DevCluster", "TestKit", "HTTP", logging, metrics, hummingbird, httpTypes, crypto]),
        tests("Commands", ["History", "Basics", "Chart", "Cluster", "DevCluster", "Document", "Rollout", "Delivery", "Automation", "Registry", "Git", "HelmAnswers", "HTTP", "Kubernetes", "Prometheus", "Scenarios", "Server", "TestKit", arguments, logging]),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["Basics", "Prometheus", "Rollout", "Chart", "Cluster", "Delivery", "DevCluster", "Document", "Git", "History", "HTTP", "Kubernetes", "Registry", "Automation", "Server", "TestKit", "Scenarios", "Martlet", logging],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)

// `make fuzz`. libFuzzer brings `main`: this builds with `-sanitize=fuzzer` only.
if Context.environment["MARTLET_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "Fuzz", dependencies: ["Archive", "Basics", "Chart", "Document", "HelmAnswers", "Template"], path: "Tools/Fuzz",
            swiftSettings: strict))
}
