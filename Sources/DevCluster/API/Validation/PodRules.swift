import Document
import Kubernetes

/// What a pod's spec must be (pkg/apis/core/validation).
enum PodRules {
    /// - Parameter claims: volumes that a StatefulSet's claim templates bring along.
    static func check(_ spec: Value, at place: String, claims: Set<String> = [], into errors: inout [FieldError]) {
        let volumes = volumeNames(spec, at: place, into: &errors).union(claims)
        let containers = spec["containers"]?.sequence ?? []
        if containers.isEmpty { errors.append(.required("\(place).containers")) }
        var names: Set<String> = []
        for list in ["containers", "initContainers"] {
            for (index, container) in (spec[list]?.sequence ?? []).enumerated() {
                let inner = "\(place).\(list)[\(index)]"
                check(container, at: inner, volumes: volumes, into: &errors)
                let name = container["name"]?.string ?? ""
                if !name.isEmpty, !names.insert(name).inserted { errors.append(.duplicate("\(inner).name", .string(name))) }
            }
        }
        oneOf(spec["restartPolicy"], ["Always", "OnFailure", "Never"], at: "\(place).restartPolicy", into: &errors)
        oneOf(spec["dnsPolicy"], ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"], at: "\(place).dnsPolicy", into: &errors)
        if let seconds = spec["activeDeadlineSeconds"]?.int, seconds < 1 {
            errors.append(.invalid("\(place).activeDeadlineSeconds", .int(seconds), "must be between 1 and 2147483647, inclusive"))
        }
        if let account = spec["serviceAccountName"]?.string, let problem = ObjectName.subdomainProblem(account) {
            errors.append(.invalid("\(place).serviceAccountName", .string(account), problem))
        }
    }

    private static func volumeNames(_ spec: Value, at place: String, into errors: inout [FieldError]) -> Set<String> {
        var names: Set<String> = []
        for (index, volume) in (spec["volumes"]?.sequence ?? []).enumerated() {
            let inner = "\(place).volumes[\(index)]"
            let name = volume["name"]?.string ?? ""
            if name.isEmpty {
                errors.append(.required("\(inner).name"))
            } else if let problem = ObjectName.labelProblem(name) {
                errors.append(.invalid("\(inner).name", .string(name), problem))
            } else if !names.insert(name).inserted {
                errors.append(.duplicate("\(inner).name", .string(name)))
            }
            let sources = (volume.mapping?.keys ?? Mapping().keys).filter { $0 != "name" }
            if sources.isEmpty { errors.append(.required(inner, "must specify a volume type")) }
            for source in sources.dropFirst() {
                errors.append(.forbidden("\(inner).\(source)", "may not specify more than 1 volume type"))
            }
            if volume["persistentVolumeClaim"] != nil, (volume[path: "persistentVolumeClaim", "claimName"]?.string ?? "").isEmpty {
                errors.append(.required("\(inner).persistentVolumeClaim.claimName"))
            }
            if volume["secret"] != nil, (volume[path: "secret", "secretName"]?.string ?? "").isEmpty {
                errors.append(.required("\(inner).secret.secretName"))
            }
            if volume["configMap"] != nil, (volume[path: "configMap", "name"]?.string ?? "").isEmpty {
                errors.append(.required("\(inner).configMap.name"))
            }
        }
        return names
    }

    private static func check(_ container: Value, at place: String, volumes: Set<String>, into errors: inout [FieldError]) {
        let name = container["name"]?.string ?? ""
        if name.isEmpty {
            errors.append(.required("\(place).name"))
        } else if let problem = ObjectName.labelProblem(name) {
            errors.append(.invalid("\(place).name", .string(name), problem))
        }
        let image = container["image"]?.string ?? ""
        if image.isEmpty {
            errors.append(.required("\(place).image"))
        } else if image.trimmingSpaces != image {
            errors.append(.invalid("\(place).image", .string(image), "must not have leading or trailing whitespace"))
        }
        oneOf(container["imagePullPolicy"], ["Always", "IfNotPresent", "Never"], at: "\(place).imagePullPolicy", into: &errors)
        ports(container, at: place, into: &errors)
        for (index, variable) in (container["env"]?.sequence ?? []).enumerated() {
            let inner = "\(place).env[\(index)]"
            if (variable["name"]?.string ?? "").isEmpty { errors.append(.required("\(inner).name")) }
            if variable["valueFrom"] != nil, !(variable["value"]?.string ?? "").isEmpty {
                errors.append(.invalid("\(inner).valueFrom", "", "may not be specified when `value` is not empty"))
            }
        }
        var paths: Set<String> = []
        for (index, mount) in (container["volumeMounts"]?.sequence ?? []).enumerated() {
            let inner = "\(place).volumeMounts[\(index)]"
            let volume = mount["name"]?.string ?? ""
            if volume.isEmpty {
                errors.append(.required("\(inner).name"))
            } else if !volumes.contains(volume) {
                errors.append(.notFound("\(inner).name", .string(volume)))
            }
            let path = mount["mountPath"]?.string ?? ""
            if path.isEmpty { errors.append(.required("\(inner).mountPath")) }
            if !path.isEmpty, !paths.insert(path).inserted { errors.append(.invalid("\(inner).mountPath", .string(path), "must be unique")) }
        }
        resources(container["resources"] ?? [:], at: "\(place).resources", into: &errors)
        for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
            guard let value = container[probe] else { continue }
            let handlers = ["exec", "httpGet", "tcpSocket", "grpc"].filter { value[$0] != nil }
            if handlers.isEmpty { errors.append(.required("\(place).\(probe)", "must specify a handler type")) }
            for extra in handlers.dropFirst() {
                errors.append(.forbidden("\(place).\(probe).\(extra)", "may not specify more than 1 handler type"))
            }
        }
    }

