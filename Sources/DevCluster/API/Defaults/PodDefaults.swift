import Document

/// What a pod's spec gets where it says nothing (pkg/apis/core/v1/defaults.go).
enum PodDefaults {
    static func fillTemplate(_ template: inout Value) {
        if template["metadata"] == nil { template["metadata"] = [:] }
        if template["spec"] == nil { template["spec"] = [:] }
        template.change("spec") { fillSpec(&$0) }
    }

    static func fillSpec(_ spec: inout Value) {
        spec.fill("restartPolicy", with: "Always")
        spec.fill("dnsPolicy", with: "ClusterFirst")
        spec.fill("terminationGracePeriodSeconds", with: 30)
        spec.fill("securityContext", with: [:])
        spec.fill("schedulerName", with: "default-scheduler")
        if let account = spec["serviceAccountName"] ?? spec["serviceAccount"] {
            spec["serviceAccountName"] = account
            spec["serviceAccount"] = account
        }
        let usesHostNetwork = spec["hostNetwork"]?.bool ?? false
        for list in ["initContainers", "containers", "ephemeralContainers"] {
            spec.eachItem(list) { fillContainer(&$0, usesHostNetwork: usesHostNetwork) }
        }
        spec.eachItem("volumes") { fillVolume(&$0) }
        spec.eachItem("topologySpreadConstraints") { _ in }
    }

    /// Only for pods themselves: what a template leaves open until a pod is made of it.
    static func fillPod(_ spec: inout Value) {
        spec.fill("enableServiceLinks", with: true)
        for list in ["initContainers", "containers"] {
            spec.eachItem(list) { container in
                // A limit without a request is also the request.
                for entry in container[path: "resources", "limits"]?.mapping ?? [:] {
                    container.fill("resources", "requests", entry.key, with: entry.value)
                }
            }
        }
    }

    /// What admission adds to a new pod (ServiceAccount, Priority, DefaultTolerationSeconds).
    static func admit(_ spec: inout Value) {
        spec.fill("serviceAccountName", with: "default")
        spec.fill("serviceAccount", with: spec["serviceAccountName"] ?? "default")
        spec.fill("priority", with: 0)
        spec.fill("preemptionPolicy", with: "PreemptLowerPriority")
        var tolerations = spec["tolerations"]?.sequence ?? []
        for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
            let isTolerated = tolerations.contains {
                ($0["key"]?.string ?? key) == key && ["", "NoExecute"].contains($0["effect"]?.string ?? "")
            }
            if !isTolerated {
                tolerations.append([
                    "key": .string(key), "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300,
                ])
            }
        }
        spec["tolerations"] = .sequence(tolerations)
    }

    private static func fillContainer(_ container: inout Value, usesHostNetwork: Bool) {
        container.fill("resources", with: [:])
        container.fill("terminationMessagePath", with: "/dev/termination-log")
        container.fill("terminationMessagePolicy", with: "File")
        container.fill("imagePullPolicy", with: isLatest(container["image"]?.string ?? "") ? "Always" : "IfNotPresent")
        container.eachItem("ports") { port in
            port.fill("protocol", with: "TCP")
            if usesHostNetwork, let number = port["containerPort"] { port.fill("hostPort", with: number) }
        }
        for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
            container.change(probe) { probe in
                probe.fill("timeoutSeconds", with: 1)
                probe.fill("periodSeconds", with: 10)
                probe.fill("successThreshold", with: 1)
                probe.fill("failureThreshold", with: 3)
                fillHandler(&probe)
                probe.change("grpc") { $0.fill("service", with: "") }
            }
        }
        for hook in ["postStart", "preStop"] { container.change("lifecycle", hook) { fillHandler(&$0) } }
        container.eachItem("env") { $0.change("valueFrom", "fieldRef") { $0.fill("apiVersion", with: "v1") } }
        for field in ["limits", "requests"] where container[path: "resources", field]?.mapping?.isEmpty == true {
            container[path: "resources", field] = nil
        }
    }

    private static func fillHandler(_ handler: inout Value) {
        handler.change("httpGet") {
            $0.fill("path", with: "/")
            $0.fill("scheme", with: "HTTP")
        }
    }

    private static func fillVolume(_ volume: inout Value) {
        if volume.mapping?.count == 1, volume["name"] != nil { volume["emptyDir"] = [:] }
        for source in ["secret", "configMap", "downwardAPI", "projected"] { volume.change(source) { $0.fill("defaultMode", with: 420) } }
        volume.change("hostPath") { $0.fill("type", with: "") }
        volume.change("downwardAPI") { $0.eachItem("items") { $0.change("fieldRef") { $0.fill("apiVersion", with: "v1") } } }
        volume.change("projected") { projected in
            projected.eachItem("sources") { source in
                source.change("serviceAccountToken") { $0.fill("expirationSeconds", with: 3600) }
                source.change("downwardAPI") { $0.eachItem("items") { $0.change("fieldRef") { $0.fill("apiVersion", with: "v1") } } }
            }
        }
        volume.change("iscsi") { $0.fill("iscsiInterface", with: "default") }
        volume.change("rbd") {
            $0.fill("pool", with: "rbd")
            $0.fill("user", with: "admin")
            $0.fill("keyring", with: "/etc/ceph/keyring")
        }
        volume.change("ephemeral", "volumeClaimTemplate", "spec") { $0.fill("volumeMode", with: "Filesystem") }
    }

    /// Whether an image name has the tag `latest` or no tag and no digest.
    static func isLatest(_ image: String) -> Bool {
        if image.contains("@") { return false }
        let last = image.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        guard let colon = last.lastIndex(of: ":") else { return true }
        return last[last.index(after: colon)...] == "latest"
    }
}
