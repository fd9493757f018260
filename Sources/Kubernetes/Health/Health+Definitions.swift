internal import Document

/// A CustomResourceDefinition: established, so that objects of its kind can be made.
func definitionHealth(_ status: ObjectStatus) -> Health {
    if let accepted = status.condition("NamesAccepted"), accepted.isFalse { return .degraded(accepted.text) }
    guard let established = status.condition("Established") else { return .progressing("the definition is not established yet") }
    if established.isTrue { return .healthy }
    return established.reason == "Installing" || established.reason.isEmpty
        ? .progressing(established.text) : .degraded(established.text)
}

/// An APIService: its server answers.
func apiServiceHealth(_ status: ObjectStatus) -> Health {
    guard let available = status.condition("Available") else { return .progressing("the API is not available yet") }
    return available.isTrue ? .healthy : .progressing(available.text)
}
