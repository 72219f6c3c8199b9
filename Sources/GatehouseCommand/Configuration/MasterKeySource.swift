import FoundationEssentials
import Gatehouse

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Where the master key comes from, and with it, while it is being changed, the one before.
enum MasterKeySource: Sendable, Equatable {
    case file(String)
    case command(String)
    case environment(String)

    /// Reads the keys; a fault says how to mend it and never repeats what was read. The variable of the environment is
    /// wiped, as are the bytes that were read.
    func read() throws(FieldFault) -> MasterKeys {
        var text =
            switch self {
            case .file(let path): try Self.contents(ofPrivateFile: path)
            case .command(let command): try Self.output(of: command)
            case .environment(let text): Array(text.utf8)
            }
        defer { text.wipe() }
        if case .environment = self { ProcessSecrecy.wipeEnvironmentVariable(Setting.masterKey.variable) }
        do {
            return try MasterKeys(base64: text)
        } catch {
            throw .setting(error.message)
        }
    }

    /// The modes are those of the opened file, so that it can't be exchanged between the look and the reading.
    private static func contents(ofPrivateFile path: String) throws(FieldFault) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .setting("can't open \(path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
            throw .setting("\(path) is a folder; name the file that holds the key")
        }
        guard status.st_mode & strangers(to: status) == 0 else {
            throw .setting("others may read \(path); run: chmod 600 \(path)")
        }
        guard let bytes = PipeReader(descriptor: descriptor, limit: 4096).readAll() else {
            throw .setting("can't read \(path), or it is longer than master keys can be")
        }
        return bytes
    }

    /// The permissions that nobody may have. A file of our own is for us alone. One of root's may be read by its group, for
    /// which we may be there; and systemd shows a credential that it gives to one user with that bit set (`acl(5)`).
    private static func strangers(to status: stat) -> mode_t {
        status.st_uid == 0 && geteuid() != 0 ? 0o037 : 0o077
    }

    private static func output(of command: String) throws(FieldFault) -> [UInt8] {
        switch ShellCommand(command).run(limit: 4096, deadline: .seconds(15)) {
        case .output(let bytes): return bytes
        case .failed(let status): throw .setting("the command ended with status \(status)")
        case .timedOut: throw .setting("the command did not end within 15 s")
        case .notStarted: throw .setting("the command could not be started")
        case .unreadable: throw .setting("the command printed something else than a master key")
        }
    }
}
