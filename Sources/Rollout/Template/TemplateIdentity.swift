internal import Basics
internal import Crypto
package import Document
package import Kubernetes

/// Identifies a pod template as git writes it, so that a rejected one is known
/// again without asking the server.
package func templateIdentity(_ object: Object) -> String {
    let template = object.value[path: "spec", "template"] ?? .null
    return hexText(SHA256.hash(data: JSON.write(template, sortedKeys: true)).prefix(8))
}

/// The candidate's `pod-template-hash`: ten letters of Kubernetes' own alphabet
/// (k8s.io/apimachinery/pkg/util/rand), so that nothing else about it is special.
///
/// - Parameter template: with the server's defaults, from a dry run.
package func templateHash(_ template: Value) -> String {
    let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
    var letters = ""
    for byte in SHA256.hash(data: JSON.write(template, sortedKeys: true)).prefix(10) {
        let index = Int(byte) % alphabet.count
        if alphabet.indices.contains(index) { letters.append(alphabet[index]) }
    }
    return letters
}

/// The label by which a set and its pods are told from those of other templates.
package let templateHashLabel = "pod-template-hash"
