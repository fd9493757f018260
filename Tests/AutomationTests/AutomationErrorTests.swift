import Automation
import Kubernetes
import Testing

@Suite struct AutomationErrorTests {
    @Test func saysWhereAndWhatToDo() {
        let error = AutomationError(
            .locked, "the workload is locked by \"ann\"", origin: Origin(file: "a.yaml", line: 3), advice: "unlock it first")
        #expect(error.description == "a.yaml:3: the workload is locked by \"ann\"; unlock it first")
    }
}
