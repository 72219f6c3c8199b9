import Gatehouse

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Reads a file line by line, in bounded memory.
final class InputLines {
    private let input: InputFile
    private let longest: Int
    private var buffer: [UInt8] = []
    /// Where in the buffer the next line begins, and up to where no end of it has been found.
    private var start = 0
    private var searched = 0
    private var hasEnded = false

    private static let chunk = 65_536

    init(of input: InputFile, longest: Int) {
        self.input = input
        self.longest = longest
    }

    /// A line without its end, and nil after the last. Throws `invalidSetting` where one is too long or nothing can be read.
    func next() throws -> [UInt8]? {
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) { return take(upTo: end, skipping: 1) }
            searched = buffer.count
            guard buffer.count - start <= longest else {
                throw Refusal.invalidSetting("A line of the file is longer than \(longest >> 20) MiB.")
            }
            if hasEnded { return start < buffer.count ? take(upTo: buffer.count, skipping: 0) : nil }
            try fill()
        }
    }

    private func take(upTo end: Int, skipping count: Int) -> [UInt8] {
        defer {
            start = end + count
            searched = start
        }
        return Array(buffer[start..<end])
    }

    private func fill() throws {
        buffer.removeFirst(start)
        searched -= start
        start = 0
        let length = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: Self.chunk))
        let count = buffer.withUnsafeMutableBytes {
            input.fill(UnsafeMutableRawBufferPointer(rebasing: $0[length...]))
        }
        buffer.removeLast(Self.chunk - max(0, count))
        guard count >= 0 else {
            throw Refusal.invalidSetting("The file can't be read: \(String(cString: strerror(errno))).")
        }
        hasEnded = count == 0
    }
}
