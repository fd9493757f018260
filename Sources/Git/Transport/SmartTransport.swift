internal import CGit2

/// The program at the other end.
enum SmartService: String, Sendable, Hashable {
    /// Gives packs: for fetches.
    case uploadPack = "git-upload-pack"
    /// Takes packs: for pushes.
    case receivePack = "git-receive-pack"
}

/// Which half of a conversation a stream carries.
enum SmartAction: Sendable, Hashable {
    /// The list of references.
    case advertise
    /// The request and its answer: one of them is the pack.
    case request
}

/// A stream of bytes under git's smart protocol, called on the mirror's thread.
/// A failure is kept in the session.
protocol SmartStream: AnyObject {
    /// False on failure.
    func write(_ bytes: UnsafeRawBufferPointer) -> Bool
    /// How many bytes were read, 0 at the end; nil on failure.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int?
}

/// libgit2's smart protocol over our own streams. Set per remote, so nothing is
/// registered for the process: libgit2's own HTTP and SSH have no time-outs and
/// take certificates from files only.
final class SmartTransport {
    let session: FetchSession
    /// SSH has one connection for both halves; libgit2 wants the same stream then.
    private var connection: UnsafeMutablePointer<git_smart_subtransport_stream>?

    init(_ session: FetchSession) { self.session = session }

    var isStateless: Bool {
        if case .http = session.address { true } else { false }
    }

    /// Puts our transport into the callbacks of a remote; this object must outlive the connection.
    func install(in callbacks: inout git_remote_callbacks) {
        callbacks.payload = Unmanaged.passUnretained(self).toOpaque()
        callbacks.transport = { out, remote, payload in
            guard let payload else { return -1 }
            let transport = Unmanaged<SmartTransport>.fromOpaque(payload).takeUnretainedValue()
            var definition = git_smart_subtransport_definition(
                callback: makeSubtransport, rpc: transport.isStateless ? 1 : 0, param: payload)
            return git_transport_smart(out, remote, &definition)
        }
    }

    fileprivate func stream(
        _ action: SmartAction, in parent: UnsafeMutablePointer<git_smart_subtransport>
    ) -> UnsafeMutablePointer<git_smart_subtransport_stream>? {
        let stream: any SmartStream
        switch session.address {
        case .http: stream = HTTPStream(session: session, action: action)
        case .ssh:
            if action == .request { return connection }
            guard let ssh = SSHStream(session: session) else { return nil }
            stream = ssh
        case .file: return nil
        }
        let raw = UnsafeMutablePointer<cgit2_stream>.allocate(capacity: 1)
        raw.initialize(to: cgit2_stream())
        raw.pointee.object = Unmanaged.passRetained(StreamBox(stream, transport: self)).toOpaque()
        raw.pointee.base.subtransport = parent
        raw.pointee.base.read = { stream, buffer, size, count in
            guard let box = StreamBox.of(stream), let count,
                let read = box.stream.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: size))
            else { return -1 }
            count.pointee = read
            return 0
        }
        raw.pointee.base.write = { stream, buffer, size in
            guard let box = StreamBox.of(stream), box.stream.write(UnsafeRawBufferPointer(start: buffer, count: size)) else { return -1 }
            return 0
        }
        raw.pointee.base.free = { stream in
            guard let stream, let box = StreamBox.of(stream) else { return }
            if box.transport.connection == stream { box.transport.connection = nil }
            Unmanaged.passUnretained(box).release()
            UnsafeMutableRawPointer(stream).assumingMemoryBound(to: cgit2_stream.self).deallocate()
        }
        let base = UnsafeMutableRawPointer(raw).assumingMemoryBound(to: git_smart_subtransport_stream.self)
        if !isStateless { connection = base }
        return base
    }
}

/// What stands behind a C stream.
private final class StreamBox {
    let stream: any SmartStream
    let transport: SmartTransport

    init(_ stream: any SmartStream, transport: SmartTransport) { (self.stream, self.transport) = (stream, transport) }

    static func of(_ stream: UnsafeMutablePointer<git_smart_subtransport_stream>?) -> StreamBox? {
        guard let stream else { return nil }
        guard let object = UnsafeMutableRawPointer(stream).assumingMemoryBound(to: cgit2_stream.self).pointee.object else { return nil }
        return Unmanaged<StreamBox>.fromOpaque(object).takeUnretainedValue()
    }
}

/// A `git_smart_subtransport_cb`: one subtransport per connection.
private let makeSubtransport:
    @convention(c) (
        UnsafeMutablePointer<UnsafeMutablePointer<git_smart_subtransport>?>?, UnsafeMutablePointer<git_transport>?,
        UnsafeMutableRawPointer?
    ) -> CInt = { out, _, payload in
        guard let out, let payload else { return -1 }
        let raw = UnsafeMutablePointer<cgit2_subtransport>.allocate(capacity: 1)
        raw.initialize(to: cgit2_subtransport())
        raw.pointee.object = Unmanaged<SmartTransport>.fromOpaque(payload).retain().toOpaque()
        raw.pointee.base.action = { out, subtransport, _, service in
            guard let out, let subtransport, let transport = smartTransport(subtransport) else { return -1 }
            let action: SmartAction
            switch service {
            case GIT_SERVICE_UPLOADPACK_LS: action = .advertise
            case GIT_SERVICE_UPLOADPACK: action = .request
            default: return -1
            }
            guard let stream = transport.stream(action, in: subtransport) else { return -1 }
            out.pointee = stream
            return 0
        }
        raw.pointee.base.close = { _ in 0 }
        raw.pointee.base.free = { subtransport in
            guard let subtransport else { return }
            if let transport = smartTransport(subtransport) { Unmanaged.passUnretained(transport).release() }
            UnsafeMutableRawPointer(subtransport).assumingMemoryBound(to: cgit2_subtransport.self).deallocate()
        }
        out.pointee = UnsafeMutableRawPointer(raw).assumingMemoryBound(to: git_smart_subtransport.self)
        return 0
    }

private func smartTransport(_ subtransport: UnsafeMutablePointer<git_smart_subtransport>) -> SmartTransport? {
    let raw = UnsafeMutableRawPointer(subtransport).assumingMemoryBound(to: cgit2_subtransport.self)
    guard let object = raw.pointee.object else { return nil }
    return Unmanaged<SmartTransport>.fromOpaque(object).takeUnretainedValue()
}