    private static func ports(_ container: Value, at place: String, into errors: inout [FieldError]) {
        var names: Set<String> = []
        for (index, port) in (container["ports"]?.sequence ?? []).enumerated() {
            let inner = "\(place).ports[\(index)]"
            if let name = port["name"]?.string, !name.isEmpty {
                if name.utf8.count > 15 {
                    errors.append(.invalid("\(inner).name", .string(name), "must be no more than 15 characters"))
                } else if !names.insert(name).inserted {
                    errors.append(.duplicate("\(inner).name", .string(name)))
                }
            }
            guard let number = port["containerPort"]?.int, number != 0 else {
                errors.append(.required("\(inner).containerPort"))
                continue
            }
            if !(1...65_535).contains(number) {
                errors.append(.invalid("\(inner).containerPort", .int(number), "must be between 1 and 65535, inclusive"))
            }
            oneOf(port["protocol"], ["SCTP", "TCP", "UDP"], at: "\(inner).protocol", into: &errors)
        }
    }

    private static func resources(_ resources: Value, at place: String, into errors: inout [FieldError]) {
        for field in ["limits", "requests"] {
            for entry in resources[field]?.mapping ?? [:] {
                guard let quantity = Quantity(entry.value), quantity.whole < 0 || quantity.milli < 0 else { continue }
                errors.append(.invalid("\(place).\(field)[\(entry.key)]", entry.value, "must be greater than or equal to 0"))
            }
        }
        for entry in resources["requests"]?.mapping ?? [:] {
            guard let limit = resources[path: "limits", entry.key], let most = Quantity(limit), let asked = Quantity(entry.value),
                most < asked
            else { continue }
            errors.append(
                .invalid(
                    "\(place).requests", .string(asked.canonical),
                    "must be less than or equal to \(entry.key) limit of \(most.canonical)"))
        }
    }

    private static func oneOf(_ value: Value?, _ allowed: [String], at place: String, into errors: inout [FieldError]) {
        guard let text = value?.string, !allowed.contains(text) else { return }
        errors.append(.notSupported(place, .string(text), allowed))
    }
}
