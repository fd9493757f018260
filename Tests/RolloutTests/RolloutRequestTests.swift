import Testing

@testable import Rollout

@Suite struct RolloutRequestTests {
    @Test(arguments: RolloutRequest.Verb.allCases) func itIsReadAsItIsWritten(_ verb: RolloutRequest.Verb) {
        let request = RolloutRequest(id: "01", verb: verb)
        #expect(RolloutRequest(request.text) == request)
    }

    @Test(arguments: ["", "promote", "launch 1", "promote 1 2"]) func anythingElseIsNone(_ text: String) {
        #expect(RolloutRequest(text) == nil)
    }
}
