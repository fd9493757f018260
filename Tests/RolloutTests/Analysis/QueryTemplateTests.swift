import Kubernetes
import Rollout
import Testing

/// Users' queries: names go in as values, whatever they hold.
@Suite struct QueryTemplateTests {
    static let arm = ArmIdentity(namespace: "shop", workload: "web", hash: "abc12", pods: ["web-abc12-b", "web-abc12-a"], services: ["web--next"])

    static let queries: [(String, String)] = [
        ("up", "up"),
        ("a{pod=~\"{{pods}}\"}", "a{pod=~\"web-abc12-a|web-abc12-b\"}"),
        ("a{pod!~ '{{ pods }}',x='y'}", "a{pod!~ 'web-abc12-a|web-abc12-b',x='y'}"),
        ("a{n=\"{{namespace}}\",w=\"x-{{workload}}-y\",s=~\"{{services}}\"}", "a{n=\"shop\",w=\"x-web-y\",s=~\"web--next\"}"),
        ("a{h=\"{{hash}}\",v=\"{{arm}}\"} # {{pods}}", "a{h=\"abc12\",v=\"next\"} # {{pods}}"),
        ("label_replace(a, \"x\", \"{{workload}}\", \"\", \"\")", "label_replace(a, \"x\", \"web\", \"\", \"\")"),
        ("a{b=\"\\\"{{arm}}\"}", "a{b=\"\\\"next\"}"), ("a{b=`\\`,c=\"{{arm}}\"}", "a{b=`\\`,c=\"next\"}"),
    ]

    @Test(arguments: queries) func namesGoIn(_ text: String, _ expected: String) throws { #expect(try QueryTemplate(text).query(.next, Self.arm) == expected) }

    static let mistakes: [(String, String)] = [
        ("", "it is empty"), ("  \n", "it is empty"), ("a{b=\"c}", "no closing quote"), ("a{b=\"{{pods\"}", "has no \"}}\""), ("a{b=\"{{\"}", "has no \"}}\""),
        ("{{pods}}", "outside of a string"), ("a{b=~`{{pods}}`}", "outside of a string"), ("a{b=\"{{pods}}\"}", "write =~"), ("a{b=~\"c\",d=\"{{services}}\"}", "write =~"),
        ("a{b=\"{{}}\"}", "there is no {{}}"), ("a{b=\"{{pod}}\"}", "did you mean {{pods}}?"), (String(repeating: "a", count: 9000), "longer than"),
    ]

    @Test(arguments: mistakes) func mistakesAreTold(_ text: String, _ says: String) throws {
        let problem = try #require(throws: QueryTemplate.Problem.self) { try QueryTemplate(text) }
        #expect(problem.description.contains(says), "\(problem)")
    }

    @Test func nothingBreaksOut() throws {
        let odd = ArmIdentity(namespace: "a\"} or vector(1) #", workload: "x'\\\n\u{1}", hash: ".*", pods: ["p.1\"|.*", "(q"], services: [])
        let template = try QueryTemplate("a{n=\"{{namespace}}\",w='{{workload}}',h=~\"{{hash}}\",p=~\"{{pods}}\",s=~\"{{services}}\"}")
        #expect(
            template.query(.stable, odd)
                == #"a{n="a\"} or vector(1) #",w='x\'\\\n\x01',h=~"\\.\\*",p=~"\\(q|p\\.1\"\\|\\.\\*",s=~"\\x00"}"#)
    }

    @Test func whichTellOneArmFromTheOther() throws {
        for name in ["pods", "services"] { #expect(try QueryTemplate("a{b=~\"{{\(name)}}\"}").namesArm) }
        for name in ["hash", "arm"] { #expect(try QueryTemplate("a{b=\"{{\(name)}}\"}").namesArm) }
        for name in ["namespace", "workload"] { #expect(try !QueryTemplate("a{b=\"{{\(name)}}\"}").namesArm) }
    }

    @Test func namesOfMetrics() throws {
        let workload = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")
        let lag = MetricDefinition(name: "queue-lag", kind: .value(try QueryTemplate("up"), max: 1, min: nil))
        #expect(try metricDefinitions(named: ["queue-lag", "errors"], documents: [lag], workload: workload) == [lag, .errors])
        for (name, says) in [("latncy", "did you mean \"latency\"?"), ("queue-lg", "did you mean \"queue-lag\"?"), ("x", "there are \"errors\", \"latency\", \"queue-lag\"")] {
            let error = try #require(throws: RolloutError.self) { try metricDefinitions(named: ["errors", name], documents: [lag], workload: workload) }
            #expect(error.annotation == "martlet.dev/analysis" && error.description.contains(says), "\(error)")
        }
    }
}
