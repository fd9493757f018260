internal import Basics
internal import Crypto
internal import CryptoExtras
internal import Document
import FoundationEssentials
internal import SwiftASN1
internal import Template
internal import X509

extension FunctionTable {
    /// Sprig's keys and certificates.
    ///
    /// RSA keys come from the system's generator, whatever the render's seed; the
    /// caller's `remember` keeps what was made, so that a re-render changes nothing.
    mutating func registerCertificates(_ environment: RenderEnvironment) {
        let maker = CertificateMaker(environment)
        register("genPrivateKey", .string) { _, a in
            .string(try maker.remembered("genPrivateKey", a) { try PrivateKeyText.generated(a.string(0), environment.random) })
        }
        register("genCA", .string, .int) { _, a in
            try maker.made("genCA", a) { try maker.certificate(Subject(name: a.string(0), days: a.int(1), isAuthority: true), key: nil, signer: nil) }
        }
        register("genCAWithKey", .string, .int, .string) { _, a in
            try maker.made("genCAWithKey", a) {
                try maker.certificate(Subject(name: a.string(0), days: a.int(1), isAuthority: true), key: a.string(2), signer: nil)
            }
        }
        register("genSelfSignedCert", .string, .list, .list, .int) { _, a in
            try maker.made("genSelfSignedCert", a) { try maker.certificate(try Subject(a), key: nil, signer: nil) }
        }
        register("genSelfSignedCertWithKey", .string, .list, .list, .int, .string) { _, a in
            try maker.made("genSelfSignedCertWithKey", a) { try maker.certificate(try Subject(a), key: a.string(4), signer: nil) }
        }
        register("genSignedCert", .string, .list, .list, .int, .object("sprig.certificate")) { _, a in
            try maker.made("genSignedCert", a) { try maker.certificate(try Subject(a), key: nil, signer: a.datum(4)) }
        }
        register("genSignedCertWithKey", .string, .list, .list, .int, .object("sprig.certificate"), .string) { _, a in
            try maker.made("genSignedCertWithKey", a) { try maker.certificate(try Subject(a), key: a.string(5), signer: a.datum(4)) }
        }
        register("buildCustomCert", .string, .string) { _, a in
            guard let certificate = Base64.decode(a.string(0)) else { throw FunctionError("unable to decode base64 certificate") }
            guard let key = Base64.decode(a.string(1)) else { throw FunctionError("unable to decode base64 private key") }
            let text = goString(certificate)
            guard let document = try? PEMDocument(pemString: text) else { throw FunctionError("unable to decode certificate") }
            do { _ = try Certificate(pemDocument: document) } catch {
                throw FunctionError("error parsing certificate: decodedCert.Bytes: \(error)")
            }
            do { _ = try Certificate.PrivateKey(pemEncoded: goString(key)) } catch {
                throw FunctionError("error parsing private key: no PEM data in input")
            }
            return .object(CertificateObject(certificate: text, key: goString(key)))
        }
    }
}

/// What the certificate functions give: fields `Cert` and `Key`.
final class CertificateObject: ValueConvertible {
    let certificate: String
    let key: String

    init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }

    let typeName = "sprig.certificate"
    var printed: String { "{\(certificate) \(key)}" }
    var fields: [(name: String, value: Datum)]? { [("Cert", .string(certificate)), ("Key", .string(key))] }
    var value: Value { ["Cert": .string(certificate), "Key": .string(key)] }

    func member(_ name: String) -> DatumMember? {
        switch name {
        case "Cert": .field(.string(certificate))
        case "Key": .field(.string(key))
        default: nil
        }
    }
}

/// Whom a certificate is for.
private struct Subject {
    var name: String
    var addresses: [[UInt8]] = []
    var hosts: [String] = []
    var days: Int
    var isAuthority = false

    init(name: String, days: Int, isAuthority: Bool) {
        self.name = name
        self.days = days
        self.isAuthority = isAuthority
    }

