import Gatehouse

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A file with a secret, which nobody else may read.
struct PrivateFile {
    let path: String
    /// What it holds, for whoever has named another: `the key`.
    let contents: String

    /// The bytes, which the caller wipes. The modes are those of the opened file, so that it can't be exchanged between the
    /// look and the reading.
    func read() throws(FieldFault) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .setting("can't open \(path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
            throw .setting("\(path) is a folder; name the file that holds \(contents)")
        }
        guard status.st_mode & Self.strangers(to: status) == 0 else {
            throw .setting("others may read \(path); run: chmod 600 \(path)")
        }
        guard let bytes = PipeReader(descriptor: descriptor, limit: 4096).readAll() else {
            throw .setting("can't read \(path), or it is longer than \(contents) can be")
        }
        return bytes
    }

    /// The permissions that nobody may have. A file of our own is for us alone. One of root's may be read by its group, for
    /// which we may be there; and systemd shows a credential that it gives to one user with that bit set (`acl(5)`).
    private static func strangers(to status: stat) -> mode_t {
        status.st_uid == 0 && geteuid() != 0 ? 0o037 : 0o077
    }
}
