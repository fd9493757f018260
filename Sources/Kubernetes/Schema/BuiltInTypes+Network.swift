extension BuiltInTypes {
    /// Routes, storage, nodes, leases and events.
    /// Fields, list types and patch strategies as Kubernetes 1.32 publishes them in its OpenAPI.
    static let network = """
        group networking networking.k8s.io/v1
        HTTPIngressPath backend!:IngressBackend path:string pathType!:string
        HTTPIngressRuleValue paths!:[HTTPIngressPath]
        IPBlock cidr!:string except:[string]
        *Ingress spec:IngressSpec status:IngressStatus
        IngressBackend resource:core.TypedLocalObjectReference service:IngressServiceBackend
        *IngressClass spec:IngressClassSpec
        IngressClassParametersReference apiGroup:string kind!:string name!:string namespace:string scope:string
        IngressClassSpec controller:string parameters:IngressClassParametersReference
        IngressLoadBalancerIngress hostname:string ip:string ports:[IngressPortStatus]
        IngressLoadBalancerStatus ingress:[IngressLoadBalancerIngress]
        IngressPortStatus error:string port!:int32 protocol!:string
        IngressRule host:string http:HTTPIngressRuleValue
        IngressServiceBackend name!:string port:ServiceBackendPort
        IngressSpec defaultBackend:IngressBackend ingressClassName:string rules:[IngressRule] tls:[IngressTLS]
        IngressStatus loadBalancer:IngressLoadBalancerStatus
        IngressTLS hosts:[string] secretName:string
        *NetworkPolicy spec:NetworkPolicySpec
        NetworkPolicyEgressRule ports:[NetworkPolicyPort] to:[NetworkPolicyPeer]
        NetworkPolicyIngressRule from:[NetworkPolicyPeer] ports:[NetworkPolicyPort]
        NetworkPolicyPeer ipBlock:IPBlock namespaceSelector:meta.LabelSelector podSelector:meta.LabelSelector
        NetworkPolicyPort endPort:int32 port:intstr protocol:string
        NetworkPolicySpec egress:[NetworkPolicyEgressRule] ingress:[NetworkPolicyIngressRule]
          podSelector!:meta.LabelSelector policyTypes:[string]
        ServiceBackendPort= name:string number:int32
        group discovery discovery.k8s.io/v1
        Endpoint addresses!:[string]{} conditions:EndpointConditions deprecatedTopology:{string} hints:EndpointHints
          hostname:string nodeName:string targetRef:core.ObjectReference zone:string
        EndpointConditions ready:bool serving:bool terminating:bool
        EndpointHints forZones:[ForZone]
        EndpointPort= appProtocol:string name:string port:int32 protocol:string
        *EndpointSlice addressType!:string endpoints!:[Endpoint] ports:[EndpointPort]
        ForZone name!:string
        group coordination coordination.k8s.io/v1
        *Lease spec:LeaseSpec
        LeaseSpec acquireTime:microtime holderIdentity:string leaseDurationSeconds:int32 leaseTransitions:int32
          preferredHolder:string renewTime:microtime strategy:string
        group events events.k8s.io/v1
        *Event action:string deprecatedCount:int32 deprecatedFirstTimestamp:time deprecatedLastTimestamp:time
          deprecatedSource:core.EventSource eventTime!:microtime note:string reason:string regarding:core.ObjectReference
          related:core.ObjectReference reportingController:string reportingInstance:string series:EventSeries type:string
        EventSeries count!:int32 lastObservedTime!:microtime
        group node node.k8s.io/v1
        Overhead podFixed:{quantity}
        *RuntimeClass handler!:string overhead:Overhead scheduling:Scheduling
        Scheduling nodeSelector:{string}= tolerations:[core.Toleration]
        group storage storage.k8s.io/v1
        *CSIDriver spec!:CSIDriverSpec
        CSIDriverSpec attachRequired:bool fsGroupPolicy:string podInfoOnMount:bool requiresRepublish:bool seLinuxMount:bool
          storageCapacity:bool tokenRequests:[TokenRequest] volumeLifecycleModes:[string]{}
        *CSINode spec!:CSINodeSpec
        CSINodeDriver allocatable:VolumeNodeResources name!:string nodeID!:string topologyKeys:[string]
        CSINodeSpec drivers!:[CSINodeDriver]{name}~name
        *CSIStorageCapacity capacity:quantity maximumVolumeSize:quantity nodeTopology:meta.LabelSelector
          storageClassName!:string
        *StorageClass allowVolumeExpansion:bool allowedTopologies:[core.TopologySelectorTerm] mountOptions:[string]
          parameters:{string} provisioner!:string reclaimPolicy:string volumeBindingMode:string
        TokenRequest audience!:string expirationSeconds:int64
        *VolumeAttachment spec!:VolumeAttachmentSpec status:VolumeAttachmentStatus
        VolumeAttachmentSource inlineVolumeSpec:core.PersistentVolumeSpec persistentVolumeName:string
        VolumeAttachmentSpec attacher!:string nodeName!:string source!:VolumeAttachmentSource
        VolumeAttachmentStatus attachError:VolumeError attached!:bool attachmentMetadata:{string} detachError:VolumeError
        VolumeError message:string time:time
        VolumeNodeResources count:int32
        """
}
