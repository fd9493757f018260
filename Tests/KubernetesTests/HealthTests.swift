import Basics
import Document
import Kubernetes
import Testing

@Suite struct HealthTests {
    static let now = Timestamp("2026-01-01T12:00:00Z") ?? Timestamp(milliseconds: 0)

    /// An object of `kind` with its spec and status.
    static func object(_ apiVersion: String, _ kind: String, _ rest: String) throws -> Object {
        var value = try yaml(rest)
        value["apiVersion"] = .string(apiVersion)
        value["kind"] = .string(kind)
        return try #require(Object(value))
    }

    @Test(arguments: [
        ("{spec: {replicas: 2}}", Health.progressing("the controller has not seen it yet")),
        (
            "{metadata: {generation: 3}, spec: {replicas: 2}, status: {observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2}}",
            .progressing("generation 3 is not yet observed, the last was 2")
        ),
        ("{spec: {replicas: 2}, status: {replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2}}", .healthy),
        ("{spec: {replicas: 0}, status: {observedGeneration: 1}}", .healthy),
        ("{spec: {replicas: 2}, status: {replicas: 3, updatedReplicas: 1}}", .progressing("1 of 2 replicas updated")),
        ("{spec: {replicas: 2, paused: true}, status: {replicas: 3, updatedReplicas: 1}}", .suspended("paused with 1 of 2 replicas updated")),
        ("{spec: {replicas: 2}, status: {replicas: 3, updatedReplicas: 2}}", .progressing("1 old replicas are still there")),
        (
            "{spec: {replicas: 2}, status: {replicas: 2, updatedReplicas: 2, readyReplicas: 1, availableReplicas: 1}}",
            .progressing("1 of 2 replicas available")
        ),
        (
            "{spec: {replicas: 2}, status: {replicas: 2, updatedReplicas: 1, conditions: [{type: Progressing, status: 'False', reason: ProgressDeadlineExceeded, message: too slow}]}}",
            .degraded("too slow")
        ),
        (
            "{spec: {replicas: 2}, status: {conditions: [{type: ReplicaFailure, status: 'True', reason: FailedCreate, message: exceeded quota}]}}",
            .degraded("exceeded quota")
        ),
        ("{spec: {replicas: 1}, status: {replicas: 9223372036854775807, updatedReplicas: -9223372036854775808}}", .progressing("0 of 1 replicas updated")),
        ("{metadata: {deletionTimestamp: '2026-01-01T00:00:00Z'}, spec: {}}", .progressing("is being deleted")),
    ])
    func deployment(text: String, expected: Health) throws {
        #expect(try health(of: Self.object("apps/v1", "Deployment", text), now: Self.now) == expected)
    }

    @Test(arguments: [
        ("{spec: {replicas: 2}, status: {replicas: 2, readyReplicas: 2, currentRevision: a, updateRevision: a}}", Health.healthy),
        ("{spec: {replicas: 2}, status: {replicas: 1, readyReplicas: 1}}", .progressing("1 of 2 replicas created")),
        ("{spec: {replicas: 2}, status: {replicas: 2, readyReplicas: 1}}", .progressing("1 of 2 replicas ready")),
        (
            "{spec: {replicas: 2}, status: {replicas: 2, readyReplicas: 2, updatedReplicas: 1, currentRevision: a, updateRevision: b}}",
            .progressing("1 of 2 replicas updated")
        ),
        (
            "{spec: {replicas: 3, updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 2}}}, status: {replicas: 3, readyReplicas: 3, updatedReplicas: 1, currentRevision: a, updateRevision: b}}",
            .healthy
        ),
        (
            "{spec: {replicas: 3, updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 1}}}, status: {replicas: 3, readyReplicas: 3, updatedReplicas: 1, currentRevision: a, updateRevision: b}}",
            .progressing("1 of 2 replicas beyond the partition updated")
        ),
        (
            "{spec: {replicas: 1, updateStrategy: {type: OnDelete}}, status: {replicas: 1, readyReplicas: 1, currentRevision: a, updateRevision: b}}",
            .healthy
        ),
    ])
    func statefulSet(text: String, expected: Health) throws {
        #expect(try health(of: Self.object("apps/v1", "StatefulSet", text), now: Self.now) == expected)
    }

    @Test(arguments: [
        ("{metadata: {generation: 1}, spec: {}}", Health.progressing("the controller has not seen it yet")),
        (
            "{metadata: {generation: 1}, status: {observedGeneration: 1, desiredNumberScheduled: 2, currentNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2, numberReady: 2}}",
            .healthy
        ),
        (
            "{metadata: {generation: 1}, status: {observedGeneration: 1, desiredNumberScheduled: 2, currentNumberScheduled: 2, updatedNumberScheduled: 1, numberAvailable: 2, numberReady: 2}}",
            .progressing("1 of 2 pods updated")
        ),
        ("{metadata: {generation: 1}, status: {observedGeneration: 1}}", .healthy),
    ])
    func daemonSet(text: String, expected: Health) throws {
        #expect(try health(of: Self.object("apps/v1", "DaemonSet", text), now: Self.now) == expected)
    }

