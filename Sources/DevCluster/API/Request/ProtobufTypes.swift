/// The wire numbers of what kubectl's own `create` commands, `autoscale`, `auth can-i` and `drain` send: since
/// 1.32 they speak protobuf to the built-in kinds. (`apply` and `create -f` speak JSON.)
///
/// A line is a message and its fields, `number name:type`: `s` text, `i` number, `b` boolean, `y` bytes, `q`
/// quantity, `x` number or text; `[T]` repeated, `{T}` a map; a field without a name is inlined. Numbers as k8s.io/api's generated.proto publishes them.
struct ProtobufTypes: Sendable {
    indirect enum Kind: Sendable {
        case text, number, boolean, bytes, quantity, intOrString
        case message(String)
        case list(Kind)
        case map(Kind)
    }

    struct Field: Sendable {
        var name: String
        var kind: Kind
    }

    static let shared = ProtobufTypes()

    private var messages: [String: [UInt64: Field]] = [:]

    /// The fields of a message by number; nil for one the table does not have.
    func fields(of message: String) -> [UInt64: Field]? { messages[message] }

    private init() {
        for line in Self.table.split(separator: "\n") {
            var words = line.split(separator: " ")[...]
            guard let name = words.popFirst() else { continue }
            var fields: [UInt64: Field] = [:]
            while let number = words.popFirst().flatMap({ UInt64($0) }), let word = words.popFirst() {
                let parts = word.split(separator: ":", omittingEmptySubsequences: false)
                guard let field = parts.first, let kind = parts.last else { continue }
                fields[number] = Field(name: String(field), kind: Self.kind(kind))
            }
            messages[String(name)] = fields
        }
    }

    private static func kind(_ word: Substring) -> Kind {
        if word.hasPrefix("[") { return .list(kind(word.dropFirst().dropLast())) }
        if word.hasPrefix("{") { return .map(kind(word.dropFirst().dropLast())) }
        switch word {
        case "s": return .text
        case "i": return .number
        case "b": return .boolean
        case "y": return .bytes
        case "q": return .quantity
        case "x": return .intOrString
        default: return .message(String(word))
        }
    }

