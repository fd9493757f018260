extension BuiltInTypes {
    /// What extends the API server.
    /// Fields, list types and patch strategies as Kubernetes 1.32 publishes them in its OpenAPI.
    static let extensions = """
        group apiextensions apiextensions.k8s.io/v1
        CustomResourceColumnDefinition description:string format:string jsonPath!:string name!:string priority:int32
          type!:string
        CustomResourceConversion strategy!:string webhook:WebhookConversion
        *CustomResourceDefinition spec!:CustomResourceDefinitionSpec status:CustomResourceDefinitionStatus
        CustomResourceDefinitionCondition lastTransitionTime:time message:string reason:string status!:string type!:string
        CustomResourceDefinitionNames categories:[string] kind!:string listKind:string plural!:string shortNames:[string]
          singular:string
        CustomResourceDefinitionSpec conversion:CustomResourceConversion group!:string names!:CustomResourceDefinitionNames
          preserveUnknownFields:bool scope!:string versions!:[CustomResourceDefinitionVersion]
        CustomResourceDefinitionStatus acceptedNames:CustomResourceDefinitionNames
          conditions:[CustomResourceDefinitionCondition]{type} storedVersions:[string]
        CustomResourceDefinitionVersion additionalPrinterColumns:[CustomResourceColumnDefinition] deprecated:bool
          deprecationWarning:string name!:string schema:CustomResourceValidation selectableFields:[SelectableField]
          served!:bool storage!:bool subresources:CustomResourceSubresources
        CustomResourceSubresourceScale labelSelectorPath:string specReplicasPath!:string statusReplicasPath!:string
        CustomResourceSubresources scale:CustomResourceSubresourceScale status:any
        CustomResourceValidation openAPIV3Schema:JSONSchemaProps
        ExternalDocumentation description:string url:string
        JSONSchemaProps $ref:string $schema:string additionalItems:any additionalProperties:any allOf:[JSONSchemaProps]
          anyOf:[JSONSchemaProps] default:json definitions:{JSONSchemaProps} dependencies:{any} description:string
          enum:[json] example:json exclusiveMaximum:bool exclusiveMinimum:bool externalDocs:ExternalDocumentation
          format:string id:string items:any maxItems:int64 maxLength:int64 maxProperties:int64 maximum:number minItems:int64
          minLength:int64 minProperties:int64 minimum:number multipleOf:number not:JSONSchemaProps nullable:bool
          oneOf:[JSONSchemaProps] pattern:string patternProperties:{JSONSchemaProps} properties:{JSONSchemaProps}
          required:[string] title:string type:string uniqueItems:bool x-kubernetes-embedded-resource:bool
          x-kubernetes-int-or-string:bool x-kubernetes-list-map-keys:[string] x-kubernetes-list-type:string
          x-kubernetes-map-type:string x-kubernetes-preserve-unknown-fields:bool
          x-kubernetes-validations:[ValidationRule]{rule}~rule
        SelectableField jsonPath!:string
        ServiceReference name!:string namespace!:string path:string port:int32
        ValidationRule fieldPath:string message:string messageExpression:string optionalOldSelf:bool reason:string
          rule!:string
        WebhookClientConfig caBundle:bytes service:ServiceReference url:string
        WebhookConversion clientConfig:WebhookClientConfig conversionReviewVersions!:[string]
        group apiregistration apiregistration.k8s.io/v1
        *APIService spec:APIServiceSpec status:APIServiceStatus
        APIServiceCondition lastTransitionTime:time message:string reason:string status!:string type!:string
        APIServiceSpec caBundle:bytes group:string groupPriorityMinimum!:int32 insecureSkipTLSVerify:bool
          service:ServiceReference version:string versionPriority!:int32
        APIServiceStatus conditions:[APIServiceCondition]{type}~type
        ServiceReference name:string namespace:string port:int32
        group admissionregistration admissionregistration.k8s.io/v1
        AuditAnnotation key!:string valueExpression!:string
        ExpressionWarning fieldRef!:string warning!:string
        MatchCondition expression!:string name!:string
        MatchResources= excludeResourceRules:[NamedRuleWithOperations] matchPolicy:string
          namespaceSelector:meta.LabelSelector objectSelector:meta.LabelSelector resourceRules:[NamedRuleWithOperations]
        MutatingWebhook admissionReviewVersions!:[string] clientConfig!:WebhookClientConfig failurePolicy:string
          matchConditions:[MatchCondition]{name}~name matchPolicy:string name!:string namespaceSelector:meta.LabelSelector
          objectSelector:meta.LabelSelector reinvocationPolicy:string rules:[RuleWithOperations] sideEffects!:string
          timeoutSeconds:int32
        *MutatingWebhookConfiguration webhooks:[MutatingWebhook]{name}~name
        NamedRuleWithOperations= apiGroups:[string] apiVersions:[string] operations:[string] resourceNames:[string]
          resources:[string] scope:string
        ParamKind= apiVersion:string kind:string
        ParamRef= name:string namespace:string parameterNotFoundAction:string selector:meta.LabelSelector
        RuleWithOperations apiGroups:[string] apiVersions:[string] operations:[string] resources:[string] scope:string
        ServiceReference name!:string namespace!:string path:string port:int32
        TypeChecking expressionWarnings:[ExpressionWarning]
        *ValidatingAdmissionPolicy spec:ValidatingAdmissionPolicySpec status:ValidatingAdmissionPolicyStatus
        *ValidatingAdmissionPolicyBinding spec:ValidatingAdmissionPolicyBindingSpec
        ValidatingAdmissionPolicyBindingSpec matchResources:MatchResources paramRef:ParamRef policyName:string
          validationActions:[string]{}
        ValidatingAdmissionPolicySpec auditAnnotations:[AuditAnnotation] failurePolicy:string
          matchConditions:[MatchCondition]{name}~name matchConstraints:MatchResources paramKind:ParamKind
          validations:[Validation] variables:[Variable]{name}~name
        ValidatingAdmissionPolicyStatus conditions:[meta.Condition]{type} observedGeneration:int64 typeChecking:TypeChecking
        ValidatingWebhook admissionReviewVersions!:[string] clientConfig!:WebhookClientConfig failurePolicy:string
          matchConditions:[MatchCondition]{name}~name matchPolicy:string name!:string namespaceSelector:meta.LabelSelector
          objectSelector:meta.LabelSelector rules:[RuleWithOperations] sideEffects!:string timeoutSeconds:int32
        *ValidatingWebhookConfiguration webhooks:[ValidatingWebhook]{name}~name
        Validation expression!:string message:string messageExpression:string reason:string
        Variable= expression!:string name!:string
        WebhookClientConfig caBundle:bytes service:ServiceReference url:string
        """
}
