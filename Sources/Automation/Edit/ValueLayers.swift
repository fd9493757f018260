internal import Chart
internal import Delivery
internal import Document
internal import Kubernetes

/// Where a chart's values are written: the texts that are laid over each other, the strongest last.
struct ValueLayers: Sendable {
    struct Layer: Sendable {
        var file: String
        /// With their indexes; a later one is laid over an earlier one.
        var documents: [(index: Int, value: Value)]
        /// Where the values stand in a document.
        var root: DocumentPath
        /// Where in all values they count: below a subchart's name.
        var keys: [String]
        /// Of a subchart that came from somewhere else.
        var isVendored: Bool { !keys.isEmpty }
    }

    /// An item of `spec.helm.set` that sets one value: `image.tag=1.25`.
    struct Setting: Sendable {
        var index: Int
        /// With the "=".
        var head: String
        var place: ScalarPlace
    }

    private(set) var layers: [Layer] = []
    /// They win over all texts.
    private(set) var settings: [DocumentPath: Setting] = [:]
    /// All values as one tree, what subcharts have among them.
    private(set) var merged: Value

    init(_ part: Layout.Part, bytes: [String: [UInt8]], release: ChartRelease) {
        let spec = part.spec
        merged = Self.merged(release.chart, depth: 0)
        for values in release.values { merged = merged.overlaid(with: values) }
        if !spec.isPackedChart { addDefaults(release.chart, folder: spec.path, keys: [], bytes: bytes, depth: 0) }
        for name in spec.helm.valuesFiles {
            if let path = joined(spec.valuesFolder, name) { add(path, bytes: bytes, keys: []) }
        }
        guard fileName(of: spec.origin.file) == ApplicationFile.name else { return }
        let documents = Self.documents(spec.origin.file, bytes).filter {
            $0.value[path: "metadata", "name"]?.string == spec.name && $0.value["kind"]?.string == "Application"
        }
        layers.append(Layer(file: spec.origin.file, documents: documents, root: Self.inline, keys: []))
        for (index, text) in spec.helm.set.enumerated() {
            let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            // Lists and escapes are for hands.
            guard halves.count == 2, !text.contains("\\"), !text.contains(","), !text.contains("{"), !halves[0].contains("[") else { continue }
            let path = DocumentPath(halves[0].split(separator: ".").map { .key(String($0)) })
            let place = ScalarPlace(
                file: spec.origin.file, document: documents.last?.index ?? 0,
                path: [.key("spec"), .key("helm"), .key("set"), .index(index)], prefix: "\(halves[0])=")
            settings[path] = Setting(index: index, head: "\(halves[0])=", place: place)
            var over = Value.string(String(halves[1]))
            for step in path.steps.reversed() { if case .key(let key) = step { over = .mapping([key: over]) } }
            merged = merged.overlaid(with: over)
        }
    }

    static let inline: DocumentPath = [.key("spec"), .key("helm"), .key("values")]

    private mutating func addDefaults(_ chart: Chart, folder: String, keys: [String], bytes: [String: [UInt8]], depth: Int) {
        guard depth < 8 else { return }
        for dependency in chart.dependencies {
            let inner = joined(folder, "charts/\(dependency.name)") ?? folder
            // One that is packed has no text to edit.
            guard bytes["\(inner)/Chart.yaml"] != nil else { continue }
            for name in Self.names(of: dependency, in: chart) {
                addDefaults(dependency, folder: inner, keys: keys + [name], bytes: bytes, depth: depth + 1)
            }
        }
        add(joined(folder, "values.yaml") ?? "values.yaml", bytes: bytes, keys: keys)
    }

    private mutating func add(_ path: String, bytes: [String: [UInt8]], keys: [String]) {
        guard bytes[path] != nil else { return }
        layers.append(Layer(file: path, documents: Self.documents(path, bytes), root: [], keys: keys))
    }

    private static func documents(_ path: String, _ bytes: [String: [UInt8]]) -> [(index: Int, value: Value)] {
        let options = YAML.Options(maxBytes: nil, duplicateKeys: .last)
        return ((try? YAML.documents(bytes[path] ?? [], file: path, options: options)) ?? []).map { ($0.index, $0.value) }
    }

    /// What a dependency's values stand under: its name, or the aliases its parent gives it.
    private static func names(of dependency: Chart, in chart: Chart) -> [String] {
        let wanted = chart.metadata.dependencies.filter { $0.name == dependency.name }
        return wanted.isEmpty ? [dependency.name] : wanted.map { $0.alias.isEmpty ? $0.name : $0.alias }
    }

