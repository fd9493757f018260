internal import Template

/// Helm's merging of values, on the shared maps that templates see: which maps are
/// copied and which are shared decides what a template's `set` changes elsewhere,
/// so the steps are Helm's own, copies included.
enum Coalescing {
    /// The values of a chart and everything below it, given ones first; null deletes.
    static func coalesced(_ chart: ChartNode, _ values: DatumMap) throws(ChartError) -> DatumMap {
        try coalesce(chart, deepCopy(values), merging: false)
    }

    /// The same, but nulls stay.
    static func merged(_ chart: ChartNode, _ values: DatumMap) throws(ChartError) -> DatumMap {
        try coalesce(chart, deepCopy(values), merging: true)
    }

    private static func coalesce(_ chart: ChartNode, _ target: DatumMap, merging: Bool) throws(ChartError) -> DatumMap {
        coalesceValues(chart, target, merging: merging)
        for subchart in chart.dependencies {
            switch target[subchart.name] {
            case nil: target[subchart.name] = .map(DatumMap())
            case .map?: break
            case let other?:
                throw ChartError(
                    .values, chart: chart.name, message: "type mismatch on \(subchart.name): \(goSprintf("%t", [other]))")
            }
            guard case .map(let inner)? = target[subchart.name] else { continue }
            coalesceGlobals(inner, from: target)
            target[subchart.name] = .map(try coalesce(subchart, inner, merging: merging))
        }
        return target
    }

    /// Passes globals down: a subchart gets what its parent has.
    private static func coalesceGlobals(_ target: DatumMap, from source: DatumMap) {
        let key = "global"
        let targetGlobals: DatumMap
        switch target[key] {
        case nil: targetGlobals = DatumMap()
        case .map(let map)?: targetGlobals = map
        default: return
        }
        let sourceGlobals: DatumMap
        switch source[key] {
        case nil: sourceGlobals = DatumMap()
        case .map(let map)?: sourceGlobals = map
        default: return
        }
        for (name, value) in sourceGlobals.storage {
            if case .map(let table) = value {
                let copy = DatumMap(table.storage)
                switch targetGlobals[name] {
                case nil: targetGlobals[name] = .map(copy)
                case .map(let existing)?:
                    mergeTables(copy, existing, merging: true)
                    targetGlobals[name] = .map(copy)
                default: continue
                }
            } else if case .map? = targetGlobals[name] {
                continue
            } else {
                targetGlobals[name] = value
            }
        }
        target[key] = .map(targetGlobals)
    }

    private static func coalesceValues(_ chart: ChartNode, _ target: DatumMap, merging: Bool) {
        for (key, value) in deepCopy(chart.values).storage {
            guard let existing = target[key] else {
                // A default that is null counts as none (Helm 4.2).
                if !merging {
                    if value.isNil { continue }
                    if case .map(let table) = value { removeNulls(table) }
                }
                target[key] = value
                continue
            }
            if existing.isNil, !merging {
                target[key] = nil
            } else if case .map(let table) = existing, case .map(let source) = value {
                // What is meant for a subchart keeps its nulls until the subchart's own turn.
                let keepsNulls = merging || chart.dependencies.contains { $0.name == key }
                if !keepsNulls { removeNulls(source) }
                mergeTables(table, source, merging: keepsNulls)
            }
        }
    }

    private static func removeNulls(_ table: DatumMap, depth: Int = 0) {
        guard depth < depthOfValues else { return }
        for (key, value) in table.storage {
            if value.isNil {
                table[key] = nil
            } else if case .map(let inner) = value {
                removeNulls(inner, depth: depth + 1)
            }
        }
    }

    /// Fills a table with what another has and it has not. Unless merging, a null in
    /// the first deletes what the second has; one that meets nothing stays.
    @discardableResult
    static func mergeTables(_ target: DatumMap, _ source: DatumMap, merging: Bool, depth: Int = 0) -> DatumMap {
        guard depth < depthOfValues, target !== source else { return target }
        let original = source.storage
        for (key, value) in target.storage where value.isNil { source[key] = .null }
        for (key, value) in source.storage {
            guard let existing = target[key] else {
                target[key] = value
                continue
            }
            if existing.isNil, !merging, original[key].map({ !$0.isNil }) ?? false {
                target[key] = nil
            } else if case .map(let table) = value, case .map(let existingTable) = existing {
                mergeTables(existingTable, table, merging: merging, depth: depth + 1)
            }
        }
        return target
    }

    /// A map that shares nothing with the original.
    static func deepCopy(_ map: DatumMap, depth: Int = 0) -> DatumMap {
        DatumMap(map.storage.mapValues { deepCopy($0, depth: depth + 1) }, of: map.element, name: map.name, methods: map.methods)
    }

    static func deepCopy(_ value: Datum, depth: Int = 0) -> Datum {
        guard depth < depthOfValues else { return value }
        return switch value {
        case .map(let map): .map(deepCopy(map, depth: depth))
        case .list(let items, let element): .list(items.map { deepCopy($0, depth: depth + 1) }, of: element)
        default: value
        }
    }
}
