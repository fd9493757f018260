import Document
import Kubernetes
import Testing

@testable import Kubernetes

@Suite struct BuiltInTypesTests {
    @Test func noReferenceLeadsNowhere() {
        #expect(BuiltInTypes.shared.danglingReferences == [])
    }

    @Test(arguments: [
        ("v1", "Pod"), ("v1", "Service"), ("v1", "ConfigMap"), ("v1", "Secret"), ("v1", "ServiceAccount"), ("v1", "Namespace"),
        ("v1", "Node"), ("v1", "PersistentVolume"), ("v1", "PersistentVolumeClaim"), ("v1", "Endpoints"), ("v1", "Event"),
        ("v1", "ResourceQuota"), ("v1", "LimitRange"), ("v1", "ReplicationController"), ("v1", "PodTemplate"),
        ("apps/v1", "Deployment"), ("apps/v1", "StatefulSet"), ("apps/v1", "DaemonSet"), ("apps/v1", "ReplicaSet"),
        ("apps/v1", "ControllerRevision"), ("batch/v1", "Job"), ("batch/v1", "CronJob"), ("autoscaling/v1", "HorizontalPodAutoscaler"),
        ("autoscaling/v1", "Scale"), ("autoscaling/v2", "HorizontalPodAutoscaler"), ("policy/v1", "PodDisruptionBudget"),
        ("policy/v1", "Eviction"), ("networking.k8s.io/v1", "Ingress"), ("networking.k8s.io/v1", "IngressClass"),
        ("networking.k8s.io/v1", "NetworkPolicy"), ("rbac.authorization.k8s.io/v1", "Role"),
        ("rbac.authorization.k8s.io/v1", "ClusterRole"), ("rbac.authorization.k8s.io/v1", "RoleBinding"),
        ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"), ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
        ("apiregistration.k8s.io/v1", "APIService"), ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"),
        ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"), ("storage.k8s.io/v1", "StorageClass"),
        ("storage.k8s.io/v1", "CSIDriver"), ("scheduling.k8s.io/v1", "PriorityClass"), ("node.k8s.io/v1", "RuntimeClass"),
        ("coordination.k8s.io/v1", "Lease"), ("discovery.k8s.io/v1", "EndpointSlice"), ("events.k8s.io/v1", "Event"),
        ("authentication.k8s.io/v1", "TokenReview"), ("authorization.k8s.io/v1", "SubjectAccessReview"),
    ])
    func knowsTheKind(apiVersion: String, kind: String) throws {
        let schema = try #require(Schema.builtIn(for: GroupVersionKind(apiVersion: apiVersion, kind: kind)))
        #expect(schema.field(at: ["metadata", "labels"])?.shape == .map(.string, isAtomic: false))
    }

    @Test func knowsNothingOfOthers() {
        #expect(Schema.builtIn(for: GroupVersionKind(apiVersion: "apps/v1beta1", kind: "Deployment")) == nil)
    }

    static let podSpec = ["spec", "template", "spec"]

    @Test(arguments: [
        (podSpec + ["containers"], ListType.map(keys: ["name"])),
        (podSpec + ["containers", "ports"], .map(keys: ["containerPort", "protocol"])),
        (podSpec + ["containers", "env"], .map(keys: ["name"])),
        (podSpec + ["containers", "volumeMounts"], .map(keys: ["mountPath"])),
        (podSpec + ["containers", "args"], .atomic),
        (podSpec + ["volumes"], .map(keys: ["name"])),
        (podSpec + ["tolerations"], .atomic),
        (podSpec + ["topologySpreadConstraints"], .map(keys: ["topologyKey", "whenUnsatisfiable"])),
        (["metadata", "finalizers"], .set),
        (["metadata", "ownerReferences"], .map(keys: ["uid"])),
        (["status", "conditions"], .map(keys: ["type"])),
        (["no", "such"], .atomic),
    ])
    func tellsListItemsApart(path: [String], type: ListType) {
        #expect(listType(GroupVersionKind(apiVersion: "apps/v1", kind: "Deployment"), path: path) == type)
    }

    @Test func strategicMergeHasFewerKeys() throws {
        let schema = try #require(Schema.builtIn(for: GroupVersionKind(apiVersion: "v1", kind: "Service")))
        guard case .list(let ports)? = schema.field(at: ["spec", "ports"])?.shape else {
            Issue.record("ports is no list")
            return
        }
        #expect(ports.type == .map(keys: ["port", "protocol"]))
        #expect(ports.patch == .mergeByKey("port"))
        #expect(ports.item.field("protocol")?.defaultValue == "TCP")
        guard case .map(_, isAtomic: true)? = schema.field(at: ["spec", "selector"])?.shape else {
            Issue.record("a selector is replaced whole")
            return
        }
    }
}
