import Document
import Kubernetes

extension BodyRules {
    mutating func service(_ spec: Value) {
        let type = spec["type"]?.string ?? "ClusterIP"
        if !["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"].contains(type) {
            errors.append(.notSupported("spec.type", .string(type), ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]))
        }
        let ports = spec["ports"]?.sequence ?? []
        let isHeadless = spec["clusterIP"] == "None"
        if ports.isEmpty, type != "ExternalName", !isHeadless { errors.append(.required("spec.ports")) }
        if type == "ExternalName", (spec["externalName"]?.string ?? "").isEmpty { errors.append(.required("spec.externalName")) }
        var names: Set<String> = []
        var seen: Set<String> = []
        for (index, port) in ports.enumerated() {
            let place = "spec.ports[\(index)]"
            let name = port["name"]?.string ?? ""
            if ports.count > 1, name.isEmpty { errors.append(.required("\(place).name")) }
            if !name.isEmpty {
                if let problem = ObjectName.labelProblem(name) { errors.append(.invalid("\(place).name", .string(name), problem)) }
                if !names.insert(name).inserted { errors.append(.duplicate("\(place).name", .string(name))) }
            }
            portNumber(port["port"], at: "\(place).port")
            let proto = port["protocol"]?.string ?? "TCP"
            if !["TCP", "UDP", "SCTP"].contains(proto) {
                errors.append(.notSupported("\(place).protocol", .string(proto), ["SCTP", "TCP", "UDP"]))
            }
            if let number = port["targetPort"]?.int { portNumber(.int(number), at: "\(place).targetPort") }
            if !seen.insert("\(proto)/\(port["port"]?.int ?? 0)").inserted {
                errors.append(.duplicate(place, ["protocol": .string(proto), "port": port["port"] ?? 0]))
            }
        }
        errors += MetadataRules.labelErrors(spec["selector"], at: "spec.selector")
    }

    mutating func portNumber(_ value: Value?, at place: String) {
        let number = value?.int ?? 0
        if !(1...65_535).contains(number) { errors.append(.invalid(place, .int(number), "must be between 1 and 65535, inclusive")) }
    }

    mutating func ingress(_ spec: Value) {
        if spec["rules"]?.sequence?.isEmpty ?? true, spec["defaultBackend"] == nil {
            errors.append(.invalid("spec", spec, "either `defaultBackend` or `rules` must be specified"))
        }
        if let backend = spec["defaultBackend"] { self.backend(backend, at: "spec.defaultBackend") }
        for (index, rule) in (spec["rules"]?.sequence ?? []).enumerated() {
            for (number, path) in (rule[path: "http", "paths"]?.sequence ?? []).enumerated() {
                let place = "spec.rules[\(index)].http.paths[\(number)]"
                let text = path["path"]?.string ?? ""
                switch path["pathType"]?.string {
                case nil, "": errors.append(.required("\(place).pathType", "pathType must be specified"))
                case "Exact", "Prefix":
                    if !text.hasPrefix("/") { errors.append(.invalid("\(place).path", .string(text), "must be an absolute path")) }
                case "ImplementationSpecific": break
                case let other?:
                    errors.append(
                        .notSupported("\(place).pathType", .string(other), ["Exact", "ImplementationSpecific", "Prefix"]))
                }
                backend(path["backend"] ?? [:], at: "\(place).backend")
            }
        }
    }

    private mutating func backend(_ backend: Value, at place: String) {
        if backend["resource"] != nil { return }
        guard let service = backend["service"] else {
            errors.append(.required(place, "resource or service backend is required"))
            return
        }
        if (service["name"]?.string ?? "").isEmpty { errors.append(.required("\(place).service.name")) }
        if service[path: "port", "name"] == nil, (service[path: "port", "number"]?.int ?? 0) == 0 {
            errors.append(.required("\(place)", "port name or number is required"))
        }
    }
}
