internal import Document

/// Any other kind, by the conditions that most controllers write: `Stalled` and
/// `Reconciling` (kstatus), `Ready`, `Available`, and `Programmed` (Gateway API).
/// A kind without conditions is as healthy as it will ever be.
func conditionsHealth(_ status: ObjectStatus) -> Health {
    if let stalled = status.condition("Stalled"), stalled.isTrue { return .degraded(stalled.text) }
    if let reconciling = status.condition("Reconciling"), reconciling.isTrue { return .progressing(reconciling.text) }
    for type in ["Ready", "Available", "Programmed"] {
        guard let condition = status.condition(type) else { continue }
        if condition.isTrue { return .healthy }
        return .progressing(condition.text.isEmpty ? "condition \"\(type)\" is not true" : condition.text)
    }
    return .healthy
}

/// A route of the Gateway API: every gateway it names accepts it and finds what it sends to.
func routeHealth(_ status: ObjectStatus) -> Health {
    let wanted = status.spec["parentRefs"]?.sequence?.count ?? 0
    let parents = status.status["parents"]?.sequence ?? []
    for parent in parents {
        for type in ["Accepted", "ResolvedRefs"] {
            guard let condition = ObjectStatus.condition(type, in: parent), condition.isFalse else { continue }
            let name = parent["parentRef"]?["name"]?.string ?? ""
            let text = "gateway \"\(name)\": \(condition.text)"
            return condition.reason == "Pending" ? .progressing(text) : .degraded(text)
        }
    }
    return parents.count < wanted ? .progressing("\(parents.count) of \(wanted) gateways have answered") : .healthy
}
