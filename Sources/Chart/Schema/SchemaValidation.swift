internal import Template

/// Holds values against the schemas of a chart and of the charts below it, as Helm does between merging values and rendering.
enum SchemaValidation {
    /// Throws what does not fit, chart by chart.
    static func check(_ chart: ChartNode, _ values: DatumMap, cache: TemplateCache?) throws(ChartError) {
        let problems = problems(chart, values, cache)
        guard !problems.isEmpty else { return }
        throw ChartError(
            .values, chart: chart.name, file: "values.schema.json",
            message: "values don't meet the specifications of the schema(s) in the following chart(s):\n" + problems)
    }

    private static func problems(_ chart: ChartNode, _ values: DatumMap, _ cache: TemplateCache?) -> String {
        var text = ""
        if let schema = chart.schema, let problem = problem(schema, values, cache) { text += "\(chart.name):\n\(problem)" }
        for subchart in chart.dependencies {
            switch values[subchart.name] {
            case nil, .undefined?, .null?: continue
            case .map(let inner)?: text += problems(subchart, inner, cache)
            case let other?: text += "\(subchart.name):\ninvalid type for values: expected object (map), got \(other.typeName)\n"
            }
        }
        return text
    }

    /// What is wrong with the values, or with the schema; only the former ends its line.
    private static func problem(_ bytes: [UInt8], _ values: DatumMap, _ cache: TemplateCache?) -> String? {
        let schema: CompiledSchema
        do throws(SchemaError) {
            schema = try compiled(bytes, cache)
        } catch {
            return error.message
        }
        do throws(SchemaValidator.Exhausted) {
            let faults = try SchemaValidator.faults(schema, .map(values))
            return faults.isEmpty ? nil : SchemaFault.text(faults) + "\n"
        } catch {
            return error.message
        }
    }

    private static func compiled(_ bytes: [UInt8], _ cache: TemplateCache?) throws(SchemaError) -> CompiledSchema {
        if let known = cache?.schema(bytes) { return known }
        let schema = try SchemaCompiler.compile(bytes)
        cache?.keep(schema, for: bytes)
        return schema
    }
}
