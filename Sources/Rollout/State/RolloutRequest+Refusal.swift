extension RolloutRequest.Verb {
    /// Why asking for this makes no sense of a rollout that stands so, with what to do instead; nil where it does.
    ///
    /// A courtesy to whoever asks: the daemon decides on what it finds when it reads the request.
    ///
    /// - Parameter state: nil where no rollout runs and none was rejected.
    package func refusal(in state: RolloutState?) -> String? {
        guard let state else {
            return self == .restore ? "its own controller has it already" : "no rollout of it runs"
        }
        switch (self, state.phase) {
        case (.retry, .rejected), (.restore, _): return nil
        case (.retry, _): return "its rollout is not rejected: it is \(state.phase.rawValue)"
        case (.abort, .rejected): return "its rollout is rejected already: it is back at the stable version"
        case (_, .rejected): return "its rollout is rejected: try the same version again with \"martlet retry\""
        case (.abort, .aborting): return "its rollout is on the way back already"
        case (_, .aborting): return "its rollout is on the way back: it can be tried again when that is over, with \"martlet retry\""
        case (.promote, .promoting) where state.pausedAt == nil: return "the new version is being made the version of all already"
        case (.promote, .planned), (.promote, .starting), (.promote, .stepping), (.promote, .verifying):
            return state.pausedAt == nil ? "nothing waits to be promoted now: it is \(state.phase.rawValue)" : nil
        case (.pause, _) where state.pausedAt != nil: return "it is paused already: \"martlet promote\" goes on"
        case (.promote, _), (.pause, _), (.abort, _): return nil
        }
    }
}
