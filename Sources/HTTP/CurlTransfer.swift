internal import CCurl

/// One easy handle at work: its settings, what its callbacks collect, its deadlines.
final class CurlTransfer {
    let easy: UnsafeMutableRawPointer
    let exchange: Exchange
    private let request: OutgoingRequest
    private let startedAt: ContinuousClock.Instant
    /// When a byte last moved; nil before there is a connection.
    private var movedAt: ContinuousClock.Instant?
    private var uploaded: curl_off_t = 0
    private var isPaused = false
    private var headers = HTTPHeaders()
    private var headerBytes = 0
    private var isHeadDelivered = false
    private var lists: [UnsafeMutablePointer<curl_slist>] = []
    private let errors = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    private static let connectTimeout = 10_000
    private static let maxHeaderBytes = 1 << 20

    init(easy: UnsafeMutableRawPointer, exchange: Exchange, request: OutgoingRequest, startedAt: ContinuousClock.Instant) {
        (self.easy, self.exchange, self.request, self.startedAt) = (easy, exchange, request, startedAt)
        errors.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        for list in lists { curl_slist_free_all(list) }
        errors.deallocate()
    }

    /// Takes every pointer to this object out of the handle, which may then be used again.
    func detach() { curl_easy_reset(easy) }

    // MARK: settings

