internal import Crypto
internal import FoundationEssentials
package import HTTP
internal import SwiftASN1
internal import X509

/// An authority, a server on 127.0.0.1 and localhost, and a client, all in PEM.
package struct TestCertificates: Sendable {
    package let ca: [UInt8]
    package let server: [UInt8]
    package let serverKey: [UInt8]
    package let client: [UInt8]
    package let clientKey: [UInt8]

    package init(clientName: String = "martlet", clientOrganization: String = "system:masters") throws {
        let authority = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let name = try DistinguishedName { CommonName("Martlet's test authority") }
        let root = try Self.certificate(
            subject: name, key: authority, issuer: name, issuerKey: authority,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(digitalSignature: true, keyCertSign: true))
            })
        ca = try Self.pem(root)

        let serverPrivate = P256.Signing.PrivateKey()
        let addresses: [GeneralName] = [
            .dnsName("localhost"), .dnsName("kubernetes.test"), .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])),
        ]
        server = try Self.pem(
            try Self.certificate(
                subject: try DistinguishedName { CommonName("localhost") }, key: Certificate.PrivateKey(serverPrivate), issuer: name, issuerKey: authority,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.notCertificateAuthority)
                    try ExtendedKeyUsage([.serverAuth])
                    SubjectAlternativeNames(addresses)
                }))
        serverKey = Array(serverPrivate.pemRepresentation.utf8)

        let clientPrivate = P256.Signing.PrivateKey()
        client = try Self.pem(
            try Self.certificate(
                subject: try DistinguishedName {
                    OrganizationName(clientOrganization)
                    CommonName(clientName)
                }, key: Certificate.PrivateKey(clientPrivate), issuer: name, issuerKey: authority,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.notCertificateAuthority)
                    try ExtendedKeyUsage([.clientAuth])
                }))
        clientKey = Array(clientPrivate.pemRepresentation.utf8)
    }

    /// How a client trusts the server.
    package var trust: TLSOptions { TLSOptions(caPEM: ca) }

    /// How a client trusts the server and shows its own certificate.
    package var mutual: TLSOptions { TLSOptions(caPEM: ca, certificatePEM: client, privateKeyPEM: clientKey) }

    private static func certificate(
        subject: DistinguishedName, key: Certificate.PrivateKey, issuer: DistinguishedName, issuerKey: Certificate.PrivateKey,
        extensions: Certificate.Extensions
    ) throws -> Certificate {
        try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey, notValidBefore: Date.now.addingTimeInterval(-3600),
            notValidAfter: Date.now.addingTimeInterval(86_400), issuer: issuer, subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: extensions, issuerPrivateKey: issuerKey)
    }

    private static func pem(_ certificate: Certificate) throws -> [UInt8] { Array(try certificate.serializeAsPEM().pemString.utf8) }
}
