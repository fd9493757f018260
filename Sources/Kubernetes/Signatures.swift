package import Document

/// Where an object was written.
package struct Origin: Sendable, Hashable, CustomStringConvertible {
    package var file: String
    package var line: Int?
    package init(file: String, line: Int? = nil) { self.file = file; self.line = line }
    package var description: String { line.map { "\(file):\($0)" } ?? file }
}

package struct Difference: Sendable, Hashable {
    package var path: DocumentPath
    package var from: Value?
    package var to: Value?
    package init(path: DocumentPath, from: Value?, to: Value?) { self.path = path; self.from = from; self.to = to }
}
/// How the live object differs from the desired one in what the desired one says.
package func differences(_ live: Value, _ desired: Value, schema: Schema? = nil) -> [Difference] { [] }
package func unifiedDiff(_ from: String, _ to: String, fromName: String, toName: String, context: Int = 3) -> String { "" }
/// The object with secret values replaced by `***` and what `digest` makes of each, so that changed values look different.
package func masked(_ object: Object, digest: (String) -> String = { _ in "" }) -> Object { object }

package struct AnnotationError: Error, Sendable, Hashable, CustomStringConvertible {
    package var annotation: String
    package var value: String
    package var problem: String
    package var nearest: String?
    package var description: String { "" }
}
/// What an object's annotations ask of Martlet.
package struct ObjectPolicy: Sendable, Hashable {
    package var isIgnored = false
    package var prunes = true
    package var replaces = false
    package var wave = 0
    package init() {}
}
package func policy(of object: Object) throws(AnnotationError) -> ObjectPolicy { ObjectPolicy() }
/// `martlet.dev/tracking`: `app:group/kind:namespace/name`.
package struct Tracking: Sendable, Hashable, CustomStringConvertible {
    package var application: String
    package var key: ObjectKey
    package init(application: String, key: ObjectKey) { self.application = application; self.key = key }
    package init?(_ text: String) { return nil }
    package var description: String { "" }
}
package enum MartletAnnotations {
    package static let prefix = "martlet.dev/"
    package static let application = "martlet.dev/application"
    package static let tracking = "martlet.dev/tracking"
    package static let wave = "martlet.dev/wave"
    package static let argoWave = "argocd.argoproj.io/sync-wave"
}
