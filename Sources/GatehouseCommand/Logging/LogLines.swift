/// Lines of the log that are to be written, in one piece.
struct LogLines {
    private static let end = UInt8(ascii: "\n")

    private(set) var bytes: [UInt8] = []
    /// The lines among them that tell of dropped ones: where the text of each ends, and how many it tells of.
    private var notes: [(end: Int, dropped: Int)] = []

    mutating func append(_ line: [UInt8]) {
        bytes.append(contentsOf: line)
        bytes.append(Self.end)
    }

    mutating func append(_ line: [UInt8], tellingOf dropped: Int) {
        append(line)
        notes.append((end: bytes.count - 1, dropped: dropped))
    }

    /// How many lines are missing from the log when only the first bytes of these have been written. For a line that told of dropped ones
    /// it is those.
    func lost(written count: Int) -> Int {
        // A line that lacks nothing but its end is there: the next write begins with that.
        let lines = bytes.dropFirst(count + 1).count { $0 == Self.end }
        return notes.filter { $0.end > count }.reduce(lines) { $0 + $1.dropped - 1 }
    }

    /// Whether the first bytes of these, one at least, end within a line.
    func isCut(written count: Int) -> Bool {
        bytes[count - 1] != Self.end
    }
}
