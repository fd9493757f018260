import Document
import Kubernetes

/// Defaults of the kinds that make pods (pkg/apis/apps/v1, batch/v1).
enum WorkloadDefaults {
    static func fill(_ object: inout Object) {
        switch (object.gvk.group, object.kind) {
        case ("apps", "Deployment"): object.value.change("spec") { deployment(&$0) }
        case ("apps", "ReplicaSet"), ("", "ReplicationController"):
            object.value.change("spec") {
                $0.fill("replicas", with: 1)
                $0.change("template") { PodDefaults.fillTemplate(&$0) }
            }
        case ("apps", "StatefulSet"): object.value.change("spec") { statefulSet(&$0) }
        case ("apps", "DaemonSet"): object.value.change("spec") { daemonSet(&$0) }
        case ("batch", "Job"): object.value.change("spec") { job(&$0) }
        case ("batch", "CronJob"):
            object.value.change("spec") { spec in
                spec.fill("concurrencyPolicy", with: "Allow")
                spec.fill("suspend", with: false)
                spec.fill("successfulJobsHistoryLimit", with: 3)
                spec.fill("failedJobsHistoryLimit", with: 1)
                spec.change("jobTemplate") { template in
                    if template["metadata"] == nil { template["metadata"] = [:] }
                    template.change("spec", "template") { PodDefaults.fillTemplate(&$0) }
                }
            }
        case ("", "PodTemplate"): object.value.change("template") { PodDefaults.fillTemplate(&$0) }
        case ("", "Pod"):
            object.value.fill("spec", with: [:])
            object.value.change("spec") {
                PodDefaults.fillSpec(&$0)
                PodDefaults.fillPod(&$0)
            }
        default: break
        }
    }

    private static func deployment(_ spec: inout Value) {
        spec.fill("replicas", with: 1)
        spec.fill("revisionHistoryLimit", with: 10)
        spec.fill("progressDeadlineSeconds", with: 600)
        spec.fill("strategy", with: [:])
        spec.fill("strategy", "type", with: "RollingUpdate")
        if spec[path: "strategy", "type"] == "RollingUpdate" {
            spec.fill("strategy", "rollingUpdate", "maxUnavailable", with: "25%")
            spec.fill("strategy", "rollingUpdate", "maxSurge", with: "25%")
        }
        spec.change("template") { PodDefaults.fillTemplate(&$0) }
    }

    private static func statefulSet(_ spec: inout Value) {
        spec.fill("replicas", with: 1)
        spec.fill("revisionHistoryLimit", with: 10)
        spec.fill("podManagementPolicy", with: "OrderedReady")
        spec.fill("updateStrategy", "type", with: "RollingUpdate")
        if spec[path: "updateStrategy", "type"] == "RollingUpdate" { spec.fill("updateStrategy", "rollingUpdate", "partition", with: 0) }
        spec.fill("persistentVolumeClaimRetentionPolicy", "whenDeleted", with: "Retain")
        spec.fill("persistentVolumeClaimRetentionPolicy", "whenScaled", with: "Retain")
        spec.change("template") { PodDefaults.fillTemplate(&$0) }
        spec.eachItem("volumeClaimTemplates") { claim in
            claim.fill("apiVersion", with: "v1")
            claim.fill("kind", with: "PersistentVolumeClaim")
            claim.fill("spec", "volumeMode", with: "Filesystem")
            claim.fill("status", "phase", with: "Pending")
        }
    }

    private static func daemonSet(_ spec: inout Value) {
        spec.fill("revisionHistoryLimit", with: 10)
        spec.fill("updateStrategy", "type", with: "RollingUpdate")
        if spec[path: "updateStrategy", "type"] == "RollingUpdate" {
            spec.fill("updateStrategy", "rollingUpdate", "maxSurge", with: 0)
            spec.fill("updateStrategy", "rollingUpdate", "maxUnavailable", with: 1)
        }
        spec.change("template") { PodDefaults.fillTemplate(&$0) }
    }

    private static func job(_ spec: inout Value) {
        if spec["completions"] == nil, spec["parallelism"] == nil { spec["completions"] = 1 }
        spec.fill("parallelism", with: 1)
        spec.fill("backoffLimit", with: 6)
        spec.fill("completionMode", with: "NonIndexed")
        spec.fill("suspend", with: false)
        spec.fill("manualSelector", with: false)
        spec.fill("podReplacementPolicy", with: spec["podFailurePolicy"] == nil ? "TerminatingOrFailed" : "Failed")
        spec.change("template") { PodDefaults.fillTemplate(&$0) }
    }
}
