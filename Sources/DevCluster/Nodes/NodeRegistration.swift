internal import Basics
internal import Document
package import Kubernetes

/// Registers a node and gives its signs of life, as a kubelet does: a Lease
/// renewed every few seconds, and the node's status where that is due
/// (KEP-589). No authentication of a node's own: it is whoever the client is.
package struct NodeRegistration: Controller {
    package let name = "kubelet"
    package let fieldManager = "kubelet"
    package let kind = GroupKind.node
    package let watches: [GroupKind] = [.lease]

    private let options: NodeOptions

    package init(_ options: NodeOptions) { self.options = options }

    /// What has to be looked at even before it exists.
    package var initialKeys: [ObjectKey] {
        options.names.map { ObjectKey(group: "", kind: "Node", namespace: "", name: $0) }
    }

    package func keys(for change: Change, in observed: Observed) -> [ObjectKey] {
        let object = change.object
        guard options.names.contains(object.name) else { return [] }
        if object.groupKind == kind { return [object.key] }
        // Only a lease that has gone: the renewals are our own.
        return change.new == nil ? [ObjectKey(group: "", kind: "Node", namespace: "", name: object.name)] : []
    }

    package func reconcile(_ key: ObjectKey, in situation: Situation) -> Decision {
        guard options.names.contains(key.name) else { return .nothing }
        guard let node = situation.observed.object(key) else {
            return Decision([registration(key.name, now: situation.now)].compactMap { $0.map(Action.create) }, again: .zero)
        }
        guard !node.isBeingDeleted else { return .nothing }
        var decision = Decision(again: options.heartbeat)
        let lastBeat = Conditions(of: node).time("Ready", "lastHeartbeatTime")
        let isReady = Conditions(of: node).isTrue("Ready")
        // With leases the status is due every five minutes; without, it is the heartbeat.
        let leaseFails = situation.failure?.action.key.kind == "Lease"
        let statusDue = lastBeat.map { situation.now.duration(since: $0) >= (leaseFails ? options.heartbeat : .seconds(300)) } ?? true
        if !isReady || statusDue {
            decision.actions.append(.patchStatus(key, ["status": status(node, now: situation.now)]))
        }
        if let lease = lease(for: node, situation) { decision.actions.append(lease) }
        return decision
    }

    private func lease(for node: Object, _ situation: Situation) -> Action? {
        let time: Value = .string(situation.now.microTime)
        if let known = situation.observed.object(.lease, namespace: "kube-node-lease", name: node.name) {
            if let renewed = known.time("spec", "renewTime"), known.string("spec", "holderIdentity") == node.name {
                // Another look than the heartbeat's own must not renew anew: renewals would never rest.
                guard situation.now.duration(since: renewed) >= options.heartbeat * 0.9 else { return nil }
            }
            return .patch(known.key, ["spec": ["holderIdentity": .string(node.name), "renewTime": time, "leaseDurationSeconds": 40]])
        }
        return Object([
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
            "metadata": [
                "name": .string(node.name), "namespace": "kube-node-lease",
                "ownerReferences": [
                    ["apiVersion": "v1", "kind": "Node", "name": .string(node.name), "uid": .string(node.uid)]
                ],
            ],
            "spec": ["holderIdentity": .string(node.name), "leaseDurationSeconds": 40, "renewTime": time],
        ]).map(Action.create)
    }

    private func registration(_ name: String, now: Timestamp) -> Object? {
        var value: Value = [
            "apiVersion": "v1", "kind": "Node",
            "metadata": [
                "name": .string(name),
                "labels": [
                    "kubernetes.io/hostname": .string(name), "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
                    "beta.kubernetes.io/os": "linux", "beta.kubernetes.io/arch": "amd64", "sim.martlet.dev/node": "true",
                ],
            ],
            "spec": [:],
        ]
        if let object = Object(value) { value["status"] = status(object, now: now) }
        return Object(value)
    }

    private func status(_ node: Object, now: Timestamp) -> Value {
        let resources: Value = [
            "cpu": "64", "memory": "256Gi", "pods": "10000", "ephemeral-storage": "1Ti", "hugepages-2Mi": "0",
        ]
        var conditions = Conditions(of: node)
        let healthy: [(String, String, String)] = [
            ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
            ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
            ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        ]
        for (type, reason, message) in healthy {
            conditions.set(Condition(type, false, reason: reason, message: message), now: now)
        }
        conditions.set(Condition("Ready", true, reason: "KubeletReady", message: "kubelet is posting ready status"), now: now)
        let beats = conditions.values.map { condition in
            var copy = condition
            copy["lastHeartbeatTime"] = .string(now.description)
            return copy
        }
        return [
            "capacity": resources, "allocatable": resources, "conditions": .sequence(beats),
            "addresses": [
                ["type": "InternalIP", "address": .string(options.addresses[node.name] ?? "10.0.0.1")],
                ["type": "Hostname", "address": .string(node.name)],
            ],
            "daemonEndpoints": ["kubeletEndpoint": ["Port": 10250]],
            "nodeInfo": [
                "machineID": .string(node.name), "systemUUID": .string(node.name), "bootID": .string(node.name),
                "kernelVersion": "6.1.0", "osImage": "simulated", "containerRuntimeVersion": "simulated://1.0.0",
                "kubeletVersion": .string(options.version), "kubeProxyVersion": .string(options.version),
                "operatingSystem": "linux", "architecture": "amd64",
            ],
        ]
    }
}
