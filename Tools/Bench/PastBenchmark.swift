import Basics
import Delivery
import Document
import Git
import History
import Kubernetes
import TestKit

/// How long the past takes to be told.
enum PastBenchmark {
    private static let start: Int64 = 1_732_000_000_000
    private static let web = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")

    /// Goal: about a second for a Deployment of a chart over 1,000 commits that each change it. Anchor: `git log -p` of
    /// the chart, which reads the same commits and renders nothing.
    static func blame() async throws {
        let folder = try TemporaryFolder("bench-blame")
        let repository = try await TestRepository(in: folder)
        var stream = CommitStream()
        var parent = stream.commit("first", chart(0), parents: [], date: Timestamp(milliseconds: start))
        for number in 1..<1_000 {
            var files: [String: TestRepository.Change] = ["charts/web/values.yaml": .text(values(number))]
            if number % 100 == 0 { files["charts/web/templates/deployment.yaml"] = .text(deployment(number)) }
            parent = stream.commit("Release \(number)", files, parents: [parent], date: Timestamp(milliseconds: start + Int64(number) * 3_600_000))
        }
        _ = try await stream.write(to: repository)
        var anchor = Rounds(), lines = Rounds(), rounds = Rounds()
        var (fields, commits) = (0, 0)
        let mirror = try await fetched(repository, folder)
        for _ in 0..<5 {
            try await anchor.measure { _ = try await repository.git(["log", "-p", "main", "--", "charts/web"]) }
            try await lines.measure { _ = try await repository.git(["blame", "main", "--", "charts/web/values.yaml"]) }
            let past = past(mirror)
            try await rounds.measure {
                let report = try await past.blame(web)
                fields = report.fields.count
                commits = Set(report.fields.compactMap { $0.commit?.id }).count
            }
        }
        print("blame: \(rounds.milliseconds) for \(fields) fields of a chart's Deployment over 1000 commits that change it (set by \(commits) of them)")
        print("  git log -p of the chart: \(anchor.milliseconds), \(ratio(rounds, anchor)) of it; git blame of its values: \(lines.milliseconds)")
    }

    /// Goal: a moment one year and 10,000 commits back. Anchor: `git rev-list -1 --first-parent --before`, which finds
    /// the commit and renders nothing.
    static func at() async throws {
        let folder = try TemporaryFolder("bench-at")
        let repository = try await TestRepository(in: folder)
        var stream = CommitStream()
        var parent = stream.commit("first", chart(0), parents: [], date: Timestamp(milliseconds: start))
        let step = Int64(365) * 86_400_000 / 10_000
        for number in 1...10_000 {
            parent = stream.commit(
                "Release \(number)", ["charts/web/values.yaml": .text(values(number))], parents: [parent],
                date: Timestamp(milliseconds: start + Int64(number) * step))
        }
        _ = try await stream.write(to: repository)
        var anchor = Rounds(), rounds = Rounds()
        var objects = 0
        let mirror = try await fetched(repository, folder)
        let moment = Timestamp(milliseconds: start + step / 2)
        for _ in 0..<5 {
            try await anchor.measure { _ = try await repository.git(["rev-list", "-1", "--first-parent", "--before=\(moment)", "main"]) }
            let past = past(mirror)
            try await rounds.measure { objects = try await past.sight(at: .time(moment), application: nil).meant.objects.count }
        }
        print("at: \(rounds.milliseconds) for \(objects) objects, one year and 10000 commits back")
        print("  git rev-list --before: \(anchor.milliseconds), \(ratio(rounds, anchor)) of it")
    }

    private static func ratio(_ rounds: Rounds, _ anchor: Rounds) -> String { (rounds.median / anchor.median).rounded(toPlaces: 2) }

