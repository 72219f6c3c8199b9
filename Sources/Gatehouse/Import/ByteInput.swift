/// The bytes of a file, of which no more than a piece is held at a time.
///
/// A byte order mark at the beginning is left out.
public struct ByteInput {
    private let more: () throws -> [UInt8]
    private var piece: [UInt8] = []
    private var position = 0
    private var hasBegun = false
    private var isAtEnd = false

    /// The line that the next byte stands on, from 1.
    private(set) var line = 1

    /// - Parameter more: The next piece; an empty one at the end.
    public init(_ more: @escaping () throws -> [UInt8]) {
        self.more = more
    }

    /// The next byte, which stays where it is; nil at the end.
    mutating func peek() throws -> UInt8? {
        if position == piece.count { try refill() }
        return position < piece.count ? piece[position] : nil
    }

    /// Takes the next byte; nil at the end.
    mutating func next() throws -> UInt8? {
        guard let byte = try peek() else { return nil }
        position += 1
        if byte == UInt8(ascii: "\n") { line += 1 }
        return byte
    }

    private mutating func refill() throws {
        guard !isAtEnd else { return }
        (piece, position) = (try more(), 0)
        if !hasBegun { try leaveOutByteOrderMark() }
        isAtEnd = piece.isEmpty
    }

    private mutating func leaveOutByteOrderMark() throws {
        hasBegun = true
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        while piece.count < mark.count {
            let rest = try more()
            if rest.isEmpty { break }
            piece += rest
        }
        guard piece.starts(with: mark) else { return }
        piece.removeFirst(mark.count)
        if piece.isEmpty { piece = try more() }
    }
}
