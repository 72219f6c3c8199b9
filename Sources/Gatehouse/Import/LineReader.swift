/// Takes the lines of a file one after the other, without what ends them. Lines of nothing but white space are passed over.
struct LineReader {
    /// The rest of a longer line is passed over, so that one line can't fill the memory.
    static let limit = 262_144

    private var input: ByteInput

    init(_ input: ByteInput) {
        self.input = input
    }

    mutating func next() throws -> Record<[UInt8]>? {
        while try input.peek() != nil {
            let line = input.line
            let content = try text()
            if case .success(let text) = content, text.allSatisfy({ $0 == 0x20 || (0x09...0x0D).contains($0) }) {
                continue
            }
            return Record(line: line, content: content)
        }
        return nil
    }

    private mutating func text() throws -> Result<[UInt8], FieldFault> {
        var text: [UInt8] = []
        var isTooLong = false
        while let byte = try input.next(), byte != UInt8(ascii: "\n") {
            if text.count < Self.limit { text.append(byte) } else { isTooLong = true }
        }
        if text.last == UInt8(ascii: "\r") { text.removeLast() }
        return isTooLong ? .failure(.longerThan(Self.limit)) : .success(text)
    }
}
