internal import Document
internal import Kubernetes

/// A container's image inside an object.
struct ContainerImage: Sendable, Hashable {
    var name: String
    /// Of the image, from the object's root.
    var path: DocumentPath
    /// Nil where the container names none.
    var image: String?
}

extension Value {
    /// The containers of a pod, or of whatever has a pod template, init containers among them.
    var containerImages: [ContainerImage] {
        let places = [["spec"], ["spec", "template", "spec"], ["spec", "jobTemplate", "spec", "template", "spec"]]
        return places.flatMap { place in
            ["containers", "initContainers"].flatMap { list -> [ContainerImage] in
                let items = self[path: place + [list]]?.sequence ?? []
                return items.enumerated().compactMap { index, item in
                    guard let name = item["name"]?.string else { return nil }
                    let keys = (place + [list]).map { DocumentPath.Step.key($0) }
                    return ContainerImage(
                        name: name, path: DocumentPath(keys + [.index(index), .key("image")]), image: item["image"]?.string)
                }
            }
        }
    }
}