    private static let table = """
        ObjectMeta 1 name:s 2 generateName:s 3 namespace:s 5 uid:s 6 resourceVersion:s 11 labels:{s} 12 annotations:{s} 14 finalizers:[s]
        LabelSelector 1 matchLabels:{s} 2 matchExpressions:[LabelSelectorRequirement]
        LabelSelectorRequirement 1 key:s 2 operator:s 3 values:[s]
        Namespace 1 metadata:ObjectMeta
        ConfigMap 1 metadata:ObjectMeta 2 data:{s} 3 binaryData:{y} 4 immutable:b
        Secret 1 metadata:ObjectMeta 2 data:{y} 3 type:s 4 stringData:{s} 5 immutable:b
        ServiceAccount 1 metadata:ObjectMeta
        Service 1 metadata:ObjectMeta 2 spec:ServiceSpec
        ServiceSpec 1 ports:[ServicePort] 2 selector:{s} 3 clusterIP:s 4 type:s 5 externalIPs:[s] 7 sessionAffinity:s 8 loadBalancerIP:s 10 externalName:s 18 clusterIPs:[s]
        ServicePort 1 name:s 2 protocol:s 3 port:i 4 targetPort:x 5 nodePort:i
        ResourceQuota 1 metadata:ObjectMeta 2 spec:ResourceQuotaSpec
        ResourceQuotaSpec 1 hard:{q} 2 scopes:[s]
        PodTemplateSpec 1 metadata:ObjectMeta 2 spec:PodSpec
        PodSpec 2 containers:[Container] 3 restartPolicy:s
        Container 1 name:s 2 image:s 3 command:[s] 4 args:[s] 5 workingDir:s 6 ports:[ContainerPort] 8 resources:ResourceRequirements 14 imagePullPolicy:s
        ContainerPort 1 name:s 2 hostPort:i 3 containerPort:i 4 protocol:s 5 hostIP:s
        ResourceRequirements 1 limits:{q} 2 requests:{q}
        Deployment 1 metadata:ObjectMeta 2 spec:DeploymentSpec
        DeploymentSpec 1 replicas:i 2 selector:LabelSelector 3 template:PodTemplateSpec 4 strategy:DeploymentStrategy
        DeploymentStrategy 1 type:s
        Job 1 metadata:ObjectMeta 2 spec:JobSpec
        JobSpec 1 parallelism:i 2 completions:i 3 activeDeadlineSeconds:i 4 selector:LabelSelector 5 manualSelector:b 6 template:PodTemplateSpec 7 backoffLimit:i
        CronJob 1 metadata:ObjectMeta 2 spec:CronJobSpec
        CronJobSpec 1 schedule:s 2 startingDeadlineSeconds:i 3 concurrencyPolicy:s 4 suspend:b 5 jobTemplate:JobTemplateSpec
        JobTemplateSpec 1 metadata:ObjectMeta 2 spec:JobSpec
        PolicyRule 1 verbs:[s] 2 apiGroups:[s] 3 resources:[s] 4 resourceNames:[s] 5 nonResourceURLs:[s]
        Role 1 metadata:ObjectMeta 2 rules:[PolicyRule]
        ClusterRole 1 metadata:ObjectMeta 2 rules:[PolicyRule] 3 aggregationRule:AggregationRule
        AggregationRule 1 clusterRoleSelectors:[LabelSelector]
        RoleBinding 1 metadata:ObjectMeta 2 subjects:[Subject] 3 roleRef:RoleRef
        ClusterRoleBinding 1 metadata:ObjectMeta 2 subjects:[Subject] 3 roleRef:RoleRef
        Subject 1 kind:s 2 apiGroup:s 3 name:s 4 namespace:s
        RoleRef 1 apiGroup:s 2 kind:s 3 name:s
        Ingress 1 metadata:ObjectMeta 2 spec:IngressSpec
        IngressSpec 1 defaultBackend:IngressBackend 2 tls:[IngressTLS] 3 rules:[IngressRule] 4 ingressClassName:s
        IngressTLS 1 hosts:[s] 2 secretName:s
        IngressRule 1 host:s 2 :IngressRuleValue
        IngressRuleValue 1 http:HTTPIngressRuleValue
        HTTPIngressRuleValue 1 paths:[HTTPIngressPath]
        HTTPIngressPath 1 path:s 2 backend:IngressBackend 3 pathType:s
        IngressBackend 4 service:IngressServiceBackend
        IngressServiceBackend 1 name:s 2 port:ServiceBackendPort
        ServiceBackendPort 1 name:s 2 number:i
        PodDisruptionBudget 1 metadata:ObjectMeta 2 spec:PodDisruptionBudgetSpec
        PodDisruptionBudgetSpec 1 minAvailable:x 2 selector:LabelSelector 3 maxUnavailable:x
        PriorityClass 1 metadata:ObjectMeta 2 value:i 3 globalDefault:b 4 description:s 5 preemptionPolicy:s
        HorizontalPodAutoscaler 1 metadata:ObjectMeta 2 spec:HorizontalPodAutoscalerSpec
        HorizontalPodAutoscalerSpec 1 scaleTargetRef:CrossVersionObjectReference 2 minReplicas:i 3 maxReplicas:i 4 targetCPUUtilizationPercentage:i
        CrossVersionObjectReference 1 kind:s 2 name:s 3 apiVersion:s
        Eviction 1 metadata:ObjectMeta 2 deleteOptions:DeleteOptions
        DeleteOptions 1 gracePeriodSeconds:i 2 preconditions:Preconditions 4 propagationPolicy:s 5 dryRun:[s]
        Preconditions 1 uid:s 2 resourceVersion:s
        SelfSubjectAccessReview 2 spec:SelfSubjectAccessReviewSpec
        SelfSubjectAccessReviewSpec 1 resourceAttributes:ResourceAttributes 2 nonResourceAttributes:NonResourceAttributes
        ResourceAttributes 1 namespace:s 2 verb:s 3 group:s 4 version:s 5 resource:s 6 subresource:s 7 name:s
        NonResourceAttributes 1 path:s 2 verb:s
        SelfSubjectRulesReview 2 spec:SelfSubjectRulesReviewSpec
        SelfSubjectRulesReviewSpec 1 namespace:s
        SelfSubjectReview 1 metadata:ObjectMeta
        """
}
