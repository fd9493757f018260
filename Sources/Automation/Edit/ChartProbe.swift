internal import Chart
internal import Delivery
internal import Document
internal import Kubernetes

/// A chart with what it renders to, asked what happens when values are others.
struct ChartProbe: Sendable {
    let part: Layout.Part
    let release: ChartRelease
    let layers: ValueLayers
    /// What it renders to as it is.
    let result: RenderResult

    init(_ part: Layout.Part, bytes: [String: [UInt8]], context: RenderContext) throws(RenderError) {
        self.part = part
        release = try ChartRelease(part, bytes: bytes, context: context)
        layers = ValueLayers(part, bytes: bytes, release: release)
        let known = release.generated.count
        let first = try release.rendered()
        // Keys that are kept take no random numbers the next time: what comes after them is compared with that.
        result = release.generated.count == known ? first : try release.rendered()
    }

    /// A container of the render, and the template that made it.
    struct Found: Sendable {
        var image: String
        var source: String
    }

    func find(_ name: ContainerName) -> Found? { Self.find(name, in: result) }

    /// What else there is, where something is not.
    func containers(of workload: ObjectKey) -> [String]? {
        let objects = Self.objects(workload, in: result)
        return objects.isEmpty ? nil : objects.flatMap { $0.object.value.containerImages.map(\.name) }
    }

    static func find(_ name: ContainerName, in result: RenderResult) -> Found? {
        for (object, source) in objects(name.workload, in: result) {
            guard let container = object.value.containerImages.first(where: { $0.name == name.container }), let image = container.image else { continue }
            return Found(image: image, source: source)
        }
        return nil
    }

    private static func objects(_ key: ObjectKey, in result: RenderResult) -> [(object: Object, source: String)] {
        var others: [(object: Object, source: String)] = []
        for document in result.manifests + result.hooks.map(\.document) where document.mayHold(key) {
            for object in document.objects where object.groupKind == key.groupKind && object.name == key.name {
                if object.namespace == key.namespace { return [(object, document.source)] }
                // No namespace is that of the release.
                if object.namespace.isEmpty { others.append((object, document.source)) }
            }
        }
        return others
    }

    /// The container's image with other values; nil where the chart does not render with them, or makes no such container.
    func image(_ name: ContainerName, with sentinels: [Sentinel], appVersion: String? = nil) -> String? {
        var release = release
        var over = Value.mapping([:])
        for sentinel in sentinels {
            if let setting = layers.settings[sentinel.path], release.set.indices.contains(setting.index) {
                release.set[setting.index] = .typed(setting.head + sentinel.text)
            } else {
                over.put(sentinel.value, at: sentinel.path.steps[...], in: layers.merged)
            }
        }
        release.values.append(over)
        release.options.skipsSchemaValidation = true
        if let appVersion { release.chart.metadata.appVersion = appVersion }
        guard let result = try? release.rendered() else { return nil }
        return Self.find(name, in: result)?.image
    }
}

extension Value {
    /// Sets a value in what is laid over `base`; sequences are replaced as a whole, and so are taken from there.
    fileprivate mutating func put(_ value: Value, at steps: ArraySlice<DocumentPath.Step>, in base: Value?) {
        guard let step = steps.first else {
            self = value
            return
        }
        switch step {
        case .key(let key):
            var inner = self[key] ?? .null
            inner.put(value, at: steps.dropFirst(), in: base?[key])
            self[key] = inner
        case .index(let index):
            if isNull, let base { self = base }
            guard case .sequence(var items) = self, items.indices.contains(index) else { return }
            items[index].put(value, at: steps.dropFirst(), in: nil)
            self = .sequence(items)
        }
    }
}