    private static func fetched(_ repository: TestRepository, _ folder: TemporaryFolder) async throws -> SharedMirror {
        let mirror = SharedMirror(path: folder.file("mirror"), remote: GitRemote(url: "file://\(repository.path)", allowedSchemes: ["file"]))
        _ = try await mirror.open().fetch(.branch("main"))
        return mirror
    }

    /// Nothing rendered yet.
    private static func past(_ mirror: SharedMirror) -> Past {
        Past(mirror: mirror, settings: .init(reference: .branch("main"), root: "", name: "shop"), store: nil)
    }

    // MARK: a chart as people have them

    private static func values(_ number: Int) -> String {
        """
        image:
          repository: ghcr.io/shop/web
          tag: "1.0.\(number)"
        replicas: \(number % 7 + 1)
        service: {type: ClusterIP, port: 80}
        ingress: {enabled: true, host: shop.example.com}
        resources:
          requests: {cpu: \(number % 5 + 1)00m, memory: 128Mi}
          limits: {memory: 256Mi}
        env:
          LOG_LEVEL: info
          RELEASE: "\(number / 10)"
        podAnnotations: {}
        nodeSelector: {}
        tolerations: []

        """
    }

    private static func deployment(_ number: Int) -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: {{ include "web.name" . }}
          labels: {{- include "web.labels" . | nindent 4 }}
        spec:
          replicas: {{ .Values.replicas }}
          selector: {matchLabels: {app: web}}
          template:
            metadata:
              labels: {app: web, generation: "\(number)"}
              annotations:
                checksum/config: {{ include (print $.Template.BasePath "/config.yaml") . | sha256sum }}
                {{- with .Values.podAnnotations }}{{ toYaml . | nindent 8 }}{{ end }}
            spec:
              containers:
              - name: web
                image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
                ports: [{name: http, containerPort: 8080}]
                env:
                {{- range $name, $value := .Values.env }}
                - {name: {{ $name }}, value: {{ $value | quote }}}
                {{- end }}
                readinessProbe: {httpGet: {path: /health, port: http}, periodSeconds: 5}
                livenessProbe: {httpGet: {path: /health, port: http}, periodSeconds: 10}
                resources: {{- toYaml .Values.resources | nindent 10 }}
              {{- with .Values.nodeSelector }}
              nodeSelector: {{- toYaml . | nindent 8 }}
              {{- end }}

        """
    }

    private static func chart(_ number: Int) -> [String: TestRepository.Change] {
        [
            "martlet.yaml": """
            apiVersion: martlet.dev/v1alpha1
            kind: Application
            metadata: {name: web}
            spec: {path: charts/web, namespace: shop}

            """,
            "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: 1.0.0\n",
            "charts/web/values.yaml": .text(values(number)),
            "charts/web/templates/_helpers.tpl": """
            {{- define "web.name" -}}{{ .Release.Name | trunc 63 | trimSuffix "-" }}{{- end }}
            {{- define "web.labels" -}}
            app.kubernetes.io/name: {{ include "web.name" . }}
            app.kubernetes.io/instance: {{ .Release.Name }}
            app.kubernetes.io/managed-by: {{ .Release.Service }}
            helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
            {{- end }}
            """,
            "charts/web/templates/deployment.yaml": .text(deployment(number)),
            "charts/web/templates/config.yaml": """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: web-config}
            data: {level: {{ .Values.env.LOG_LEVEL | quote }}}

            """,
            "charts/web/templates/service.yaml": """
            apiVersion: v1
            kind: Service
            metadata:
              name: web
              labels: {{- include "web.labels" . | nindent 4 }}
            spec:
              type: {{ .Values.service.type }}
              ports: [{name: http, port: {{ .Values.service.port }}, targetPort: http}]
              selector: {app: web}

            """,
            "charts/web/templates/ingress.yaml": """
            {{- if .Values.ingress.enabled }}
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: web}
            spec:
              rules:
              - host: {{ .Values.ingress.host }}
                http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}]}
            {{- end }}

            """,
        ]
    }
}
