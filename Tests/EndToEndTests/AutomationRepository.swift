import Delivery
import TestKit

/// A repository whose images are followed, each in another way, and the images behind it.
struct AutomationRepository {
    /// The registry that everything runs from.
    var host: String
    /// The name of a Secret with credentials for it; nil where the daemon has its own.
    var pullSecret: String?

    /// What is in the registry from the beginning, and what is pushed later.
    static let images = [
        "shop/front-end": ("1.0.0", "1.1.0"), "shop/carts": ("2.0.0", "2.0.1"), "stefanprodan/podinfo": ("6.14.1", "6.15.0"),
        "shop/queue": ("1.9", "1.10"),
    ]

    func files() async throws -> [String: TestRepository.Change] {
        var files: [String: TestRepository.Change] = [
            "front-end.yaml": .text(frontEnd), "carts.yaml": .text(carts.replacing("\n", with: "\r\n")), "martlet.yaml": .text(declarations),
            "charts/queue/Chart.yaml": "apiVersion: v2\nname: queue\nversion: 1.0.0\n",
            "charts/queue/values.yaml": "image: {registry: docker.io, repository: nobody/queue, tag: '0.1'}\nreplicas: 2\npullSecrets: []\n",
            "charts/queue/templates/deployment.yaml": .text(deployment(image: "{{ .Values.image.registry }}/{{ .Values.image.repository }}:{{ .Values.image.tag }}")),
            "environments/prod/values.yaml": .text(production),
        ]
        files.merge(try await podinfo()) { first, _ in first }
        return files
    }

    /// Automated by Martlet's annotation alone, so that the newest image counts.
    private var frontEnd: String {
        """
        # The shop's face.
        apiVersion: v1
        kind: Service
        metadata: {name: front-end, namespace: shop}
        spec:
          selector: {app: front-end}
          ports: [{port: 80, targetPort: 8080}]
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name:   front-end
          namespace: shop
          annotations:
            martlet.dev/automated: "true" # as it should be
        spec:
          replicas: 2
          selector:
            matchLabels: {app: front-end}
          template:
            metadata:
              labels: {app: front-end}
            spec:
        \(pullSecret.map { "      imagePullSecrets: [{name: \($0)}]" } ?? "      # nobody may pull")
              containers:
              - name: front-end
                image: "\(host)/shop/front-end:1.0.0"   # the one place
                env:
                - {name: VERSION, value: "1.0.0"}

        """
    }

    /// As Flux v1 has it; credentials come from its service account.
    private var carts: String {
        """
        apiVersion: v1
        kind: ServiceAccount
        metadata:
          name: carts
          namespace: shop
        \(pullSecret.map { "imagePullSecrets: [{name: \($0)}]" } ?? "automountServiceAccountToken: false")
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: carts
          namespace: shop
          annotations:
            fluxcd.io/automated: 'true'
            flux.weave.works/tag.carts: semver:~2.0
        spec:
          selector:
            matchLabels: {app: carts}
          template:
            metadata:
              labels: {app: carts}
            spec:
              serviceAccountName: carts
              containers:
              - {name: carts, image: '\(host)/shop/carts:2.0.0'}

        """
    }

    /// Charts are automated beside them.
    private var declarations: String {
        """
        apiVersion: martlet.dev/v1alpha1
        kind: Application
        metadata:
          name: podinfo
          annotations:
            martlet.dev/automated: "true"
            martlet.dev/tag.podinfo: semver:~6
        spec:
          path: charts/podinfo
          namespace: shop
          dependsOn: [shop]
          helm: {values: {hpa: {enabled: false}}}
        ---
        apiVersion: martlet.dev/v1alpha1
        kind: Application
        metadata: {name: queue, annotations: {martlet.dev/automated: "true", martlet.dev/tag.queue: "semver:~1"}}
        spec:
          path: charts/queue
          namespace: shop
          dependsOn: [shop]
          helm: {valuesFiles: [../../environments/prod/values.yaml]}

        """
    }

    private var production: String {
        """
        # What production runs.
        image:
          registry: \(host)
          repository: shop/queue
          tag: '1.9'  # no number
        replicas: 1
        pullSecrets: [\(pullSecret.map { "{name: \($0)}" } ?? "")]

        """
    }

    private func deployment(image: String) -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: {{ .Release.Name }}
        spec:
          replicas: {{ .Values.replicas | default .Values.replicaCount }}
          selector:
            matchLabels: {app: {{ .Release.Name }}}
          template:
            metadata:
              labels: {app: {{ .Release.Name }}}
            spec:
              {{- with .Values.pullSecrets | default .Values.image.pullSecrets }}
              imagePullSecrets: {{ toJson . }}
              {{- end }}
              containers:
              - name: {{ .Chart.Name }}
                image: "\(image)"

        """
    }

    /// The chart as its author wrote it where it is at hand, else one of the same shape.
    private func podinfo() async throws -> [String: TestRepository.Change] {
        let secrets = pullSecret.map { "pullSecrets: [{name: \($0)}]" } ?? "pullSecrets: []"
        guard let data else {
            return [
                "charts/podinfo/Chart.yaml": "apiVersion: v2\nname: podinfo\nversion: 6.14.1\n",
                "charts/podinfo/values.yaml": .text(
                    "replicaCount: 1\nimage:\n  repository: \(host)/stefanprodan/podinfo\n  tag: 6.14.1\n  \(secrets)\n"),
                "charts/podinfo/templates/deployment.yaml": .text(deployment(image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}")),
            ]
        }
        let tree = FolderTree(root: "\(data)/repos/podinfo/charts/podinfo")
        var changes: [String: TestRepository.Change] = [:]
        for (path, bytes) in try await tree.read(try await tree.files()) {
            var text = String(decoding: bytes, as: UTF8.self)
            // It asks for a newer Kubernetes than the control plane that can be built here.
            if path == "Chart.yaml" { text = text.split(separator: "\n").filter { !$0.hasPrefix("kubeVersion") }.joined(separator: "\n") + "\n" }
            if path == "values.yaml" {
                text = text.replacing("ghcr.io/stefanprodan/podinfo", with: "\(host)/stefanprodan/podinfo").replacing("pullSecrets: []", with: secrets)
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
                text = lines.map { $0.hasPrefix("  tag: ") ? "  tag: 6.14.1" : $0 }.joined(separator: "\n")
            }
            changes["charts/podinfo/\(path)"] = .text(text)
        }
        return changes
    }
}