    /// Name, addresses, host names, days: the arguments the functions share.
    init(_ a: [Datum]) throws {
        name = a.string(0)
        days = a.int(3)
        for item in a.list(1) {
            guard case .string(let text) = item else { throw FunctionError("error parsing ip: \(printed(item)) is not a string") }
            guard let address = IPAddress.bytes(text) else { throw FunctionError("error parsing ip: \(text)") }
            addresses.append(address)
        }
        for item in a.list(2) {
            guard case .string(let text) = item else {
                throw FunctionError("error processing alternate dns name: \(printed(item)) is not a string")
            }
            hosts.append(text)
        }
    }
}

/// Makes certificates, or gives again those made before.
private final class CertificateMaker {
    private let environment: RenderEnvironment
    private var calls: [String: Int] = [:]

    init(_ environment: RenderEnvironment) { self.environment = environment }

    /// The text a call made the first time. A call is known by its function, its
    /// arguments, and how often they were asked for before in this render.
    func remembered(_ function: String, _ arguments: [Datum], _ make: () throws -> String) throws -> String {
        guard let remember = environment.remember else { return try make() }
        let digest = Hexadecimal.text(SHA256.hash(data: Array(arguments.map { printed($0) }.joined(separator: "\u{0}").utf8)))
        let call = "\(function)/\(digest)"
        calls[call, default: 0] += 1
        return try remember("\(call)/\(calls[call] ?? 0)", make)
    }

    func made(_ function: String, _ arguments: [Datum], _ make: () throws -> CertificateObject) throws -> Datum {
        let separator = "\u{0}"
        let text = try remembered(function, arguments) {
            let made = try make()
            return made.certificate + separator + made.key
        }
        let parts = goSplit(text, separator, limit: 2)
        return .object(CertificateObject(certificate: parts.first ?? "", key: parts.last ?? ""))
    }

    func certificate(_ subject: Subject, key keyText: String?, signer: Datum?) throws -> CertificateObject {
        let key: Certificate.PrivateKey
        let text: String
        if let keyText {
            do { key = try Certificate.PrivateKey(pemEncoded: keyText) } catch {
                throw FunctionError("parsing private key: no PEM data in input")
            }
            text = keyText
        } else {
            let rsa = try _RSA.Signing.PrivateKey(keySize: .bits2048)
            key = Certificate.PrivateKey(rsa)
            text = rsa.pemRepresentation + "\n"
        }
        let name = try DistinguishedName { CommonName(subject.name) }
        var issuer = name
        var issuerKey = key
        var issuerIdentifier: ArraySlice<UInt8>?
        if case .object(let object as CertificateObject)? = signer {
            guard let document = try? PEMDocument(pemString: object.certificate) else { throw FunctionError("unable to decode certificate") }
            let parent = try Certificate(pemDocument: document)
            do { issuerKey = try Certificate.PrivateKey(pemEncoded: object.key) } catch {
                throw FunctionError("error parsing private key: no PEM data in input")
            }
            issuer = parent.subject
            issuerIdentifier = try parent.extensions.subjectKeyIdentifier?.keyIdentifier
        }
        let start = Date(timeIntervalSince1970: Double(environment.now.milliseconds / 1000))
        // Go's duration is 64 bits of nanoseconds, and wraps after 292 years.
        let lifetime = Double(Int64(subject.days) &* 86_400_000_000_000) / 1e9
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(bytes: ([environment.random.bytes(1)[0] & 0x7f] + environment.random.bytes(15))[...]),
            publicKey: key.publicKey, notValidBefore: start, notValidAfter: start.addingTimeInterval(lifetime),
            issuer: issuer, subject: name, extensions: try extensions(subject, key, issuerIdentifier), issuerPrivateKey: issuerKey)
        return CertificateObject(certificate: try certificate.serializeAsPEM().pemString + "\n", key: text)
    }

    private func extensions(
        _ subject: Subject, _ key: Certificate.PrivateKey, _ issuer: ArraySlice<UInt8>?
    ) throws -> Certificate.Extensions {
        var list: [Certificate.Extension] = [
            try Certificate.Extension(
                KeyUsage(digitalSignature: true, keyEncipherment: true, keyCertSign: subject.isAuthority), critical: true),
            try Certificate.Extension(try ExtendedKeyUsage([.serverAuth, .clientAuth]), critical: false),
            try Certificate.Extension(
                subject.isAuthority ? BasicConstraints.isCertificateAuthority(maxPathLength: nil) : .notCertificateAuthority, critical: true),
        ]
        if subject.isAuthority { list.append(try Certificate.Extension(SubjectKeyIdentifier(hash: key.publicKey), critical: false)) }
        if let issuer { list.append(try Certificate.Extension(AuthorityKeyIdentifier(keyIdentifier: issuer), critical: false)) }
        let names: [GeneralName] = subject.hosts.map { .dnsName($0) }
            + subject.addresses.map { .ipAddress(ASN1OctetString(contentBytes: $0[...])) }
        if !names.isEmpty { list.append(try Certificate.Extension(SubjectAlternativeNames(names), critical: false)) }
        return try Certificate.Extensions(list)
    }
}

