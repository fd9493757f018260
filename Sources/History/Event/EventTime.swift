package import Basics

extension Timestamp {
    /// RFC 3339 in UTC with milliseconds, as events are told to programs.
    package var inMilliseconds: String { String(microTime.dropLast(4)) + "Z" }
}
