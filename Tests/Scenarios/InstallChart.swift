import Basics
package import Chart
import Document
import FoundationEssentials
package import Kubernetes

/// The chart that installs Martlet in a cluster, as a release of it would be rendered.
package enum InstallChart {
    /// What must be said, and nothing else.
    package static let least = "git: {url: https://git.example.com/shop.git}"

    /// Every option of the chart away from its default.
    package static let everything = """
        git:
          url: ssh://git@git.example.com/shop.git
          tag: v1.2.0
          path: deploy
          pollInterval: 2m
          onRewrite: follow
          applicationName: shop
          user: robot
          credentials: {secretName: martlet-git, tokenKey: token, sshKeyKey: ssh-key, knownHostsKey: known-hosts, caKey: ca.pem}
        webhook: {secretName: martlet-webhook, secretKey: hook}
        images: {pollInterval: 10m, author: "Robot <robot@example.com>", secretName: martlet-images, registryConfigKey: config.json, signingKeyKey: signing-key}
        analysis: {prometheusURL: "https://metrics.example.com/prometheus", user: robot, secretName: martlet-metrics, passwordKey: password, caKey: ca.pem}
        api: {tokensSecretName: martlet-api, tokensKey: people.csv}
        image: {repository: images.example.com/martlet, digest: "sha256:\(String(repeating: "a", count: 64))", pullPolicy: Always}
        imagePullSecrets: [{name: pull}]
        rbac:
          clusterAdmin: false
          rules:
          - {apiGroups: [apps], resources: [deployments], verbs: [get, list, watch, create, patch, update, delete]}
        serviceAccount: {name: deployer, annotations: {example.com/role: "1"}}
        service: {type: NodePort, port: 8080, annotations: {example.com/a: b}}
        ingress: {enabled: true, className: nginx, host: martlet.example.com, tlsSecretName: martlet-tls, annotations: {example.com/a: b}}
        serviceMonitor: {enabled: true, interval: 10s, labels: {release: prometheus}}
        logLevel: debug
        extraArgs: [--git-allow-insecure]
        extraEnv: [{name: HTTPS_PROXY, value: "http://proxy.example.com:3128"}]
        mirror: {sizeLimit: 1Gi}
        podAnnotations: {example.com/a: "1"}
        podLabels: {team: platform}
        nodeSelector: {kubernetes.io/os: linux}
        tolerations: [{key: dedicated, operator: Equal, value: ops, effect: NoSchedule}]
        affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {a: b}}}]}}
        priorityClassName: system-cluster-critical
        fullnameOverride: operator
        """

    /// The chart's files, from the folder this source was built in.
    package static func load(source: String = #filePath) throws -> Chart {
        let root = source.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/") + "/Charts/martlet"
        var files: [ChartFile] = []
        for path in try FileManager.default.subpathsOfDirectory(atPath: root) {
            var isFolder = false
            guard FileManager.default.fileExists(atPath: "\(root)/\(path)", isDirectory: &isFolder), !isFolder else { continue }
            files.append(ChartFile(path: path, bytes: [UInt8](try Data(contentsOf: URL(filePath: "\(root)/\(path)")))))
        }
        return try Chart.load(files: files)
    }

    /// The objects of a release, and the notes for the person who makes it.
    package static func objects(values: String, release: ReleaseOptions) throws -> (objects: [Object], notes: String) {
        let values = try YAML.parse(Array(values.utf8), file: "values.yaml", options: .values)
        let environment = RenderEnvironment(now: Timestamp(milliseconds: 0), random: RandomSource(seed: 1))
        let result = try render(load(), values: [values], release: release, environment: environment)
        let documents = try result.manifests.flatMap { try YAML.documents(Array($0.text.utf8), file: $0.source, options: .cluster) }
        return (documents.compactMap { Object($0.value) }, result.notes)
    }
}
