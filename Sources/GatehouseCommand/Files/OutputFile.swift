import Gatehouse

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Standard output, or a file opened for writing, where what doesn't arrive in full is worth nothing.
final class OutputFile {
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(_ descriptor: Int32 = STDOUT_FILENO) {
        self.descriptor = descriptor
    }

    func write(_ bytes: [UInt8]) throws {
        buffer.append(contentsOf: bytes)
        if buffer.count >= 65_536 { try flush() }
    }

    /// Throws `invalidSetting` when the disk is full. Where whoever reads a pipe has gone, SIGPIPE ends the program.
    func flush() throws {
        defer { buffer.removeAll(keepingCapacity: true) }
        do throws(LostOutput) {
            try Terminal.write(buffer, to: descriptor)
        } catch {
            throw Refusal.invalidSetting("The file can't be written: \(error.reason).")
        }
    }
}
