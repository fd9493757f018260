import Document
import Kubernetes
import Testing

@Suite struct DifferenceTests {
    static let live = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, uid: u, resourceVersion: "1", generation: 2, labels: {app: web}, annotations: {deployment.kubernetes.io/revision: "1"}}
        spec:
          replicas: 2
          progressDeadlineSeconds: 600
          template:
            spec:
              containers:
              - {name: side, image: s}
              - name: web
                image: w:1
                imagePullPolicy: Always
                args: [a, b]
                ports: [{containerPort: 80, protocol: TCP}]
                resources: {limits: {cpu: "1", memory: 2Gi}}
        status: {replicas: 2}
        """

    @Test(arguments: [
        // Nothing but what the server made of it.
        (
            "{metadata: {name: web, labels: {app: web}, annotations: {}}, spec: {replicas: 2, paused: false, minReadySeconds: 0, template: {metadata: {creationTimestamp: null}, spec: {volumes: [], containers: [{name: web, image: 'w:1', env: [], resources: {limits: {cpu: 1000m, memory: 2048Mi}}, ports: [{containerPort: 80}]}]}}}}",
            []
        ),
        ("{spec: {replicas: 3}}", ["spec.replicas: 2 → 3"]),
        ("{spec: {replicas: 0}}", ["spec.replicas: 2 → 0"]),
        ("{spec: {replicas: null}}", []),
        ("{spec: {paused: true}}", ["spec.paused: absent → true"]),
        ("{metadata: {labels: {app: api, new: v}}}", ["metadata.labels.app: \"web\" → \"api\"", "metadata.labels.new: absent → \"v\""]),
        (
            "{spec: {template: {spec: {containers: [{name: web, image: 'w:2'}, {name: x}]}}}}",
            ["spec.template.spec.containers[0].image: \"w:1\" → \"w:2\"", "spec.template.spec.containers[1]: absent → {\"name\":\"x\"}"]
        ),
        (
            "{spec: {template: {spec: {containers: [{name: web, args: [a, c]}]}}}}",
            ["spec.template.spec.containers[0].args[1]: \"b\" → \"c\""]
        ),
        (
            "{spec: {template: {spec: {containers: [{name: web, args: [a]}]}}}}",
            ["spec.template.spec.containers[0].args: [\"a\",\"b\"] → [\"a\"]"]
        ),
        (
            "{spec: {template: {spec: {containers: [{name: web, resources: {limits: {cpu: 1001m}}}]}}}}",
            ["spec.template.spec.containers[0].resources.limits.cpu: \"1\" → \"1001m\""]
        ),
        ("{status: {replicas: 9}, metadata: {uid: other}}", []),
    ])
    func whatIsSaid(desired: String, expected: [String]) throws {
        var value = try yaml(desired)
        value["apiVersion"] = "apps/v1"
        value["kind"] = "Deployment"
        #expect(try differences(yaml(Self.live), value).map(\.description) == expected)
    }

    @Test func allOfBoth() throws {
        let live = try yaml(Self.live)
        var after = live
        after[path: "spec", "progressDeadlineSeconds"] = nil
        after[path: "metadata", "resourceVersion"] = "2"
        after[path: "spec", "template", "spec", "containers"] = .sequence([live[path: "spec", "template", "spec", "containers"]?[1] ?? .null])
        #expect(
            differences(live, after, scope: .all).map(\.description).sorted() == [
                "spec.progressDeadlineSeconds: 600 → absent", "spec.template.spec.containers[0]: {\"name\":\"side\",\"image\":\"s\"} → absent",
            ])
    }

    @Test func secretsInTwoSpellings() throws {
        let live = try yaml("{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {a: eA==}}")
        let same = try yaml("{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {a: x}}")
        let other = try yaml("{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {a: q}}")
        #expect(differences(live, same).isEmpty)
        #expect(differences(live, other).map(\.path.description) == ["data.a"])
    }

    @Test func aReplacedMapIsReplacedWhole() throws {
        let live = try yaml("{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {selector: {app: a, old: b}, clusterIP: 1.2.3.4, ports: [{port: 80, protocol: TCP, targetPort: 80}]}}")
        let desired = try yaml("{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {selector: {app: a}, ports: [{port: 80}]}}")
        #expect(differences(live, desired).map(\.description) == ["spec.selector.old: \"b\" → absent"])
    }

    @Test func customResourcesGoByName() throws {
        let live = try yaml("{apiVersion: x/v1, kind: W, spec: {list: [{name: a, v: 1}, {name: b, v: 2}], plain: [1, 2]}}")
        let desired = try yaml("{apiVersion: x/v1, kind: W, spec: {list: [{name: b, v: 3}], plain: [1, 3]}}")
        #expect(differences(live, desired).map(\.description) == ["spec.list[0].v: 2 → 3", "spec.plain[1]: 2 → 3"])
    }

    @Test func masks() throws {
        let secret = try object(
            """
            apiVersion: v1
            kind: Secret
            metadata: {name: s, annotations: {kubectl.kubernetes.io/last-applied-configuration: '{"data":{"a":"eA=="}}', other: kept}}
            data: {a: eA==, b: '!'}
            stringData: {c: x, d: 3}
            """)
        let shown = masked(secret) { "#\($0.count)" }
        #expect(
            try shown.value
                == yaml(
                    """
                    apiVersion: v1
                    kind: Secret
                    metadata: {name: s, annotations: {kubectl.kubernetes.io/last-applied-configuration: '***', other: kept}}
                    data: {a: '*** #1', b: '*** #1'}
                    stringData: {c: '*** #1', d: '***'}
                    """))
        let config = try object("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a: b}}")
        #expect(masked(config) == config)
    }
}
