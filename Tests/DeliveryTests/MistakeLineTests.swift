@testable import Delivery
import Document
import Kubernetes
import Testing

/// The line of the file to blame for what a server said.
@Suite struct MistakeLineTests {
    private let text = """
        # first
        apiVersion: v1
        kind: Service
        metadata: {name: a}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: b
        spec:
          template:
            spec:
              containers:
              - name: web
                image: a
                ports:
                - containerPort: 80
                - containerPort: 90
                  protocol: UDP
              - name: side
                imge: b
        """

    @Test(arguments: [
        (".spec.template.spec.containers[name=\"side\"].imge", 21), ("spec.template.spec.containers[1].imge", 21),
        ("spec.template.spec.containers[0].image", 15), (".spec.template.spec.containers[name=\"web\"].ports[containerPort=90,protocol=\"UDP\"]", 18),
        (".spec.template.spec.containers[name=\"web\"].ports[containerPort=80,protocol=\"TCP\"]", 17),
        ("spec.selector", 10), ("spec.template.spec.containers[9].image", 13), (".spec.template.spec.containers[name=\"no\"].image", 13),
        ("metadata.name", 9), ("metadata.labels[app]", 8), ("spec.template.spec.containers[-1]", 13), ("spec..template", 11),
    ]) func lines(_ field: String, _ line: Int) {
        #expect(mistakeLine(Origin(file: "a.yaml", line: 6), bytes: Array(text.utf8), field: field) == line)
    }

    @Test(arguments: ["", "nothing.like.it", "[", "[]", "...", "]"])
    func noLine(_ field: String) {
        #expect(mistakeLine(Origin(file: "a.yaml", line: 6), bytes: Array(text.utf8), field: field) == nil)
    }

    @Test func noPlace() {
        #expect(mistakeLine(Origin(file: "a.yaml", line: nil), bytes: Array(text.utf8), field: "spec") == nil)
        #expect(mistakeLine(Origin(file: "a.yaml", line: 3), bytes: Array(text.utf8), field: "spec") == nil, "no document begins there")
        #expect(mistakeLine(Origin(file: "a.yaml", line: 1), bytes: Array("a: [".utf8), field: "a") == nil)
    }

    @Test(arguments: [
        ("failed to create typed patch object (shop/b; apps/v1, Kind=Deployment): .spec.template.spec.containers[name=\"web\"].imge: field not declared in schema",
            ".spec.template.spec.containers[name=\"web\"].imge"),
        ("strict decoding error: unknown field \"spec.x\", unknown field \"spec.y\"", "spec.x"),
        ("something else", nil), ("", nil), (".", nil), ("unknown field \"", ""),
    ] as [(String, String?)]) func fieldsInMessages(_ message: String, _ field: String?) {
        #expect(fieldNamed(in: message) == field)
    }
}