    private static func merged(_ chart: Chart, depth: Int) -> Value {
        var all = Value.mapping([:])
        guard depth < 8 else { return all }
        for dependency in chart.dependencies {
            let values = merged(dependency, depth: depth + 1)
            for name in names(of: dependency, in: chart) { all[name] = (all[name] ?? .null).overlaid(with: values) }
        }
        return all.overlaid(with: .mapping(chart.values))
    }

    // MARK: places

    /// Where the value that counts is written, and where one that wins over it would be: nil where it is nowhere.
    func place(of path: DocumentPath) -> ScalarPlace? {
        if let setting = settings[path] { return setting.place }
        for layer in layers.reversed() {
            guard let inner = layer.inside(path) else { continue }
            for document in layer.documents.reversed() where document.value[inner] != nil {
                return ScalarPlace(file: layer.file, document: document.index, path: inner)
            }
        }
        return nil
    }

    /// Where one's own values say the same as a place in a subchart's defaults; nil for any other place.
    func overriding(_ place: ScalarPlace) -> ScalarPlace? {
        guard let layer = layers.first(where: { $0.isVendored && $0.file == place.file }) else { return nil }
        return newPlace(for: DocumentPath(layer.keys.map { .key($0) } + place.path.steps), ownOnly: true)
    }

    /// Where a stronger text can say the same as a place in values; nil where there is none that may.
    func overriding(_ place: ScalarPlace, where mayBe: (String) -> Bool) -> ScalarPlace? {
        guard place.prefix.isEmpty, place.bytes == nil,
            let index = layers.firstIndex(where: { $0.file == place.file && place.path.steps.starts(with: $0.root.steps) })
        else { return nil }
        let layer = layers[index]
        let path = DocumentPath(layer.keys.map { .key($0) } + place.path.steps.dropFirst(layer.root.steps.count))
        var stronger = self
        stronger.layers = layers.dropFirst(index + 1).filter { mayBe($0.file) }
        return stronger.newPlace(for: path, ownOnly: true)
    }

    /// Where to write a value that is nowhere yet: in the strongest text that has the most of the way to it.
    /// - Parameter ownOnly: not in a subchart's defaults.
    func newPlace(for path: DocumentPath, ownOnly: Bool = false) -> ScalarPlace? {
        let steps = path.steps.prefix { if case .key = $0 { true } else { false } }
        guard steps.count == path.steps.count else { return nil }
        for length in stride(from: steps.count - 1, through: 0, by: -1) {
            for layer in layers.reversed() where !(ownOnly && layer.isVendored) {
                guard let outer = layer.inside(DocumentPath(Array(steps.prefix(length)))), let inner = layer.inside(path) else { continue }
                for document in layer.documents.reversed() {
                    guard case .mapping? = document.value[outer] else { continue }
                    return ScalarPlace(file: layer.file, document: document.index, path: inner)
                }
            }
        }
        guard let layer = layers.last(where: { $0.keys.isEmpty }) else { return nil }
        return layer.inside(path).map { ScalarPlace(file: layer.file, document: layer.documents.last?.index ?? 0, path: $0) }
    }
}

extension ValueLayers.Layer {
    /// A path among all values as one in a document of this layer; nil where it leads to somewhere else.
    fileprivate func inside(_ path: DocumentPath) -> DocumentPath? {
        guard path.steps.starts(with: keys.map { DocumentPath.Step.key($0) }) else { return nil }
        return DocumentPath(root.steps + path.steps.dropFirst(keys.count))
    }
}

extension Value {
    /// As Helm lays values files over each other: mappings are merged, anything else is replaced.
    func overlaid(with other: Value, depth: Int = 0) -> Value {
        guard depth < 100, case .mapping(let mapping) = other else { return isNull ? other : self }
        guard case .mapping(var result) = self else { return other }
        for entry in mapping {
            if case .mapping = entry.value, case .mapping? = result[entry.key] {
                result[entry.key] = result[entry.key]?.overlaid(with: entry.value, depth: depth + 1)
            } else {
                result[entry.key] = entry.value
            }
        }
        return .mapping(result)
    }

    /// The scalars of a tree with their paths, in order.
    var leaves: [(path: DocumentPath, value: Value)] {
        var found: [(path: DocumentPath, value: Value)] = []
        var open: [(Value, DocumentPath)] = [(self, [])]
        while let (value, path) = open.popLast() {
            switch value {
            case .mapping(let mapping): open += mapping.reversed().map { ($0.value, path.appending(.key($0.key))) }
            case .sequence(let items): open += items.enumerated().reversed().map { ($0.element, path.appending(.index($0.offset))) }
            default: found.append((path, value))
            }
        }
        return found
    }
}
