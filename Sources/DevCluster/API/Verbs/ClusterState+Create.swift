import Basics
import Document
import Kubernetes

extension ClusterState {
    mutating func create(_ call: ResourceCall) throws(APIFailure) -> APIResponse {
        let options = try WriteOptions(call.request)
        var warnings: [String] = []
        let object = try decoded(call, options: options, warnings: &warnings)
        var result = try insert(object, type: call.type, version: call.version, options: options, applied: nil)
        result.warnings = warnings + result.warnings
        return answer(result, call, status: 201)
    }

    /// A request's body as an object of the URL's resource, version and namespace.
    func decoded(_ call: ResourceCall, options: WriteOptions, warnings: inout [String]) throws(APIFailure) -> Object {
        guard var value = call.payload.value, case .mapping = value else {
            throw .badRequest("the body of the request is empty or not an object")
        }
        let expected = call.type.apiVersion(call.version)
        let apiVersion = value["apiVersion"]?.string ?? ""
        let kind = value["kind"]?.string ?? ""
        if apiVersion.isEmpty { value["apiVersion"] = .string(expected) }
        if kind.isEmpty { value["kind"] = .string(call.type.kind) }
        guard apiVersion.isEmpty || apiVersion == expected else {
            throw .badRequest(
                "the API version in the data (\(apiVersion)) does not match the expected API version (\(expected))")
        }
        guard kind.isEmpty || kind == call.type.kind else {
            throw .badRequest(
                "\(kind) in version \"\(call.version)\" cannot be handled as a \(call.type.kind): no kind \"\(kind)\" is registered for version \"\(expected)\" of this resource"
            )
        }
        if let key = call.payload.duplicateKey, options.fieldValidation != .ignore {
            let text = "key \"\(key)\" already set in map"
            guard options.fieldValidation == .warn else {
                throw .badRequest(
                    "\(call.type.kind) in version \"\(call.version)\" cannot be handled as a \(call.type.kind): strict decoding error: yaml: \(text)"
                )
            }
            warnings.append(text)
        }
        guard var object = Object(try typed(value, type: call.type, version: call.version, options: options, warnings: &warnings))
        else { throw .badRequest("apiVersion and kind must be strings") }
        if call.type.isNamespaced {
            let namespace = call.namespace ?? ""
            if !object.namespace.isEmpty, object.namespace != namespace {
                throw .badRequest("the namespace of the provided object does not match the namespace sent on the request")
            }
            guard !namespace.isEmpty else { throw .badRequest("an empty namespace may not be set during creation") }
            object.namespace = namespace
        } else {
            object.namespace = ""
        }
        return object
    }

    /// A new object: prepared, checked, stored.
    ///
    /// - Parameter applied: the managers server-side apply worked out; nil for a plain create, whose manager owns all of it.
    mutating func insert(
        _ proposed: Object, type: ResourceType, version: String, options: WriteOptions, applied: ManagedFields?
    ) throws(APIFailure) -> WriteResult {
        var object = proposed
        if !object.resourceVersion.isEmpty { throw .badRequest("resourceVersion should not be set on objects to be created") }
        let generateName = object.value[path: "metadata", "generateName"]?.string ?? ""
        let isGenerated = object.name.isEmpty && !generateName.isEmpty
        if isGenerated { object.name = generatedName(generateName) }
        if type.isNamespaced { try admitNamespace(of: object, type: type) }
        let key = StorageKey(namespace: object.namespace, name: object.name)
        if !object.name.isEmpty, stored(type.storage, key) != nil {
            throw .alreadyExists(type.id, object.name)
        }
        let shownName = object.name
        for field in ["selfLink", "deletionTimestamp", "deletionGracePeriodSeconds"] {
            object.value[path: "metadata", field] = nil
        }
        object.value[path: "metadata", "creationTimestamp"] = now
        object.value[path: "metadata", "uid"] = .string(newUID())
        object.value[path: "metadata", "generation"] = type.hasGeneration ? .int(1) : nil
        if type.hasStatus { object.value["status"] = nil }
        object = defaulted(object, type: type)
        object.value[path: "metadata", "managedFields"] = nil
        let tracked = managedFieldsAfterCreate(object, type: type, version: version, options: options, applied: applied)
        object = prepareCreated(object, type: type)
        try admit(&object, type: type)
        object.value[path: "metadata", "managedFields"] = tracked
        let errors = validateCreated(object, type: type, version: version)
        if !errors.isEmpty { throw .invalid(group: type.group, kind: type.kind, name: shownName, errors) }
        try allocate(&object, old: nil, type: type, isDryRun: options.isDryRun)
        var stored = type.converted(object, to: type.storageVersion)
        if type.id == ResourceType.newEvents, let core = types[ResourceType.coreEvents] {
            stored = core.converted(object, to: "v1")
        }
        if options.isDryRun {
            return WriteResult(stored: StoredObject(stored, key: key, revision: 0), isCreated: true)
        }
        let new = commit(stored, in: type)
        afterWrite(new, old: nil, type: type)
        let current = self.stored(type.storage, key) ?? new
        return WriteResult(stored: current, isCreated: true)
    }

    /// Five letters and digits that spell no word (k8s.io/apimachinery/pkg/util/rand).
    private func generatedName(_ prefix: String) -> String {
        let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
        var suffix = ""
        for _ in 0..<5 { suffix.append(alphabet[Int(random.next(below: UInt64(alphabet.count)))]) }
        return String(prefix.prefix(58)) + suffix
    }

    /// A random UUID (RFC 9562, version 4) from the server's own source.
    func newUID() -> String {
        let high = (random.next() & 0xffff_ffff_ffff_0fff) | 0x4000
        let low = (random.next() & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000
        func hex(_ value: UInt64, _ digits: Int) -> String {
            let text = String(value, radix: 16)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        return [
            hex(high >> 32, 8), hex(high >> 16 & 0xffff, 4), hex(high & 0xffff, 4), hex(low >> 48, 4),
            hex(low & 0xffff_ffff_ffff, 12),
        ].joined(separator: "-")
    }
}
