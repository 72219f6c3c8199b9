import Gatehouse

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A file that an operator names, or standard input, read a piece at a time.
///
/// Reading blocks. A command that does one thing after the other has nothing that would have to wait.
final class InputFile {
    private static let pieceLength = 65_536

    let descriptor: Int32
    private let path: String

    /// - Parameter path: `-` is standard input.
    init(_ path: String) throws(Refusal) {
        self.path = path
        descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .invalidSetting("Can't open \(path): \(String(cString: strerror(errno))).")
        }
    }

    deinit {
        if descriptor > STDERR_FILENO { close(descriptor) }
    }

    /// As messages call it.
    var name: String { path == "-" ? "standard input" : path }

    /// Whether that is the same file, by whatever name.
    func isFile(of other: Int32) -> Bool {
        var (own, others) = (stat(), stat())
        guard fstat(descriptor, &own) == 0, fstat(other, &others) == 0 else { return false }
        return own.st_dev == others.st_dev && own.st_ino == others.st_ino
    }

    /// What comes next; nothing at the end.
    func piece() throws(Refusal) -> [UInt8] {
        var count = 0
        let piece = [UInt8](unsafeUninitializedCapacity: Self.pieceLength) { buffer, initialized in
            repeat { count = read(descriptor, buffer.baseAddress, buffer.count) } while count < 0 && errno == EINTR
            initialized = max(0, count)
        }
        guard count >= 0 else { throw .invalidSetting("Can't read \(name): \(String(cString: strerror(errno))).") }
        return piece
    }
}
