import Document
import Kubernetes

extension ResourceType {
    func table(of objects: [StoredObject], version: String, includes: ObjectForm.TableObject, metadata: Mapping) -> Value { [:] }
}
