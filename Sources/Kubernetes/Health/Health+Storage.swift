internal import Document

/// A PersistentVolumeClaim: bound to a volume.
func claimHealth(_ status: ObjectStatus) -> Health {
    switch status.status["phase"]?.string {
    case "Bound": .healthy
    case "Lost": .degraded("the claim's volume is lost")
    case let phase: .progressing("the claim is not bound, phase \(phase ?? "Pending")")
    }
}

/// A PersistentVolume: anything but failed.
func volumeHealth(_ status: ObjectStatus) -> Health {
    guard status.status["phase"]?.string == "Failed" else { return .healthy }
    return .degraded(status.status["message"]?.string ?? "the volume failed")
}
