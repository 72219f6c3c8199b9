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
            case .file(let path): try PrivateFile(path: path, contents: "the master key").read()
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
