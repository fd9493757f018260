extension BuiltInTypes {
    /// Pods and what they use: the core group, `v1`.
    /// Fields, list types and patch strategies as Kubernetes 1.32 publishes them in its OpenAPI.
    static let core = """
        group core v1
        AWSElasticBlockStoreVolumeSource fsType:string partition:int32 readOnly:bool volumeID!:string
        Affinity nodeAffinity:NodeAffinity podAffinity:PodAffinity podAntiAffinity:PodAntiAffinity
        AppArmorProfile localhostProfile:string type!:string
        AttachedVolume devicePath!:string name!:string
        AzureDiskVolumeSource cachingMode:string diskName!:string diskURI!:string fsType:string kind:string readOnly:bool
        AzureFilePersistentVolumeSource readOnly:bool secretName!:string secretNamespace:string shareName!:string
        AzureFileVolumeSource readOnly:bool secretName!:string shareName!:string
        *Binding target!:ObjectReference
        CSIPersistentVolumeSource controllerExpandSecretRef:SecretReference controllerPublishSecretRef:SecretReference
          driver!:string fsType:string nodeExpandSecretRef:SecretReference nodePublishSecretRef:SecretReference
          nodeStageSecretRef:SecretReference readOnly:bool volumeAttributes:{string} volumeHandle!:string
        CSIVolumeSource driver!:string fsType:string nodePublishSecretRef:LocalObjectReference readOnly:bool
          volumeAttributes:{string}
        Capabilities add:[string] drop:[string]
        CephFSPersistentVolumeSource monitors!:[string] path:string readOnly:bool secretFile:string
          secretRef:SecretReference user:string
        CephFSVolumeSource monitors!:[string] path:string readOnly:bool secretFile:string secretRef:LocalObjectReference
          user:string
        CinderPersistentVolumeSource fsType:string readOnly:bool secretRef:SecretReference volumeID!:string
        CinderVolumeSource fsType:string readOnly:bool secretRef:LocalObjectReference volumeID!:string
        ClientIPConfig timeoutSeconds:int32
        ClusterTrustBundleProjection labelSelector:meta.LabelSelector name:string optional:bool path!:string
          signerName:string
        ComponentCondition error:string message:string status!:string type!:string
        *ComponentStatus conditions:[ComponentCondition]{type}~type
        *ConfigMap binaryData:{bytes} data:{string} immutable:bool
        ConfigMapEnvSource name:string optional:bool
        ConfigMapKeySelector= key!:string name:string optional:bool
        ConfigMapNodeConfigSource kubeletConfigKey!:string name!:string namespace!:string resourceVersion:string uid:string
        ConfigMapProjection items:[KeyToPath] name:string optional:bool
        ConfigMapVolumeSource defaultMode:int32 items:[KeyToPath] name:string optional:bool
        Container args:[string] command:[string] env:[EnvVar]{name}~name envFrom:[EnvFromSource] image:string
          imagePullPolicy:string lifecycle:Lifecycle livenessProbe:Probe name!:string
          ports:[ContainerPort]{containerPort,protocol}~containerPort readinessProbe:Probe
          resizePolicy:[ContainerResizePolicy] resources:ResourceRequirements restartPolicy:string
          securityContext:SecurityContext startupProbe:Probe stdin:bool stdinOnce:bool terminationMessagePath:string
          terminationMessagePolicy:string tty:bool volumeDevices:[VolumeDevice]{devicePath}~devicePath
          volumeMounts:[VolumeMount]{mountPath}~mountPath workingDir:string
        ContainerImage names:[string] sizeBytes:int64
        ContainerPort containerPort!:int32 hostIP:string hostPort:int32 name:string protocol:string(TCP)
        ContainerResizePolicy resourceName!:string restartPolicy!:string
        ContainerState running:ContainerStateRunning terminated:ContainerStateTerminated waiting:ContainerStateWaiting
        ContainerStateRunning startedAt:time
        ContainerStateTerminated containerID:string exitCode!:int32 finishedAt:time message:string reason:string
          signal:int32 startedAt:time
        ContainerStateWaiting message:string reason:string
        ContainerStatus allocatedResources:{quantity} allocatedResourcesStatus:[ResourceStatus]{name}~name
          containerID:string image!:string imageID!:string lastState:ContainerState name!:string ready!:bool
          resources:ResourceRequirements restartCount!:int32 started:bool state:ContainerState user:ContainerUser
          volumeMounts:[VolumeMountStatus]{mountPath}~mountPath
        ContainerUser linux:LinuxContainerUser
        DaemonEndpoint Port!:int32
        DownwardAPIProjection items:[DownwardAPIVolumeFile]
        DownwardAPIVolumeFile fieldRef:ObjectFieldSelector mode:int32 path!:string resourceFieldRef:ResourceFieldSelector
        DownwardAPIVolumeSource defaultMode:int32 items:[DownwardAPIVolumeFile]
        EmptyDirVolumeSource medium:string sizeLimit:quantity
        EndpointAddress= hostname:string ip!:string nodeName:string targetRef:ObjectReference
        EndpointPort= appProtocol:string name:string port!:int32 protocol:string
        EndpointSubset addresses:[EndpointAddress] notReadyAddresses:[EndpointAddress] ports:[EndpointPort]
        *Endpoints subsets:[EndpointSubset]
        EnvFromSource configMapRef:ConfigMapEnvSource prefix:string secretRef:SecretEnvSource
        EnvVar name!:string value:string valueFrom:EnvVarSource
        EnvVarSource configMapKeyRef:ConfigMapKeySelector fieldRef:ObjectFieldSelector
          resourceFieldRef:ResourceFieldSelector secretKeyRef:SecretKeySelector
        EphemeralContainer args:[string] command:[string] env:[EnvVar]{name}~name envFrom:[EnvFromSource] image:string
          imagePullPolicy:string lifecycle:Lifecycle livenessProbe:Probe name!:string
          ports:[ContainerPort]{containerPort,protocol}~containerPort readinessProbe:Probe
          resizePolicy:[ContainerResizePolicy] resources:ResourceRequirements restartPolicy:string
          securityContext:SecurityContext startupProbe:Probe stdin:bool stdinOnce:bool targetContainerName:string
          terminationMessagePath:string terminationMessagePolicy:string tty:bool
          volumeDevices:[VolumeDevice]{devicePath}~devicePath volumeMounts:[VolumeMount]{mountPath}~mountPath
          workingDir:string
        EphemeralVolumeSource volumeClaimTemplate:PersistentVolumeClaimTemplate
        *Event action:string count:int32 eventTime:microtime firstTimestamp:time involvedObject!:ObjectReference
          lastTimestamp:time message:string reason:string related:ObjectReference reportingComponent:string
          reportingInstance:string series:EventSeries source:EventSource type:string
        EventSeries count:int32 lastObservedTime:microtime
        EventSource component:string host:string
        ExecAction command:[string]
        FCVolumeSource fsType:string lun:int32 readOnly:bool targetWWNs:[string] wwids:[string]
        FlexPersistentVolumeSource driver!:string fsType:string options:{string} readOnly:bool secretRef:SecretReference
        FlexVolumeSource driver!:string fsType:string options:{string} readOnly:bool secretRef:LocalObjectReference
        FlockerVolumeSource datasetName:string datasetUUID:string
        GCEPersistentDiskVolumeSource fsType:string partition:int32 pdName!:string readOnly:bool
        GRPCAction port!:int32 service:string
        GitRepoVolumeSource directory:string repository!:string revision:string
        GlusterfsPersistentVolumeSource endpoints!:string endpointsNamespace:string path!:string readOnly:bool
        GlusterfsVolumeSource endpoints!:string path!:string readOnly:bool
        HTTPGetAction host:string httpHeaders:[HTTPHeader] path:string port!:intstr scheme:string
        HTTPHeader name!:string value!:string
        HostAlias hostnames:[string] ip!:string
        HostIP ip!:string
        HostPathVolumeSource path!:string type:string
        ISCSIPersistentVolumeSource chapAuthDiscovery:bool chapAuthSession:bool fsType:string initiatorName:string
          iqn!:string iscsiInterface:string lun!:int32 portals:[string] readOnly:bool secretRef:SecretReference
          targetPortal!:string
        ISCSIVolumeSource chapAuthDiscovery:bool chapAuthSession:bool fsType:string initiatorName:string iqn!:string
          iscsiInterface:string lun!:int32 portals:[string] readOnly:bool secretRef:LocalObjectReference
          targetPortal!:string
        ImageVolumeSource pullPolicy:string reference:string
        KeyToPath key!:string mode:int32 path!:string
        Lifecycle postStart:LifecycleHandler preStop:LifecycleHandler
        LifecycleHandler exec:ExecAction httpGet:HTTPGetAction sleep:SleepAction tcpSocket:TCPSocketAction
        *LimitRange spec:LimitRangeSpec
        LimitRangeItem default:{quantity} defaultRequest:{quantity} max:{quantity} maxLimitRequestRatio:{quantity}
          min:{quantity} type!:string
        LimitRangeSpec limits!:[LimitRangeItem]
        LinuxContainerUser gid!:int64 supplementalGroups:[int64] uid!:int64
        LoadBalancerIngress hostname:string ip:string ipMode:string ports:[PortStatus]
        LoadBalancerStatus ingress:[LoadBalancerIngress]
        LocalObjectReference= name:string
        LocalVolumeSource fsType:string path!:string
        ModifyVolumeStatus status!:string targetVolumeAttributesClassName:string
        NFSVolumeSource path!:string readOnly:bool server!:string
        *Namespace spec:NamespaceSpec status:NamespaceStatus
        NamespaceCondition lastTransitionTime:time message:string reason:string status!:string type!:string
        NamespaceSpec finalizers:[string]
        NamespaceStatus conditions:[NamespaceCondition]{type}~type phase:string
        *Node spec:NodeSpec status:NodeStatus
        NodeAddress address!:string type!:string
        NodeAffinity preferredDuringSchedulingIgnoredDuringExecution:[PreferredSchedulingTerm]
          requiredDuringSchedulingIgnoredDuringExecution:NodeSelector
        NodeCondition lastHeartbeatTime:time lastTransitionTime:time message:string reason:string status!:string
          type!:string
        NodeConfigSource configMap:ConfigMapNodeConfigSource
        NodeConfigStatus active:NodeConfigSource assigned:NodeConfigSource error:string lastKnownGood:NodeConfigSource
        NodeDaemonEndpoints kubeletEndpoint:DaemonEndpoint
        NodeFeatures supplementalGroupsPolicy:bool
        NodeRuntimeHandler features:NodeRuntimeHandlerFeatures name:string
        NodeRuntimeHandlerFeatures recursiveReadOnlyMounts:bool userNamespaces:bool
        NodeSelector= nodeSelectorTerms!:[NodeSelectorTerm]
        NodeSelectorRequirement key!:string operator!:string values:[string]
        NodeSelectorTerm= matchExpressions:[NodeSelectorRequirement] matchFields:[NodeSelectorRequirement]
        NodeSpec configSource:NodeConfigSource externalID:string podCIDR:string podCIDRs:[string]{}~ providerID:string
          taints:[Taint] unschedulable:bool
        NodeStatus addresses:[NodeAddress]{type}~type allocatable:{quantity} capacity:{quantity}
          conditions:[NodeCondition]{type}~type config:NodeConfigStatus daemonEndpoints:NodeDaemonEndpoints
          features:NodeFeatures images:[ContainerImage] nodeInfo:NodeSystemInfo phase:string
          runtimeHandlers:[NodeRuntimeHandler] volumesAttached:[AttachedVolume] volumesInUse:[string]
        NodeSystemInfo architecture!:string bootID!:string containerRuntimeVersion!:string kernelVersion!:string
          kubeProxyVersion!:string kubeletVersion!:string machineID!:string operatingSystem!:string osImage!:string
          systemUUID!:string
        ObjectFieldSelector= apiVersion:string fieldPath!:string
        ObjectReference= apiVersion:string fieldPath:string kind:string name:string namespace:string resourceVersion:string
          uid:string
        *PersistentVolume spec:PersistentVolumeSpec status:PersistentVolumeStatus
        *PersistentVolumeClaim spec:PersistentVolumeClaimSpec status:PersistentVolumeClaimStatus
        PersistentVolumeClaimCondition lastProbeTime:time lastTransitionTime:time message:string reason:string
          status!:string type!:string
        PersistentVolumeClaimSpec accessModes:[string] dataSource:TypedLocalObjectReference
          dataSourceRef:TypedObjectReference resources:VolumeResourceRequirements selector:meta.LabelSelector
          storageClassName:string volumeAttributesClassName:string volumeMode:string volumeName:string
        PersistentVolumeClaimStatus accessModes:[string] allocatedResourceStatuses:{string} allocatedResources:{quantity}
          capacity:{quantity} conditions:[PersistentVolumeClaimCondition]{type}~type currentVolumeAttributesClassName:string
          modifyVolumeStatus:ModifyVolumeStatus phase:string
        PersistentVolumeClaimTemplate metadata:meta.ObjectMeta spec!:PersistentVolumeClaimSpec
        PersistentVolumeClaimVolumeSource claimName!:string readOnly:bool
        PersistentVolumeSpec accessModes:[string] awsElasticBlockStore:AWSElasticBlockStoreVolumeSource
          azureDisk:AzureDiskVolumeSource azureFile:AzureFilePersistentVolumeSource capacity:{quantity}
          cephfs:CephFSPersistentVolumeSource cinder:CinderPersistentVolumeSource claimRef:ObjectReference
          csi:CSIPersistentVolumeSource fc:FCVolumeSource flexVolume:FlexPersistentVolumeSource flocker:FlockerVolumeSource
          gcePersistentDisk:GCEPersistentDiskVolumeSource glusterfs:GlusterfsPersistentVolumeSource
          hostPath:HostPathVolumeSource iscsi:ISCSIPersistentVolumeSource local:LocalVolumeSource mountOptions:[string]
          nfs:NFSVolumeSource nodeAffinity:VolumeNodeAffinity persistentVolumeReclaimPolicy:string
          photonPersistentDisk:PhotonPersistentDiskVolumeSource portworxVolume:PortworxVolumeSource
          quobyte:QuobyteVolumeSource rbd:RBDPersistentVolumeSource scaleIO:ScaleIOPersistentVolumeSource
          storageClassName:string storageos:StorageOSPersistentVolumeSource volumeAttributesClassName:string
          volumeMode:string vsphereVolume:VsphereVirtualDiskVolumeSource
        PersistentVolumeStatus lastPhaseTransitionTime:time message:string phase:string reason:string
        PhotonPersistentDiskVolumeSource fsType:string pdID!:string
        *Pod spec:PodSpec status:PodStatus
        PodAffinity preferredDuringSchedulingIgnoredDuringExecution:[WeightedPodAffinityTerm]
          requiredDuringSchedulingIgnoredDuringExecution:[PodAffinityTerm]
        PodAffinityTerm labelSelector:meta.LabelSelector matchLabelKeys:[string] mismatchLabelKeys:[string]
          namespaceSelector:meta.LabelSelector namespaces:[string] topologyKey!:string
        PodAntiAffinity preferredDuringSchedulingIgnoredDuringExecution:[WeightedPodAffinityTerm]
          requiredDuringSchedulingIgnoredDuringExecution:[PodAffinityTerm]
        PodCondition lastProbeTime:time lastTransitionTime:time message:string reason:string status!:string type!:string
        PodDNSConfig nameservers:[string] options:[PodDNSConfigOption] searches:[string]
        PodDNSConfigOption name:string value:string
        PodIP ip!:string
        PodOS name!:string
        PodReadinessGate conditionType!:string
        PodResourceClaim name!:string resourceClaimName:string resourceClaimTemplateName:string
        PodResourceClaimStatus name!:string resourceClaimName:string
        PodSchedulingGate name!:string
        PodSecurityContext appArmorProfile:AppArmorProfile fsGroup:int64 fsGroupChangePolicy:string runAsGroup:int64
          runAsNonRoot:bool runAsUser:int64 seLinuxChangePolicy:string seLinuxOptions:SELinuxOptions
          seccompProfile:SeccompProfile supplementalGroups:[int64] supplementalGroupsPolicy:string sysctls:[Sysctl]
          windowsOptions:WindowsSecurityContextOptions
        PodSpec activeDeadlineSeconds:int64 affinity:Affinity automountServiceAccountToken:bool
          containers!:[Container]{name}~name dnsConfig:PodDNSConfig dnsPolicy:string enableServiceLinks:bool
          ephemeralContainers:[EphemeralContainer]{name}~name hostAliases:[HostAlias]{ip}~ip hostIPC:bool hostNetwork:bool
          hostPID:bool hostUsers:bool hostname:string imagePullSecrets:[LocalObjectReference]{name}~name
          initContainers:[Container]{name}~name nodeName:string nodeSelector:{string}= os:PodOS overhead:{quantity}
          preemptionPolicy:string priority:int32 priorityClassName:string readinessGates:[PodReadinessGate]
          resourceClaims:[PodResourceClaim]{name}~name^ resources:ResourceRequirements restartPolicy:string
          runtimeClassName:string schedulerName:string schedulingGates:[PodSchedulingGate]{name}~name
          securityContext:PodSecurityContext serviceAccount:string serviceAccountName:string setHostnameAsFQDN:bool
          shareProcessNamespace:bool subdomain:string terminationGracePeriodSeconds:int64 tolerations:[Toleration]
          topologySpreadConstraints:[TopologySpreadConstraint]{topologyKey,whenUnsatisfiable}~topologyKey
          volumes:[Volume]{name}~name^
        PodStatus conditions:[PodCondition]{type}~type containerStatuses:[ContainerStatus]
          ephemeralContainerStatuses:[ContainerStatus] hostIP:string hostIPs:[HostIP]~ip
          initContainerStatuses:[ContainerStatus] message:string nominatedNodeName:string phase:string podIP:string
          podIPs:[PodIP]{ip}~ip qosClass:string reason:string resize:string
          resourceClaimStatuses:[PodResourceClaimStatus]{name}~name^ startTime:time
        *PodTemplate template:PodTemplateSpec
        PodTemplateSpec metadata:meta.ObjectMeta spec:PodSpec
        PortStatus error:string port!:int32 protocol!:string
        PortworxVolumeSource fsType:string readOnly:bool volumeID!:string
        PreferredSchedulingTerm preference!:NodeSelectorTerm weight!:int32
        Probe exec:ExecAction failureThreshold:int32 grpc:GRPCAction httpGet:HTTPGetAction initialDelaySeconds:int32
          periodSeconds:int32 successThreshold:int32 tcpSocket:TCPSocketAction terminationGracePeriodSeconds:int64
          timeoutSeconds:int32
        ProjectedVolumeSource defaultMode:int32 sources:[VolumeProjection]
        QuobyteVolumeSource group:string readOnly:bool registry!:string tenant:string user:string volume!:string
        RBDPersistentVolumeSource fsType:string image!:string keyring:string monitors!:[string] pool:string readOnly:bool
          secretRef:SecretReference user:string
        RBDVolumeSource fsType:string image!:string keyring:string monitors!:[string] pool:string readOnly:bool
          secretRef:LocalObjectReference user:string
        *ReplicationController spec:ReplicationControllerSpec status:ReplicationControllerStatus
        ReplicationControllerCondition lastTransitionTime:time message:string reason:string status!:string type!:string
        ReplicationControllerSpec minReadySeconds:int32 replicas:int32 selector:{string}= template:PodTemplateSpec
        ReplicationControllerStatus availableReplicas:int32 conditions:[ReplicationControllerCondition]{type}~type
          fullyLabeledReplicas:int32 observedGeneration:int64 readyReplicas:int32 replicas!:int32
        ResourceClaim name!:string request:string
        ResourceFieldSelector= containerName:string divisor:quantity resource!:string
        ResourceHealth health:string resourceID!:string
        *ResourceQuota spec:ResourceQuotaSpec status:ResourceQuotaStatus
        ResourceQuotaSpec hard:{quantity} scopeSelector:ScopeSelector scopes:[string]
        ResourceQuotaStatus hard:{quantity} used:{quantity}
        ResourceRequirements claims:[ResourceClaim]{name} limits:{quantity} requests:{quantity}
        ResourceStatus name!:string resources:[ResourceHealth]{resourceID}
        SELinuxOptions level:string role:string type:string user:string
        ScaleIOPersistentVolumeSource fsType:string gateway!:string protectionDomain:string readOnly:bool
          secretRef!:SecretReference sslEnabled:bool storageMode:string storagePool:string system!:string volumeName:string
        ScaleIOVolumeSource fsType:string gateway!:string protectionDomain:string readOnly:bool
          secretRef!:LocalObjectReference sslEnabled:bool storageMode:string storagePool:string system!:string
          volumeName:string
        ScopeSelector= matchExpressions:[ScopedResourceSelectorRequirement]
        ScopedResourceSelectorRequirement operator!:string scopeName!:string values:[string]
        SeccompProfile localhostProfile:string type!:string
        *Secret data:{bytes} immutable:bool stringData:{string} type:string
        SecretEnvSource name:string optional:bool
        SecretKeySelector= key!:string name:string optional:bool
        SecretProjection items:[KeyToPath] name:string optional:bool
        SecretReference= name:string namespace:string
        SecretVolumeSource defaultMode:int32 items:[KeyToPath] optional:bool secretName:string
        SecurityContext allowPrivilegeEscalation:bool appArmorProfile:AppArmorProfile capabilities:Capabilities
          privileged:bool procMount:string readOnlyRootFilesystem:bool runAsGroup:int64 runAsNonRoot:bool runAsUser:int64
          seLinuxOptions:SELinuxOptions seccompProfile:SeccompProfile windowsOptions:WindowsSecurityContextOptions
        *Service spec:ServiceSpec status:ServiceStatus
        *ServiceAccount automountServiceAccountToken:bool imagePullSecrets:[LocalObjectReference]
          secrets:[ObjectReference]{name}~name
        ServiceAccountTokenProjection audience:string expirationSeconds:int64 path!:string
        ServicePort appProtocol:string name:string nodePort:int32 port!:int32 protocol:string(TCP) targetPort:intstr
        ServiceSpec allocateLoadBalancerNodePorts:bool clusterIP:string clusterIPs:[string] externalIPs:[string]
          externalName:string externalTrafficPolicy:string healthCheckNodePort:int32 internalTrafficPolicy:string
          ipFamilies:[string] ipFamilyPolicy:string loadBalancerClass:string loadBalancerIP:string
          loadBalancerSourceRanges:[string] ports:[ServicePort]{port,protocol}~port publishNotReadyAddresses:bool
          selector:{string}= sessionAffinity:string sessionAffinityConfig:SessionAffinityConfig trafficDistribution:string
          type:string
        ServiceStatus conditions:[meta.Condition]{type}~type loadBalancer:LoadBalancerStatus
        SessionAffinityConfig clientIP:ClientIPConfig
        SleepAction seconds!:int64
        StorageOSPersistentVolumeSource fsType:string readOnly:bool secretRef:ObjectReference volumeName:string
          volumeNamespace:string
        StorageOSVolumeSource fsType:string readOnly:bool secretRef:LocalObjectReference volumeName:string
          volumeNamespace:string
        Sysctl name!:string value!:string
        TCPSocketAction host:string port!:intstr
        Taint effect!:string key!:string timeAdded:time value:string
        Toleration effect:string key:string operator:string tolerationSeconds:int64 value:string
        TopologySelectorLabelRequirement key!:string values!:[string]
        TopologySelectorTerm= matchLabelExpressions:[TopologySelectorLabelRequirement]
        TopologySpreadConstraint labelSelector:meta.LabelSelector matchLabelKeys:[string] maxSkew!:int32 minDomains:int32
          nodeAffinityPolicy:string nodeTaintsPolicy:string topologyKey!:string whenUnsatisfiable!:string
        TypedLocalObjectReference= apiGroup:string kind!:string name!:string
        TypedObjectReference apiGroup:string kind!:string name!:string namespace:string
        Volume awsElasticBlockStore:AWSElasticBlockStoreVolumeSource azureDisk:AzureDiskVolumeSource
          azureFile:AzureFileVolumeSource cephfs:CephFSVolumeSource cinder:CinderVolumeSource
          configMap:ConfigMapVolumeSource csi:CSIVolumeSource downwardAPI:DownwardAPIVolumeSource
          emptyDir:EmptyDirVolumeSource ephemeral:EphemeralVolumeSource fc:FCVolumeSource flexVolume:FlexVolumeSource
          flocker:FlockerVolumeSource gcePersistentDisk:GCEPersistentDiskVolumeSource gitRepo:GitRepoVolumeSource
          glusterfs:GlusterfsVolumeSource hostPath:HostPathVolumeSource image:ImageVolumeSource iscsi:ISCSIVolumeSource
          name!:string nfs:NFSVolumeSource persistentVolumeClaim:PersistentVolumeClaimVolumeSource
          photonPersistentDisk:PhotonPersistentDiskVolumeSource portworxVolume:PortworxVolumeSource
          projected:ProjectedVolumeSource quobyte:QuobyteVolumeSource rbd:RBDVolumeSource scaleIO:ScaleIOVolumeSource
          secret:SecretVolumeSource storageos:StorageOSVolumeSource vsphereVolume:VsphereVirtualDiskVolumeSource
        VolumeDevice devicePath!:string name!:string
        VolumeMount mountPath!:string mountPropagation:string name!:string readOnly:bool recursiveReadOnly:string
          subPath:string subPathExpr:string
        VolumeMountStatus mountPath!:string name!:string readOnly:bool recursiveReadOnly:string
        VolumeNodeAffinity required:NodeSelector
        VolumeProjection clusterTrustBundle:ClusterTrustBundleProjection configMap:ConfigMapProjection
          downwardAPI:DownwardAPIProjection secret:SecretProjection serviceAccountToken:ServiceAccountTokenProjection
        VolumeResourceRequirements limits:{quantity} requests:{quantity}
        VsphereVirtualDiskVolumeSource fsType:string storagePolicyID:string storagePolicyName:string volumePath!:string
        WeightedPodAffinityTerm podAffinityTerm!:PodAffinityTerm weight!:int32
        WindowsSecurityContextOptions gmsaCredentialSpec:string gmsaCredentialSpecName:string hostProcess:bool
          runAsUserName:string
        """
}
