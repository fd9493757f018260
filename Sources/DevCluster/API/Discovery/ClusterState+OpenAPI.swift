import Document
import Kubernetes

/// OpenAPI as far as kubectl needs it: which kinds take `dryRun` and
/// `fieldValidation`, so that it leaves validation to the server. The schemas
/// themselves are left out; kubectl then falls back to the types it was built with.
extension ClusterState {
    func openAPI(_ segments: [String], _ request: APIRequest) -> APIResponse? {
        switch segments {
        case ["v2"]:
            if request.accept.contains("proto-openapi.spec.v2") {
                return APIResponse(
                    bytes: openAPIv2Protobuf(), contentType: "application/com.github.proto-openapi.spec.v2.v1.0+protobuf")
            }
            return APIResponse([
                "swagger": "2.0", "info": openAPIInfo, "paths": .mapping(paths(of: types.all.flatMap { type in type.versions.map { (type, $0) } })),
                "definitions": [:],
            ])
        case ["v3"]:
            var index: Mapping = [:]
            for group in types.groups {
                for version in group.versions {
                    let path = group.name.isEmpty ? "api/\(version)" : "apis/\(group.name)/\(version)"
                    // The hash lets clients keep a copy; it changes with the resources served.
                    index[path] = ["serverRelativeURL": .string("/openapi/v3/\(path)?hash=\(revisionOfTypes)")]
                }
            }
            return APIResponse(["paths": .mapping(index)])
        default:
            guard segments.first == "v3" else { return nil }
            let rest = Array(segments.dropFirst())
            let group = rest.first == "api" ? "" : rest.dropFirst().first ?? ""
            guard let version = rest.last, rest.count == (rest.first == "api" ? 2 : 3) else { return nil }
            let served = types.all.filter { $0.group == group && $0.versions.contains(version) }.map { ($0, version) }
            guard !served.isEmpty else { return nil }
            return APIResponse([
                "openapi": "3.0.0", "info": openAPIInfo, "paths": .mapping(paths(of: served)), "components": ["schemas": [:]],
            ])
        }
    }

    private var revisionOfTypes: String { String(types.all.reduce(into: 0) { $0 &+= $1.versions.count &* 31 &+ $1.plural.utf8.count }, radix: 16) }

    private var openAPIInfo: Value { ["title": "Kubernetes", "version": .string(options.version)] }

    private static let parameters = ["dryRun", "fieldManager", "fieldValidation", "force", "pretty"]

    private func paths(of served: [(ResourceType, String)]) -> Mapping {
        Mapping(
            served.filter { $0.0.isStored }.map { type, version in
                let kind: Value = ["group": .string(type.group), "version": .string(version), "kind": .string(type.kind)]
                let parameters = Self.parameters.map { name -> Value in
                    ["name": .string(name), "in": "query", "schema": ["type": "string", "uniqueItems": true]]
                }
                return (
                    type.openAPIPath(version),
                    [
                        "patch": [
                            "parameters": .sequence(parameters), "responses": ["200": ["description": "OK"]],
                            "x-kubernetes-action": "patch", "x-kubernetes-group-version-kind": kind,
                        ]
                    ] as Value
                )
            })
    }

    /// The same in the protobuf form of gnostic's `openapi.v2.Document`, the only one kubectl 1.20 asks for.
    private func openAPIv2Protobuf() -> [UInt8] {
        var document = ProtobufWriter()
        document.text(1, "2.0")
        document.message(2) { info in
            info.text(1, "Kubernetes")
            info.text(2, options.version)
        }
        document.message(8) { paths in
            for type in types.all where type.isStored {
                for version in type.versions {
                    let kind = JSON.text([
                        "group": .string(type.group), "version": .string(version), "kind": .string(type.kind),
                    ])
                    paths.message(2) { named in
                        named.text(1, type.openAPIPath(version))
                        named.message(2) { item in
                            item.message(8) { patch in Self.writePatch(&patch, kind: kind) }
                        }
                    }
                }
            }
        }
        return document.bytes
    }

    private static func writePatch(_ patch: inout ProtobufWriter, kind: String) {
        for name in parameters {
            // ParametersItem.parameter → Parameter.nonBodyParameter → queryParameterSubSchema → name
            patch.message(8) { item in
                item.message(1) { parameter in
                    parameter.message(2) { nonBody in
                        nonBody.message(3) { query in
                            query.text(2, "query")
                            query.text(4, name)
                            query.text(6, "string")
                        }
                    }
                }
            }
        }
        // vendorExtension: NamedAny { name, value: Any { yaml } }
        patch.message(13) { extension_ in
            extension_.text(1, "x-kubernetes-group-version-kind")
            extension_.message(2) { $0.text(2, kind) }
        }
    }
}

extension ResourceType {
    fileprivate func openAPIPath(_ version: String) -> String {
        (group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)") + (isNamespaced ? "/namespaces/{namespace}" : "")
            + "/\(plural)/{name}"
    }
}
