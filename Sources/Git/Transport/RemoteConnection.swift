internal import CGit2

/// An open conversation with a server; closed when dropped.
///
/// Not `git_clone` nor `git_remote_lookup`: both match `url.*.insteadof`, and
/// libgit2 1.5 leaks some 100 kB for each such match (libgit2 #6382).
final class RemoteConnection {
    private let repository: Repository
    private let session: FetchSession
    private let transport: SmartTransport
    private let remote: OpaquePointer

    init(_ repository: Repository, _ session: FetchSession) throws(GitError) {
        var options = git_remote_create_options()
        git_remote_create_options_init(&options, UInt32(GIT_REMOTE_CREATE_OPTIONS_VERSION))
        options.repository = repository.raw
        options.flags = GIT_REMOTE_CREATE_SKIP_INSTEADOF.rawValue
        var remote: OpaquePointer?
        let code = git_remote_create_with_opts(&remote, session.place, &options)
        guard code == 0, let remote else { throw GitError.last(code, place: session.place) }
        (self.repository, self.session, self.remote) = (repository, session, remote)
        transport = SmartTransport(session)
        try connect()
    }

    deinit {
        git_remote_disconnect(remote)
        git_remote_free(remote)
    }

    private func connect() throws(GitError) {
        var options = git_remote_connect_options()
        git_remote_connect_options_init(&options, UInt32(GIT_REMOTE_CONNECT_OPTIONS_VERSION))
        install(in: &options.callbacks)
        try check(git_remote_connect_ext(remote, GIT_DIRECTION_FETCH, &options))
    }

    /// What the server has.
    func heads() throws(GitError) -> [RemoteHead] {
        var list: UnsafeMutablePointer<UnsafePointer<git_remote_head>?>?
        var count = 0
        try check(git_remote_ls(&list, &count, remote))
        return UnsafeBufferPointer(start: list, count: count).compactMap { pointer in
            guard let head = pointer?.pointee, let name = head.name else { return nil }
            return RemoteHead(name: String(cString: name), id: ObjectID(head.oid), target: head.symref_target.map { String(cString: $0) })
        }
    }

    /// Brings the objects of references; the references themselves stay.
    func download(_ names: [String]) throws(GitError) {
        var options = git_fetch_options()
        git_fetch_options_init(&options, UInt32(GIT_FETCH_OPTIONS_VERSION))
        options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE
        options.prune = GIT_FETCH_NO_PRUNE
        install(in: &options.callbacks)
        var pointers: [UnsafeMutablePointer<CChar>?] = []
        for name in names {
            let spec = "+\(name):\(name)"
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: spec.utf8.count + 1)
            copy.initialize(from: spec.utf8.map { CChar(bitPattern: $0) } + [0], count: spec.utf8.count + 1)
            pointers.append(copy)
        }
        defer { for pointer in pointers { pointer?.deallocate() } }
        let code = pointers.withUnsafeMutableBufferPointer { buffer in
            var specs = git_strarray(strings: buffer.baseAddress, count: buffer.count)
            return git_remote_download(remote, &specs, &options)
        }
        try check(code)
    }

    private func install(in callbacks: inout git_remote_callbacks) {
        callbacks.payload = Unmanaged.passUnretained(transport).toOpaque()
        if case .file = session.address {} else { transport.install(in: &callbacks) }
        callbacks.transfer_progress = { progress, payload in
            guard let progress, let payload else { return -1 }
            return Unmanaged<SmartTransport>.fromOpaque(payload).takeUnretainedValue().accepts(progress.pointee) ? 0 : -1
        }
    }

    /// The session knows best what went wrong on the wire.
    private func check(_ code: Int32) throws(GitError) {
        guard code < 0 else { return }
        if let failure = session.failure { throw failure }
        var error = GitError.last(code, place: repository.path)
        if error.kind == .diskFull { throw error }
        error.place = session.place
        let message = error.message
        if case .file(let path) = session.address {
            throw GitError(.notFound, "no repository in \"\(path)\": \(message)", place: session.place, advice: "check the path")
        }
        let lowered = message.lowercased()
        if lowered.contains("not found") || lowered.contains("does not appear to be a git repository") || lowered.contains("access denied") {
            throw GitError(.notFound, message, place: session.place, advice: "check the path and the access rights")
        }
        // An answer that ends early or makes no sense: a server that went away.
        throw GitError(.unreachable, "the conversation broke off: \(message)", place: session.place, advice: "it will be tried again; see the server's log")
    }
}

extension SmartTransport {
    /// Called while the pack arrives and is indexed.
    func accepts(_ progress: git_indexer_progress) -> Bool {
        guard session.mayGoOn() else { return false }
        if progress.received_bytes > session.remote.maxBytes {
            session.fail(
                .tooLarge, "the repository is over \(session.remote.maxBytes) bytes", advice: "raise the limit, or use a smaller repository")
            return false
        }
        return true
    }
}
