import Kubernetes

/// The resources of Kubernetes 1.32 that the embedded server has from its start.
let builtinResources: [ResourceType] = {
    let workload = ScalePaths(
        specReplicas: ["spec", "replicas"], statusReplicas: ["status", "replicas"], selector: ["spec", "selector"])
    return [
        // core
        row("", "Namespace", short: ["ns"], cluster: true, status: true),
        row("", "Node", short: ["no"], cluster: true, status: true),
        row("", "PersistentVolume", short: ["pv"], cluster: true, status: true),
        row("", "Pod", short: ["po"], categories: ["all"], status: true),
        row("", "PodTemplate"),
        row("", "ReplicationController", short: ["rc"], categories: ["all"], status: true, generation: true),
        row("", "Service", short: ["svc"], categories: ["all"], status: true),
        row("", "ServiceAccount", short: ["sa"]),
        row("", "ConfigMap", short: ["cm"]),
        row("", "Secret"),
        row("", "Endpoints", plural: "endpoints", short: ["ep"]),
        row("", "Event", short: ["ev"]),
        row("", "LimitRange", short: ["limits"]),
        row("", "ResourceQuota", short: ["quota"], status: true),
        row("", "PersistentVolumeClaim", short: ["pvc"], status: true),
        row("", "ComponentStatus", plural: "componentstatuses", short: ["cs"], cluster: true),
        // workloads
        row("apps", "Deployment", short: ["deploy"], categories: ["all"], status: true, scale: workload, generation: true),
        row("apps", "ReplicaSet", short: ["rs"], categories: ["all"], status: true, scale: workload, generation: true),
        row("apps", "StatefulSet", short: ["sts"], categories: ["all"], status: true, scale: workload, generation: true),
        row("apps", "DaemonSet", short: ["ds"], categories: ["all"], status: true, generation: true),
        row("apps", "ControllerRevision"),
        row("batch", "Job", categories: ["all"], status: true, generation: true),
        row("batch", "CronJob", short: ["cj"], categories: ["all"], status: true, generation: true),
        row(
            "autoscaling", "HorizontalPodAutoscaler", versions: ["v2", "v1"], short: ["hpa"], categories: ["all"],
            status: true),
        // networking
        row("networking.k8s.io", "Ingress", plural: "ingresses", short: ["ing"], status: true, generation: true),
        row("networking.k8s.io", "IngressClass", plural: "ingressclasses", cluster: true, generation: true),
        row("networking.k8s.io", "NetworkPolicy", plural: "networkpolicies", short: ["netpol"], generation: true),
        row("discovery.k8s.io", "EndpointSlice", generation: true),
        // policy, access
        row("policy", "PodDisruptionBudget", short: ["pdb"], status: true, generation: true),
        row("rbac.authorization.k8s.io", "Role"),
        row("rbac.authorization.k8s.io", "RoleBinding"),
        row("rbac.authorization.k8s.io", "ClusterRole", cluster: true),
        row("rbac.authorization.k8s.io", "ClusterRoleBinding", cluster: true),
        // storage, scheduling, coordination
        row("storage.k8s.io", "StorageClass", plural: "storageclasses", short: ["sc"], cluster: true),
        row("storage.k8s.io", "CSIDriver", cluster: true),
        row("storage.k8s.io", "CSINode", cluster: true),
        row("storage.k8s.io", "CSIStorageCapacity", plural: "csistoragecapacities"),
        row("storage.k8s.io", "VolumeAttachment", cluster: true, status: true),
        row("scheduling.k8s.io", "PriorityClass", plural: "priorityclasses", short: ["pc"], cluster: true, generation: true),
        row("coordination.k8s.io", "Lease"),
        row("node.k8s.io", "RuntimeClass", plural: "runtimeclasses", cluster: true),
        row("events.k8s.io", "Event", short: ["ev"]),
        row("certificates.k8s.io", "CertificateSigningRequest", short: ["csr"], cluster: true, status: true),
        // extension
        row("apiextensions.k8s.io", "CustomResourceDefinition", short: ["crd", "crds"], cluster: true, status: true, generation: true),
        row("apiregistration.k8s.io", "APIService", cluster: true, status: true),
        row("admissionregistration.k8s.io", "MutatingWebhookConfiguration", cluster: true, generation: true),
        row("admissionregistration.k8s.io", "ValidatingWebhookConfiguration", cluster: true, generation: true),
        row("admissionregistration.k8s.io", "ValidatingAdmissionPolicy", plural: "validatingadmissionpolicies", cluster: true, status: true, generation: true),
        row("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding", cluster: true, generation: true),
        // reviews: asked, never stored
        review("authorization.k8s.io", "SelfSubjectAccessReview"),
        review("authorization.k8s.io", "SelfSubjectRulesReview"),
        review("authorization.k8s.io", "SubjectAccessReview"),
        review("authorization.k8s.io", "LocalSubjectAccessReview", cluster: false),
        review("authentication.k8s.io", "TokenReview"),
        review("authentication.k8s.io", "SelfSubjectReview"),
    ]
}()

private func row(
    _ group: String, _ kind: String, versions: [String] = ["v1"], plural: String? = nil, short: [String] = [],
    categories: [String] = [], cluster: Bool = false, status: Bool = false, scale: ScalePaths? = nil, generation: Bool = false
) -> ResourceType {
    let singular = kind.lowercased()
    return ResourceType(
        id: ResourceID(group: group, plural: plural ?? singular + "s"), versions: versions,
        storageVersion: versions.first ?? "v1", kind: kind, singular: singular, shortNames: short, categories: categories,
        isNamespaced: !cluster, hasStatus: status, scale: scale, hasGeneration: generation)
}

private func review(_ group: String, _ kind: String, cluster: Bool = true) -> ResourceType {
    var type = row(group, kind, cluster: cluster)
    type.isStored = false
    return type
}
