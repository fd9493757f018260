extension BuiltInTypes {
    /// Who may do what.
    /// Fields, list types and patch strategies as Kubernetes 1.32 publishes them in its OpenAPI.
    static let access = """
        group rbac rbac.authorization.k8s.io/v1
        AggregationRule clusterRoleSelectors:[meta.LabelSelector]
        *ClusterRole aggregationRule:AggregationRule rules:[PolicyRule]
        *ClusterRoleBinding roleRef!:RoleRef subjects:[Subject]
        PolicyRule apiGroups:[string] nonResourceURLs:[string] resourceNames:[string] resources:[string] verbs!:[string]
        *Role rules:[PolicyRule]
        *RoleBinding roleRef!:RoleRef subjects:[Subject]
        RoleRef= apiGroup!:string kind!:string name!:string
        Subject= apiGroup:string kind!:string name!:string namespace:string
        group authentication authentication.k8s.io/v1
        BoundObjectReference apiVersion:string kind:string name:string uid:string
        *SelfSubjectReview status:SelfSubjectReviewStatus
        SelfSubjectReviewStatus userInfo:UserInfo
        *TokenRequest spec!:TokenRequestSpec status:TokenRequestStatus
        TokenRequestSpec audiences!:[string] boundObjectRef:BoundObjectReference expirationSeconds:int64
        TokenRequestStatus expirationTimestamp!:time token!:string
        *TokenReview spec!:TokenReviewSpec status:TokenReviewStatus
        TokenReviewSpec audiences:[string] token:string
        TokenReviewStatus audiences:[string] authenticated:bool error:string user:UserInfo
        UserInfo extra:{[string]} groups:[string] uid:string username:string
        group authorization authorization.k8s.io/v1
        FieldSelectorAttributes rawSelector:string requirements:[meta.FieldSelectorRequirement]
        LabelSelectorAttributes rawSelector:string requirements:[meta.LabelSelectorRequirement]
        *LocalSubjectAccessReview spec!:SubjectAccessReviewSpec status:SubjectAccessReviewStatus
        NonResourceAttributes path:string verb:string
        NonResourceRule nonResourceURLs:[string] verbs!:[string]
        ResourceAttributes fieldSelector:FieldSelectorAttributes group:string labelSelector:LabelSelectorAttributes
          name:string namespace:string resource:string subresource:string verb:string version:string
        ResourceRule apiGroups:[string] resourceNames:[string] resources:[string] verbs!:[string]
        *SelfSubjectAccessReview spec!:SelfSubjectAccessReviewSpec status:SubjectAccessReviewStatus
        SelfSubjectAccessReviewSpec nonResourceAttributes:NonResourceAttributes resourceAttributes:ResourceAttributes
        *SelfSubjectRulesReview spec!:SelfSubjectRulesReviewSpec status:SubjectRulesReviewStatus
        SelfSubjectRulesReviewSpec namespace:string
        *SubjectAccessReview spec!:SubjectAccessReviewSpec status:SubjectAccessReviewStatus
        SubjectAccessReviewSpec extra:{[string]} groups:[string] nonResourceAttributes:NonResourceAttributes
          resourceAttributes:ResourceAttributes uid:string user:string
        SubjectAccessReviewStatus allowed!:bool denied:bool evaluationError:string reason:string
        SubjectRulesReviewStatus evaluationError:string incomplete!:bool nonResourceRules!:[NonResourceRule]
          resourceRules!:[ResourceRule]
        group certificates certificates.k8s.io/v1
        *CertificateSigningRequest spec!:CertificateSigningRequestSpec status:CertificateSigningRequestStatus
        CertificateSigningRequestCondition lastTransitionTime:time lastUpdateTime:time message:string reason:string
          status!:string type!:string
        CertificateSigningRequestSpec expirationSeconds:int32 extra:{[string]} groups:[string] request!:bytes
          signerName!:string uid:string usages:[string] username:string
        CertificateSigningRequestStatus certificate:bytes conditions:[CertificateSigningRequestCondition]{type}
        group flowcontrol flowcontrol.apiserver.k8s.io/v1
        ExemptPriorityLevelConfiguration lendablePercent:int32 nominalConcurrencyShares:int32
        FlowDistinguisherMethod type!:string
        *FlowSchema spec:FlowSchemaSpec status:FlowSchemaStatus
        FlowSchemaCondition lastTransitionTime:time message:string reason:string status:string type:string
        FlowSchemaSpec distinguisherMethod:FlowDistinguisherMethod matchingPrecedence:int32
          priorityLevelConfiguration!:PriorityLevelConfigurationReference rules:[PolicyRulesWithSubjects]
        FlowSchemaStatus conditions:[FlowSchemaCondition]{type}~type
        GroupSubject name!:string
        LimitResponse queuing:QueuingConfiguration type!:string
        LimitedPriorityLevelConfiguration borrowingLimitPercent:int32 lendablePercent:int32 limitResponse:LimitResponse
          nominalConcurrencyShares:int32
        NonResourcePolicyRule nonResourceURLs!:[string]{} verbs!:[string]{}
        PolicyRulesWithSubjects nonResourceRules:[NonResourcePolicyRule] resourceRules:[ResourcePolicyRule]
          subjects!:[Subject]
        *PriorityLevelConfiguration spec:PriorityLevelConfigurationSpec status:PriorityLevelConfigurationStatus
        PriorityLevelConfigurationCondition lastTransitionTime:time message:string reason:string status:string type:string
        PriorityLevelConfigurationReference name!:string
        PriorityLevelConfigurationSpec exempt:ExemptPriorityLevelConfiguration limited:LimitedPriorityLevelConfiguration
          type!:string
        PriorityLevelConfigurationStatus conditions:[PriorityLevelConfigurationCondition]{type}~type
        QueuingConfiguration handSize:int32 queueLengthLimit:int32 queues:int32
        ResourcePolicyRule apiGroups!:[string]{} clusterScope:bool namespaces:[string]{} resources!:[string]{}
          verbs!:[string]{}
        ServiceAccountSubject name!:string namespace!:string
        Subject group:GroupSubject kind!:string serviceAccount:ServiceAccountSubject user:UserSubject
        UserSubject name!:string
        """
}
