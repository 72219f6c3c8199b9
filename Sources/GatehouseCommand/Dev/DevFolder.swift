import FoundationEssentials
import Gatehouse

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The folder of `gatehouse dev`: the database, the master key, and the settings for another terminal.
struct DevFolder {
    let path: String

    var postgres: String { "\(path)/postgres" }
    var masterKeyFile: String { "\(path)/master-key" }
    var environmentFile: String { "\(path)/env" }

    /// Makes the folder and the master key where they are missing. A folder that is there keeps its permissions, or is refused.
    init(path: String) throws(Failure) {
        self.path = Self.absolute(path)
        if try !makeFolder() { try checkFolder() }
        if access(masterKeyFile, F_OK) != 0 {
            try write(MasterKey.generate().base64 + "\n", to: masterKeyFile, publish: Self.keepingFirst)
        }
        try checkMasterKey()
    }

    /// Writes what `. .gatehouse/env` sets in a shell. Other sources of the master key go, which exclude its file, and what an earlier
    /// start was given and this one wasn't.
    func writeEnvironment(_ values: [(Setting, String)]) throws(Failure) {
        let others = (Setting.masterKeySources + Setting.sharedWithAdmin).filter { other in
            !values.contains { $0.0 == other }
        }
        let lines =
            ["unset " + others.map(\.variable).joined(separator: " ")]
            + values.map { "export \($0.variable)=\($1.quotedForShell)" }
        try write(lines.joined(separator: "\n") + "\n", to: environmentFile) { rename($0, $1) == 0 }
    }

    /// Whether it wasn't there.
    private func makeFolder() throws(Failure) -> Bool {
        let parent = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        try? FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        guard mkdir(path, 0o700) == 0 else {
            if errno == EEXIST { return false }
            throw unusable("it can't be made (\(String(cString: strerror(errno))))")
        }
        // PostgreSQL doesn't run as root; its user must be able to pass through to its own folder.
        if geteuid() == 0 { chmod(path, 0o711) }
        return true
    }

    /// Who may write to it, as its owner always may, could exchange the master key, or the settings, which a shell runs.
    private func checkFolder() throws(Failure) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { throw unusable("it is no folder") }
        guard status.st_uid == geteuid() else { throw unusable("it belongs to another user (\(status.st_uid))") }
        guard status.st_mode & 0o022 == 0 else { throw unusable("others may write to it", orMake: "\(path)/gatehouse") }
        guard access(path, R_OK | W_OK | X_OK) == 0 else { throw unusable(String(cString: strerror(errno))) }
    }

    private func checkMasterKey() throws(Failure) {
        var key: [UInt8]
        do throws(FieldFault) {
            key = try PrivateFile(path: masterKeyFile, contents: "the master key").read()
        } catch {
            throw Failure(
                code: "invalid_setting",
                "The master key: \(error.message). Mend that, or choose another folder with --data-dir.")
        }
        defer { key.wipe() }
        guard (try? MasterKeys(base64: key)) == nil else { return }
        let remedy =
            access(postgres, F_OK) == 0
            ? "Put back a copy of it, or delete \(path) with its users to begin anew."
            : "Delete it; the next start makes another."
        throw Failure(code: "invalid_setting", "\(masterKeyFile) holds no master key. \(remedy)")
    }

    private func unusable(_ reason: String, orMake folder: String? = nil) -> Failure {
        let other = folder.map { ", such as \($0)" } ?? ""
        return Failure(
            code: "invalid_setting", "Can't use the folder \(path): \(reason). Choose another with --data-dir\(other).")
    }

    /// Of two programs that start at once the first one's file stays, and serves both.
    private static func keepingFirst(_ unfinished: String, _ file: String) -> Bool {
        link(unfinished, file) == 0 || errno == EEXIST
    }

    /// Whole or not at all, and from the first byte readable by nobody else.
    private func write(
        _ text: String, to file: String, publish: (_ unfinished: String, _ file: String) -> Bool
    ) throws(Failure) {
        let unfinished = "\(file).\(String(UInt64.random(in: .min ... .max), radix: 36))"
        defer { unlink(unfinished) }
        let descriptor = open(unfinished, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw cannotWrite(file) }
        do throws(LostOutput) {
            try Terminal.write(text, to: descriptor)
        } catch {
            close(descriptor)
            throw cannotWrite(file, error.reason)
        }
        guard fsync(descriptor) == 0 else {
            let failure = cannotWrite(file)
            close(descriptor)
            throw failure
        }
        guard close(descriptor) == 0, publish(unfinished, file) else { throw cannotWrite(file) }
    }

    private func cannotWrite(_ file: String, _ reason: String = String(cString: strerror(errno))) -> Failure {
        Failure(code: "invalid_setting", "Can't write \(file): \(reason).")
    }

    private static func absolute(_ path: String) -> String {
        let full = path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
        let trimmed = String(full.reversed().drop { $0 == "/" }.reversed())
        return trimmed.isEmpty ? "/" : trimmed
    }
}

extension String {
    /// The text as one word of a POSIX shell.
    var quotedForShell: String {
        let plain = allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-:@%+=,".contains($0)) }
        return plain && !isEmpty ? self : "'" + replacing("'", with: "'\\''") + "'"
    }
}