    @Test(arguments: [
        ("{status: {phase: Running, conditions: [{type: Ready, status: 'True'}]}}", Health.healthy),
        ("{status: {phase: Succeeded}}", .healthy),
        (
            "{status: {phase: Pending, containerStatuses: [{name: web, state: {waiting: {reason: ImagePullBackOff, message: Back-off}}}]}}",
            .degraded("container \"web\": ImagePullBackOff: Back-off")
        ),
        (
            "{status: {phase: Running, containerStatuses: [{name: web, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 137, reason: OOMKilled}}}]}}",
            .degraded("container \"web\": CrashLoopBackOff (OOMKilled, exit code 137)")
        ),
        (
            "{status: {phase: Pending, containerStatuses: [{name: web, state: {waiting: {reason: ContainerCreating}}}]}}",
            .progressing("container \"web\" waits: ContainerCreating")
        ),
        (
            "{status: {phase: Pending, conditions: [{type: PodScheduled, status: 'False', reason: Unschedulable, message: no node, lastTransitionTime: '2026-01-01T11:59:50Z'}]}}",
            .progressing("unschedulable: no node")
        ),
        (
            "{status: {phase: Pending, conditions: [{type: PodScheduled, status: 'False', reason: Unschedulable, message: no node, lastTransitionTime: '2026-01-01T11:59:00Z'}]}}",
            .degraded("unschedulable: no node")
        ),
        (
            "{status: {phase: Failed, containerStatuses: [{name: web, state: {terminated: {exitCode: 3, reason: Error}}}]}}",
            .degraded("container \"web\" ended: exit code 3")
        ),
        ("{}", .progressing("phase Pending")),
    ])
    func pod(text: String, expected: Health) throws {
        #expect(try health(of: Self.object("v1", "Pod", text), now: Self.now) == expected)
    }

    @Test(arguments: [
        ("batch/v1", "Job", "{spec: {completions: 2}, status: {active: 1, succeeded: 1}}", Health.progressing("1 of 2 completed, 1 running")),
        ("batch/v1", "Job", "{status: {succeeded: 1, conditions: [{type: Complete, status: 'True'}]}}", .healthy),
        ("batch/v1", "Job", "{status: {conditions: [{type: Failed, status: 'True', reason: BackoffLimitExceeded}]}}", .degraded("BackoffLimitExceeded")),
        ("batch/v1", "Job", "{spec: {suspend: true}}", .suspended("the job is suspended")),
        ("batch/v1", "CronJob", "{spec: {}}", .healthy),
        ("v1", "PersistentVolumeClaim", "{status: {phase: Bound}}", .healthy),
        ("v1", "PersistentVolumeClaim", "{}", .progressing("the claim is not bound, phase Pending")),
        ("v1", "Service", "{spec: {type: ClusterIP}}", .healthy),
        ("v1", "Service", "{spec: {type: LoadBalancer}, status: {loadBalancer: {}}}", .progressing("waits for the load balancer's address")),
        ("v1", "Service", "{spec: {type: LoadBalancer}, status: {loadBalancer: {ingress: [{ip: 1.2.3.4}]}}}", .healthy),
        ("v1", "Namespace", "{status: {phase: Active}}", .healthy),
        ("v1", "ConfigMap", "{}", .healthy),
        ("networking.k8s.io/v1", "Ingress", "{}", .healthy),
        ("policy/v1", "PodDisruptionBudget", "{status: {currentHealthy: 1, desiredHealthy: 2}}", .progressing("1 of 2 pods healthy")),
        (
            "autoscaling/v2", "HorizontalPodAutoscaler",
            "{status: {conditions: [{type: ScalingActive, status: 'False', reason: FailedGetResourceMetric, lastTransitionTime: '2026-01-01T11:59:00Z'}]}}",
            .progressing("FailedGetResourceMetric")
        ),
        (
            "autoscaling/v2", "HorizontalPodAutoscaler",
            "{status: {conditions: [{type: ScalingActive, status: 'False', reason: FailedGetResourceMetric, lastTransitionTime: '2026-01-01T11:00:00Z'}]}}",
            .degraded("FailedGetResourceMetric")
        ),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition", "{}", .progressing("the definition is not established yet")),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition", "{status: {conditions: [{type: Established, status: 'True'}]}}", .healthy),
        (
            "apiextensions.k8s.io/v1", "CustomResourceDefinition",
            "{status: {conditions: [{type: NamesAccepted, status: 'False', message: taken}]}}", .degraded("taken")
        ),
        (
            "apiregistration.k8s.io/v1", "APIService", "{status: {conditions: [{type: Available, status: 'False', message: no endpoints}]}}",
            .progressing("no endpoints")
        ),
        ("example.com/v1", "Widget", "{status: {conditions: [{type: Ready, status: 'False', message: soon}]}}", .progressing("soon")),
        ("example.com/v1", "Widget", "{status: {conditions: [{type: Stalled, status: 'True', reason: Broken}]}}", .degraded("Broken")),
        ("example.com/v1", "Widget", "{status: {conditions: [{type: Ready, status: 'True'}]}}", .healthy),
        (
            "gateway.networking.k8s.io/v1", "HTTPRoute",
            "{spec: {parentRefs: [{name: g}]}, status: {parents: [{parentRef: {name: g}, conditions: [{type: ResolvedRefs, status: 'False', reason: BackendNotFound}]}]}}",
            .degraded("gateway \"g\": BackendNotFound")
        ),
        ("gateway.networking.k8s.io/v1", "HTTPRoute", "{spec: {parentRefs: [{name: g}]}}", .progressing("0 of 1 gateways have answered")),
    ])
    func others(apiVersion: String, kind: String, text: String, expected: Health) throws {
        #expect(try health(of: Self.object(apiVersion, kind, text), now: Self.now) == expected)
    }

    @Test func theWorstPartDecides() {
        #expect(Health.worst([.healthy, .progressing("a"), .degraded("b"), .missing]) == .degraded("b"))
        #expect(Health.worst([.healthy, .suspended("s")]) == .suspended("s"))
        #expect(Health.worst([]) == .healthy)
    }
}
