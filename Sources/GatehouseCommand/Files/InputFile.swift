import Gatehouse

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A file that an operator names, or standard input.
///
/// Reading blocks. A command that does one thing after the other has nothing that would have to wait.
final class InputFile {
    private static let pieceLength = 65_536

    private let descriptor: Int32
    /// As messages call it.
    let name: String

    /// Standard input.
    init() {
        name = "standard input"
        descriptor = STDIN_FILENO
    }

    init(_ path: String) throws(Refusal) {
        name = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .invalidSetting("Can't open \(path): \(String(cString: strerror(errno))).")
        }
    }

    deinit {
        if descriptor > STDERR_FILENO { close(descriptor) }
    }

    /// The one that an argument names, where `-` is standard input.
    static func named(_ argument: String) throws(Refusal) -> InputFile {
        try argument == "-" ? InputFile() : InputFile(argument)
    }

    /// Whether that is the same file, by whatever name.
    func isFile(of other: Int32) -> Bool {
        var (own, others) = (stat(), stat())
        guard withDescriptor({ fstat($0, &own) }) == 0, fstat(other, &others) == 0 else { return false }
        return own.st_dev == others.st_dev && own.st_ino == others.st_ino
    }

    /// What comes next; nothing at the end.
    func piece() throws(Refusal) -> [UInt8] {
        var count = 0
        let piece = [UInt8](unsafeUninitializedCapacity: Self.pieceLength) { buffer, initialized in
            count = fill(UnsafeMutableRawBufferPointer(buffer))
            initialized = max(0, count)
        }
        guard count >= 0 else { throw .invalidSetting("Can't read \(name): \(String(cString: strerror(errno))).") }
        return piece
    }

    /// Reads what comes next into a buffer, and answers how many bytes that was: none at the end, a negative number where it failed for
    /// the reason in `errno`.
    func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        withDescriptor { descriptor in
            while true {
                let count = read(descriptor, buffer.baseAddress, buffer.count)
                if count >= 0 || errno != EINTR { return count }
            }
        }
    }

    /// See ``PipeReader/readAll()``.
    func readAll(limit: Int) -> [UInt8]? {
        withDescriptor { PipeReader(descriptor: $0, limit: limit).readAll() }
    }

    /// See ``PipeReader/readText()``.
    func readText(limit: Int) -> String? {
        withDescriptor { PipeReader(descriptor: $0, limit: limit).readText() }
    }

    /// Whoever has read the descriptor needs this object no more, as far as the compiler knows, which may let it go at once: it would be
    /// closed before it is used.
    private func withDescriptor<Result>(_ body: (Int32) -> Result) -> Result {
        withExtendedLifetime(self) { body(descriptor) }
    }
}
