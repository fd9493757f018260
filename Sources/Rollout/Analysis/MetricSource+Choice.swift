/// Which series there are for the two versions: one question for all of them.
extension MetricSource {
    private static let sourceLabel = "martlet_source", armLabel = "martlet_arm"

    /// A query whose answer `choose` reads; nil where the arms have no names to ask for.
    package static func probe(_ sources: [MetricSource], _ arms: [Arm: ArmIdentity]) -> String? {
        var terms: [String] = []
        for (index, source) in sources.enumerated() {
            for arm in Arm.allCases {
                guard let matchers = source.matchers(arm, arms) else { continue }
                let count: String
                switch source.outcome {
                case .status(let labels): count = "count by (\(labels.joined(separator: ","))) (\(source.metric){\(matchers)})"
                case .slow: count = "count(\(source.metric)_bucket{\(matchers)})"
                }
                terms.append(
                    "label_replace(label_replace(\(count),\"\(sourceLabel)\",\"\(index)\",\"\",\"\"),\"\(armLabel)\",\"\(arm.rawValue)\",\"\",\"\")")
            }
        }
        return terms.isEmpty ? nil : terms.joined(separator: " or ")
    }

    /// The first that knows both versions; else the first that knows one, for the new one may not have been asked anything yet.
    ///
    /// - Parameter answer: the labels of what `probe` gave.
    package static func choose(_ sources: [MetricSource], _ answer: [[String: String]]) -> (source: MetricSource, knowsBoth: Bool)? {
        var known: [Int: Set<Arm>] = [:]
        for labels in answer {
            guard let index = labels[sourceLabel].flatMap({ Int($0) }), sources.indices.contains(index),
                let arm = labels[armLabel].flatMap(Arm.init(rawValue:))
            else { continue }
            // A counter without a status would never tell of an error.
            if case .status(let names) = sources[index].outcome, !names.contains(where: { labels[$0]?.isEmpty == false }) { continue }
            known[index, default: []].insert(arm)
        }
        let order = known.keys.sorted()
        guard let best = order.first(where: { known[$0]?.count == Arm.allCases.count }) ?? order.first, sources.indices.contains(best) else { return nil }
        return (sources[best], known[best]?.count == Arm.allCases.count)
    }
}
