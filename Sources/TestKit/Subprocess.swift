internal import Basics
internal import CLinux
internal import Dispatch
internal import Glibc

/// What went wrong with a program that a test runs.
package struct SubprocessError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// Runs programs by `posix_spawn`, without a shell.
package enum Subprocess {
    package struct Output: Sendable {
        package var status: Int
        package var output: [UInt8]
        package var errors: [UInt8]
        package var text: String { String(decoding: output, as: UTF8.self) }
        package var errorText: String { String(decoding: errors, as: UTF8.self) }
    }

    /// Runs a program to its end and gives what it printed; past the time limit it is killed.
    package static func run(
        _ program: String, _ arguments: [String], environment: [String: String]? = nil, folder: String? = nil, input: [UInt8] = [],
        timeout: Duration = .seconds(60)
    ) async throws -> Output {
        let files = try TemporaryFolder("martlet-run")
        let process = try RunningProcess(
            program, arguments, environment: environment, folder: folder, input: try files.write("in", input), output: files.file("out"),
            errors: files.file("err"))
        let status = try await withTaskCancellationHandler {
            try await process.wait(timeout: timeout)
        } onCancel: {
            process.signal(SIGKILL)
        }
        return Output(
            status: status, output: try TemporaryFolder.read(files.file("out")), errors: try TemporaryFolder.read(files.file("err")))
    }

    /// Runs a program that must succeed; its standard output.
    @discardableResult
    package static func check(
        _ program: String, _ arguments: [String], environment: [String: String]? = nil, folder: String? = nil, input: [UInt8] = [],
        timeout: Duration = .seconds(60)
    ) async throws -> String {
        let result = try await run(program, arguments, environment: environment, folder: folder, input: input, timeout: timeout)
        guard result.status == 0 else {
            throw SubprocessError("\(program) \(arguments.joined(separator: " ")): status \(result.status): \(result.errorText)\(result.text)")
        }
        return result.text
    }

    /// Where a program is; nil when it is not installed.
    package static func find(_ name: String) -> String? {
        if name.contains("/") { return access(name, X_OK) == 0 ? name : nil }
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        return (path.split(separator: ":").map(String.init) + ["/usr/sbin", "/usr/lib/git-core"]).map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }

    /// The environment of this process.
    package static var environment: [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") { variables[String(text[..<equals])] = String(text[text.index(after: equals)...]) }
            next += 1
        }
        return variables
    }
}

/// A program that was started and is ended by its process id.
package final class RunningProcess: Sendable {
    package let pid: Int32
    private let exit: Locked<Exit>

    private struct Exit {
        var status: Int?
        var waiters: [@Sendable (Int) -> Void] = []
    }

    /// Output goes to files, so that a program never blocks on a full pipe.
    ///
    /// - Parameter descriptors: what the program has as 3, 4 and so on; all of them from 10 on, so that none is in another's place.
    package init(
        _ program: String, _ arguments: [String], environment: [String: String]? = nil, folder: String? = nil, input: String = "/dev/null",
        output: String = "/dev/null", errors: String = "/dev/null", descriptors: [Int32] = []
    ) throws {
        guard let path = Subprocess.find(program) else { throw SubprocessError("no program \"\(program)\"; install its package") }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_CREAT | O_WRONLY | O_APPEND, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors, O_CREAT | O_WRONLY | O_APPEND, 0o600)
        for (descriptor, place) in zip(descriptors, Int32(3)...) { posix_spawn_file_actions_adddup2(&actions, descriptor, place) }
        posix_spawn_file_actions_addclosefrom_np(&actions, 3 + Int32(descriptors.count))
        if let folder { posix_spawn_file_actions_addchdir_np(&actions, folder) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        // A group of its own, so that its children end with it.
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
        let variables = (environment ?? Subprocess.environment).map { "\($0)=\($1)" }
        var argv = ([path] + arguments).map { strdup($0) } + [nil]
        var envp = variables.map { strdup($0) } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var pid = pid_t()
        let code = posix_spawn(&pid, path, &actions, &attributes, &argv, &envp)
        guard code == 0 else { throw SubprocessError("cannot start \(path): error \(code)") }
        self.pid = pid
        exit = Locked(Exit())
        DispatchQueue.global().async { [pid, exit] in
            var status: CInt = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            let signal = status & 0x7f
            let value = signal == 0 ? Int(status >> 8 & 0xff) : 128 + Int(signal)
            let waiters = exit.withLock { state in
                state.status = value
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter(value) }
        }
    }

    deinit { signal(SIGKILL) }

    /// To it and its children; nothing once it has ended.
    package func signal(_ number: Int32) {
        exit.withLock { state in
            if state.status == nil { kill(-pid, number) }
        }
    }

    /// Waits for the end; past the time limit the program is killed.
    package func wait(timeout: Duration) async throws -> Int {
        let timer = Task { [weak self] in
            try await Task.sleep(for: timeout)
            self?.signal(SIGKILL)
        }
        defer { timer.cancel() }
        return await withCheckedContinuation { continuation in
            let status = exit.withLock { state in
                if state.status == nil { state.waiters.append { continuation.resume(returning: $0) } }
                return state.status
            }
            if let status { continuation.resume(returning: status) }
        }
    }

    /// Asks it to end, then makes it end.
    package func end() async {
        signal(SIGTERM)
        _ = try? await wait(timeout: .seconds(3))
    }
}
