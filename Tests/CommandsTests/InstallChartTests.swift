import ArgumentParser
import Automation
import Chart
import Document
import Kubernetes
import Scenarios
import Testing

@testable import Commands

/// `Charts/martlet`, rendered by our own engine.
@Suite struct InstallChartTests {
    static let releases = [
        (values: InstallChart.least, release: ReleaseOptions(name: "martlet", namespace: "martlet-system")),
        (values: InstallChart.everything, release: ReleaseOptions(name: "gitops", namespace: "ops")),
    ]

    @Test(arguments: releases) func isWhatKubernetesTakes(values: String, release: ReleaseOptions) throws {
        var checks = SchemaChecks()
        checks.requiresFields = true
        for object in try InstallChart.objects(values: values, release: release).objects {
            let schema = Schema.builtIn(for: object.gvk)
            #expect(schema != nil || object.kind == "ServiceMonitor", "\(object.key)")
            #expect(validate(object, schema: schema, checks: checks).map(\.description) == [], "\(object.key)")
        }
    }

    @Test func hasTheKindsThatWereAskedFor() throws {
        func kinds(_ index: Int) throws -> [String] {
            try InstallChart.objects(values: Self.releases[index].values, release: Self.releases[index].release).objects.map(\.kind)
        }
        #expect(try kinds(0) == ["ServiceAccount", "ClusterRoleBinding", "Role", "RoleBinding", "Service", "Deployment"])
        #expect(
            try kinds(1) == [
                "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "Service", "Deployment", "Ingress", "ServiceMonitor",
            ])
    }

    /// The arguments are those of `martlet run`: an option renamed there must be renamed in the chart.
    @Test(arguments: releases) func startsTheDaemon(values: String, release: ReleaseOptions) throws {
        let container = try container(values, release)
        let arguments = (container["args"]?.sequence ?? []).compactMap(\.string)
        #expect(arguments.first == "run")
        let command = try RunCommand.parse(Array(arguments.dropFirst()))
        #expect(command.listen == "0.0.0.0:8080")
        #expect(command.records.martletNamespace == release.namespace)
        #expect(command.git.mirrorFolder == "/var/lib/martlet/mirror")
        #expect(command.access.apiClusterTokens)
        guard values == InstallChart.everything else {
            #expect(command.access.apiTokensFile == nil && command.images.registryConfig == nil && command.metrics.prometheusURL == nil)
            return
        }
        #expect(command.access.apiTokensFile == "/etc/martlet/api/people.csv")
        #expect(command.images.registryConfig == "/etc/martlet/images/config.json")
        #expect(command.images.gitSigningKeyFile == "/etc/martlet/images/signing-key")
        #expect(command.follow.registryPollInterval == "10m")
        #expect(command.images.author.email == "robot@example.com")
        #expect(command.git.gitTokenFile == "/etc/martlet/git/token")
        #expect(command.git.gitKnownHostsFile == "/etc/martlet/git/known-hosts")
        #expect(command.metrics.prometheusURL == "https://metrics.example.com/prometheus" && command.metrics.prometheusUser == "robot")
        #expect(command.metrics.prometheusPasswordFile == "/etc/martlet/analysis/password" && command.metrics.prometheusTokenFile == nil)
        #expect(command.metrics.prometheusCAFile == "/etc/martlet/analysis/ca.pem")
        let token = try self.container(values.replacing("passwordKey: password", with: "tokenKey: token"), release)["args"]?.sequence ?? []
        #expect(try RunCommand.parse(token.dropFirst().compactMap(\.string)).metrics.prometheusTokenFile == "/etc/martlet/analysis/token")
        #expect(command.webhookSecretFile == "/etc/martlet/webhook/hook")
        #expect("\(command.git.reference)".contains("v1.2.0"))
        #expect(command.git.applicationName("") == "shop")
    }

    /// The restricted profile of Pod Security.
    @Test(arguments: releases) func isRestricted(values: String, release: ReleaseOptions) throws {
        let container = try container(values, release)
        #expect(
            container["securityContext"] == [
                "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": ["drop": ["ALL"]],
            ])
        let pod = try pod(values, release)
        #expect(pod[path: "securityContext", "runAsNonRoot"] == true)
        #expect(pod[path: "securityContext", "seccompProfile", "type"] == "RuntimeDefault")
        let volumes = Set((pod["volumes"]?.sequence ?? []).flatMap { $0.mapping?.map(\.key) ?? [] })
        #expect(volumes.isSubset(of: ["name", "emptyDir", "secret"]))
        let mounted = (container["volumeMounts"]?.sequence ?? []).compactMap { $0["name"]?.string }
        #expect(mounted == (pod["volumes"]?.sequence ?? []).compactMap { $0["name"]?.string })
    }

    /// Who may list the secrets of all namespaces has all of the cluster: only who asked for it. Pull secrets
    /// are read by their names, and not even those where the values say so.
    @Test func secretsStayInTheirNamespace() throws {
        let (values, release) = Self.releases[1]
        let objects = try InstallChart.objects(values: values, release: release).objects
        let bindings = objects.filter { $0.kind == "ClusterRoleBinding" }
        #expect(bindings.map { $0.value[path: "roleRef", "name"]?.string } == ["ops-operator"])
        let rules = objects.filter { $0.kind == "ClusterRole" }.flatMap { $0.value["rules"]?.sequence ?? [] }
        #expect(rules.count == 18)
        func verbs(_ rules: [Value], on resource: String) -> [String] {
            rules.filter { $0["resources"]?.sequence?.contains(.string(resource)) == true }.flatMap { $0["verbs"]?.sequence ?? [] }.compactMap(\.string)
        }
        #expect(verbs(rules, on: "secrets") == ["get"] && verbs(rules, on: "*") == [])
        #expect(verbs(rules, on: "replicasets") == ["get", "list", "watch", "create", "patch", "delete"])
        #expect(verbs(rules, on: "endpoints") == ["get", "list", "watch"] && verbs(rules, on: "httproutes").contains("patch"))
        #expect(verbs(rules, on: "tokenreviews") == ["create"] && verbs(rules, on: "subjectaccessreviews") == ["create"])
        let less = values.replacing("clusterAdmin: false", with: "clusterAdmin: false\n  rollouts: false\n  reviews: false\n  pullSecrets: false")
        let without = try InstallChart.objects(values: less, release: release).objects
        let remaining = without.filter { $0.kind == "ClusterRole" }.flatMap { $0.value["rules"]?.sequence ?? [] }
        #expect(verbs(remaining, on: "jobs") == ["get", "list"], "the pods of a CronJob")
        #expect(remaining.count == 7 && verbs(remaining, on: "secrets") == [] && verbs(remaining, on: "services") == [])
        #expect(verbs(rules, on: "pods").contains("delete") && !verbs(remaining, on: "pods").contains("delete"))
    }

    @Test func saysWhatIsMissing() throws {
        let release = ReleaseOptions(name: "martlet", namespace: "martlet-system")
        #expect { try InstallChart.objects(values: "{}", release: release) } throws: { "\($0)".contains("git.url must be said") }
        let open = "git: {url: https://git.example.com/shop.git}\ningress: {enabled: true}"
        #expect { try InstallChart.objects(values: open, release: release) } throws: { "\($0)".contains("webhook.secretName") }
    }

    @Test func tellsWhatToDoNext() throws {
        let (values, release) = Self.releases[0]
        let notes = try InstallChart.objects(values: values, release: release).notes
        #expect(notes.contains("keeps this cluster equal to https://git.example.com/shop.git\n(branch main)."))
        #expect(notes.contains("martlet rollout restore --all --without-daemon\n  helm uninstall -n martlet-system martlet"))
        #expect(notes.contains("kubectl logs -n martlet-system deployment/martlet --follow"))
    }

    private func pod(_ values: String, _ release: ReleaseOptions) throws -> Value {
        let deployment = try InstallChart.objects(values: values, release: release).objects.first { $0.kind == "Deployment" }
        return try #require(deployment?.value[path: "spec", "template", "spec"])
    }

    private func container(_ values: String, _ release: ReleaseOptions) throws -> Value {
        try #require(try pod(values, release)["containers"]?.sequence?.first)
    }
}