    func prepare(_ options: CurlLoop.Options) throws(HTTPError) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        try set(ccurl_setopt_pointer(easy, CURLOPT_ERRORBUFFER, errors))
        try set(ccurl_setopt_pointer(easy, CURLOPT_PRIVATE, context))
        try set(ccurl_setopt_pointer(easy, CURLOPT_WRITEDATA, context))
        try set(ccurl_setopt_pointer(easy, CURLOPT_HEADERDATA, context))
        try set(ccurl_setopt_pointer(easy, CURLOPT_PREREQDATA, context))
        try set(ccurl_setopt_function(easy, CURLOPT_WRITEFUNCTION) { data, size, count, context in
            guard let context else { return 0 }
            let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
            return transfer.receive(UnsafeRawBufferPointer(start: data, count: size &* count))
        })
        try set(ccurl_setopt_function(easy, CURLOPT_HEADERFUNCTION) { data, size, count, context in
            guard let context else { return 0 }
            let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
            return transfer.receiveHeader(UnsafeRawBufferPointer(start: data, count: size &* count))
        })
        try set(ccurl_setopt_ready(easy) { context, _, _, _, _ in
            guard let context else { return CURL_PREREQFUNC_ABORT }
            Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue().movedAt = .now
            return CURL_PREREQFUNC_OK
        })
        try set(ccurl_setopt_long(easy, CURLOPT_NOSIGNAL, 1))
        // A cancelled name look-up must not hold up the thread.
        try set(ccurl_setopt_long(easy, CURLOPT_QUICK_EXIT, 1))
        try set(ccurl_setopt_long(easy, CURLOPT_CONNECTTIMEOUT_MS, Self.connectTimeout))
        try set(ccurl_setopt_long(easy, CURLOPT_TCP_KEEPALIVE, 1))
        try set(ccurl_setopt_long(easy, CURLOPT_TCP_KEEPIDLE, 30))
        try set(ccurl_setopt_long(easy, CURLOPT_TCP_KEEPINTVL, 15))
        try set(ccurl_setopt_long(easy, CURLOPT_PIPEWAIT, 1))
        try set(ccurl_setopt_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS)))
        try set(ccurl_setopt_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1))
        try set(ccurl_setopt_long(easy, CURLOPT_FOLLOWLOCATION, 0))
        try set(ccurl_setopt_string(easy, CURLOPT_PROTOCOLS_STR, options.allowedSchemes.sorted().joined(separator: ",")))
        try set(ccurl_setopt_string(easy, CURLOPT_USERAGENT, options.userAgent))
        if request.request.headers["Accept-Encoding"] == nil {
            try set(ccurl_setopt_string(easy, CURLOPT_ACCEPT_ENCODING, "gzip"))
        }
        try setAddress(options.tls)
        try setTLS(options.tls)
        try setMethod()
        if let list = slist(request.headerLines) { try set(ccurl_setopt_list(easy, CURLOPT_HTTPHEADER, list)) }
    }

    private func setAddress(_ tls: TLSOptions) throws(HTTPError) {
        let address = request.address
        guard let name = tls.serverName, address.scheme == "https", let port = address.effectivePort else {
            try set(ccurl_setopt_string(easy, CURLOPT_URL, request.request.url))
            return
        }
        // libcurl asks for and verifies the host of the URL: put the name there, and say where it is.
        var named = address
        named.host = name
        try set(ccurl_setopt_string(easy, CURLOPT_URL, named.description))
        let bracketed = address.host.contains(":") ? "[\(address.host)]" : address.host
        if let list = slist(["\(name):\(port):\(bracketed):\(port)"]) { try set(ccurl_setopt_list(easy, CURLOPT_CONNECT_TO, list)) }
    }

    private func setTLS(_ tls: TLSOptions) throws(HTTPError) {
        if tls.skipsVerification {
            try set(ccurl_setopt_long(easy, CURLOPT_SSL_VERIFYPEER, 0))
            try set(ccurl_setopt_long(easy, CURLOPT_SSL_VERIFYHOST, 0))
        }
        if let ca = tls.caPEM {
            // Without this the system's authorities would be trusted besides.
            try set(ccurl_setopt_string(easy, CURLOPT_CAPATH, nil))
            try setBlob(CURLOPT_CAINFO_BLOB, ca)
        }
        if let certificate = tls.certificatePEM {
            try set(ccurl_setopt_string(easy, CURLOPT_SSLCERTTYPE, "PEM"))
            try setBlob(CURLOPT_SSLCERT_BLOB, certificate)
            try set(ccurl_setopt_string(easy, CURLOPT_SSLKEYTYPE, "PEM"))
            try setBlob(CURLOPT_SSLKEY_BLOB, tls.privateKeyPEM ?? certificate)
        }
    }

    private func setMethod() throws(HTTPError) {
        let method = request.request.method
        let body = request.request.body ?? (["POST", "PUT", "PATCH"].contains(method) ? [] : nil)
        if let body {
            try set(ccurl_setopt_long(easy, CURLOPT_POST, 1))
            try set(ccurl_setopt_off(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
            let code = body.withUnsafeBytes { bytes in
                ccurl_setopt_pointer(easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
            }
            try set(code)
            if body.isEmpty { try set(ccurl_setopt_string(easy, CURLOPT_COPYPOSTFIELDS, "")) }
        } else if method == "HEAD" {
            try set(ccurl_setopt_long(easy, CURLOPT_NOBODY, 1))
        }
        if !(body == nil && (method == "GET" || method == "HEAD")) { try set(ccurl_setopt_string(easy, CURLOPT_CUSTOMREQUEST, method)) }
    }

    private func setBlob(_ option: CURLoption, _ bytes: [UInt8]) throws(HTTPError) {
        try set(bytes.withUnsafeBytes { ccurl_setopt_blob(easy, option, $0.baseAddress, $0.count) })
    }

    private func set(_ code: CURLcode) throws(HTTPError) {
        guard code != CURLE_OK else { return }
        throw .address(String(cString: curl_easy_strerror(code)))
    }

    /// A list that lives as long as this object.
    private func slist(_ lines: [String]) -> UnsafeMutablePointer<curl_slist>? {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines { list = curl_slist_append(list, line) ?? list }
        if let list { lists.append(list) }
        return list
    }

    // MARK: callbacks

    private func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
        movedAt = .now
        switch exchange.offer(bytes) {
        case .taken: return bytes.count
        case .gone: return bytes.isEmpty ? 1 : 0
        case .full:
            isPaused = true
            return Int(CURL_WRITEFUNC_PAUSE)
        }
    }

    private func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
        movedAt = .now
        guard !isHeadDelivered else { return bytes.count }  // trailers
        headerBytes &+= bytes.count
        guard headerBytes <= Self.maxHeaderBytes else { return 0 }
        var line = Substring(String(decoding: bytes, as: UTF8.self))
        while let last = line.unicodeScalars.last, last == "\r" || last == "\n" { line.unicodeScalars.removeLast() }
        if line.isEmpty {
            deliverHead()
        } else if line.hasPrefix("HTTP/") {
            headers = HTTPHeaders()
        } else if let colon = line.firstIndex(of: ":") {
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            headers.append(String(line[..<colon]), String(value))
        }
        return bytes.count
    }

    private func deliverHead() {
        var status = 0
        guard ccurl_getinfo_long(easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK, status >= 200 else { return }
        isHeadDelivered = true
        // The bytes handed on are the decoded ones.
        if request.request.headers["Accept-Encoding"] == nil, headers["Content-Encoding"] != nil, request.request.method != "HEAD" {
            headers["Content-Encoding"] = nil
            headers["Content-Length"] = nil
        }
        exchange.deliver(Exchange.Head(status: status, headers: headers))
    }

    // MARK: time

    func resume(at now: ContinuousClock.Instant) {
        guard isPaused else { return }
        isPaused = false
        movedAt = now
        curl_easy_pause(easy, CURLPAUSE_CONT)
    }

    private var deadline: ContinuousClock.Instant? { request.request.timeout.map { startedAt + $0 } }

    /// No check is needed before.
    var earliestDeadline: ContinuousClock.Instant {
        let stall = max((movedAt ?? .now), startedAt) + request.request.stallTimeout
        return min(deadline ?? stall, isPaused ? .now + request.request.stallTimeout : stall)
    }

    func overdue(at now: ContinuousClock.Instant) -> HTTPError? {
        if let timeout = request.request.timeout, let deadline, deadline <= now {
            return .timeout("no complete answer from \(request.address.authority) within \(timeout)")
        }
        guard !isPaused, let movedAt else { return nil }
        var sent: curl_off_t = 0
        if ccurl_getinfo_off(easy, CURLINFO_SIZE_UPLOAD_T, &sent) == CURLE_OK, sent != uploaded {
            uploaded = sent
            self.movedAt = now
            return nil
        }
        guard movedAt + request.request.stallTimeout <= now else { return nil }
        return .timeout("\(request.address.authority) sent nothing for \(request.request.stallTimeout)")
    }

    // MARK: the end

    /// OpenSSL's `X509_V_ERR_…`; 0 where the certificate was not the trouble.
    private var verificationFailure: Int {
        var result = 0
        return ccurl_getinfo_long(easy, CURLINFO_SSL_VERIFYRESULT, &result) == CURLE_OK ? result : 0
    }

    func result(of code: CURLcode) -> Result<Void, HTTPError> {
        if code == CURLE_OK { return .success(()) }
        let detail = String(cString: errors)
        let text = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
        switch code {
        case CURLE_OPERATION_TIMEDOUT: return .failure(.timeout(text))
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT: return .failure(.address(text))
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS:
            return .failure(.certificate(text))
        case CURLE_WRITE_ERROR where headerBytes > Self.maxHeaderBytes: return .failure(.tooLarge(limit: Self.maxHeaderBytes))
        case CURLE_SSL_CONNECT_ERROR where verificationFailure != 0:
            return .failure(.certificate("\(text) (verification error \(verificationFailure))"))
        default:
            // A server that refuses our certificate says so by an alert, in TLS 1.3 only after the handshake.
            let lowered = text.lowercased()
            if lowered.contains("alert"), lowered.contains("certificate") || lowered.contains("unknown ca") {
                return .failure(.certificate(text))
            }
            return .failure(.connection(text))
        }
    }
}