/// `genPrivateKey`.
private enum PrivateKeyText {
    static func generated(_ kind: String, _ random: RandomSource) throws -> String {
        switch kind {
        case "", "rsa": return try _RSA.Signing.PrivateKey(keySize: .bits4096).pemRepresentation + "\n"
        case "ecdsa": return pem("EC PRIVATE KEY", elliptic(random))
        case "ed25519":
            let header: [UInt8] = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20]
            return pem("PRIVATE KEY", header + random.bytes(32))
        case "dsa": throw FunctionError("failed to generate private key: DSA keys are not supported")
        default: return "Unknown type \(kind)"
        }
    }

    /// RFC 5915 for the curve P-256.
    private static func elliptic(_ random: RandomSource) -> [UInt8] {
        var key = try? P256.Signing.PrivateKey(rawRepresentation: random.bytes(32))
        for _ in 0..<100 where key == nil { key = try? P256.Signing.PrivateKey(rawRepresentation: random.bytes(32)) }
        guard let key else { return [] }
        let curve: [UInt8] = [0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]
        let open: [UInt8] = [0xa1, 0x44, 0x03, 0x42, 0x00]
        return [0x30, 0x77, 0x02, 0x01, 0x01, 0x04, 0x20] + Array(key.rawRepresentation) + curve + open
            + Array(key.publicKey.x963Representation)
    }

    private static func pem(_ type: String, _ bytes: [UInt8]) -> String { PEMDocument(type: type, derBytes: bytes).pemString + "\n" }
}

/// Go's `net.ParseIP`: 4 bytes for IPv4, 16 for IPv6.
enum IPAddress {
    static func bytes(_ text: String) -> [UInt8]? {
        text.contains(":") ? six(text) : four(text)
    }

    private static func four(_ text: String) -> [UInt8]? {
        let parts = goSplit(text, ".")
        guard parts.count == 4 else { return nil }
        let bytes = parts.compactMap { part -> UInt8? in
            guard part.utf8.allSatisfy({ (48...57).contains($0) }), part.utf8.count == 1 || !part.hasPrefix("0") else { return nil }
            return UInt8(part)
        }
        return bytes.count == 4 ? bytes : nil
    }

    private static func six(_ text: String) -> [UInt8]? {
        let halves = goSplit(text, "::")
        guard halves.count <= 2 else { return nil }
        var sides: [[UInt8]] = []
        for half in halves {
            var bytes: [UInt8] = []
            let groups = half.isEmpty ? [] : goSplit(half, ":")
            for (index, group) in groups.enumerated() {
                if group.contains("."), index == groups.count - 1, let tail = four(group) {
                    bytes += tail
                } else {
                    guard group.utf8.count <= 4, let number = UInt16(group, radix: 16), !group.hasPrefix("+") else { return nil }
                    bytes += [UInt8(number >> 8), UInt8(number & 255)]
                }
            }
            sides.append(bytes)
        }
        let used = sides.reduce(0) { $0 + $1.count }
        if sides.count == 1 { return used == 16 ? sides[0] : nil }
        guard used <= 14 else { return nil }
        return sides[0] + [UInt8](repeating: 0, count: 16 - used) + sides[1]
    }
}
