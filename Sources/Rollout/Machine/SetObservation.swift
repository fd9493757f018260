package import Basics

/// What is seen of a StatefulSet or a DaemonSet beyond what every workload has.
///
/// Their controllers keep each template in a ControllerRevision, and put pods of
/// two templates side by side when they are told to wait: by `partition`, or by
/// `OnDelete`.
package struct SetObservation: Sendable, Hashable {
    package struct Pod: Sendable, Hashable {
        package var name: String
        package var uid: String
        /// Its `controller-revision-hash`.
        package var hash: String
        package var isReady: Bool
        package var isLeaving: Bool

        package init(name: String, uid: String, hash: String, isReady: Bool, isLeaving: Bool = false) {
            (self.name, self.uid, self.hash, self.isReady, self.isLeaving) = (name, uid, hash, isReady, isLeaving)
        }
    }

    package var kind: String
    /// `spec.updateStrategy.rollingUpdate.partition` of the live StatefulSet: only pods from this ordinal on get the
    /// stated template.
    package var partition: Int
    /// How many pods of a DaemonSet may be away at once: its own `maxUnavailable`.
    package var limit: Int
    /// The hash of the stated template's revision; "" until it is known.
    package var statedHash: String
    /// The revision that holds the stable template is there, and so the way back.
    package var knowsStable: Bool
    package var pods: [Pod]
    /// When a pod of the new version last became ready.
    package var progressedAt: Timestamp?

    package init(
        kind: String, partition: Int = 0, limit: Int = 1, statedHash: String, knowsStable: Bool = true, pods: [Pod] = [],
        progressedAt: Timestamp? = nil
    ) {
        (self.kind, self.partition, self.limit, self.statedHash) = (kind, partition, limit, statedHash)
        (self.knowsStable, self.pods, self.progressedAt) = (knowsStable, pods, progressedAt)
    }

    var isDaemon: Bool { kind == "DaemonSet" }
}
