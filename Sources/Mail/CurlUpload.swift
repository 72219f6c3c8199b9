/// A mail's bytes on their way into libcurl, which asks for them piece by piece on the thread that sends.
final class CurlUpload {
    private var rest: ArraySlice<UInt8>
    private let cancellation: Cancellation

    let size: Int
    /// Whether libcurl has asked for some, which it does when the server has agreed to take the mail's content.
    private(set) var hasBegun = false

    init(_ bytes: [UInt8], cancellation: Cancellation) {
        rest = bytes[...]
        size = bytes.count
        self.cancellation = cancellation
    }

    var isCancelled: Bool { cancellation.isRaised }

    /// How many bytes were put there; none at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        hasBegun = true
        let piece = rest.prefix(buffer.count)
        buffer.copyBytes(from: piece)
        rest = rest.dropFirst(piece.count)
        return piece.count
    }
}
