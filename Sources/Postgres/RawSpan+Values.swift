extension RawSpan {
    func expect(byteCount expected: Int) throws(ValueFault) {
        guard byteCount == expected else { throw ValueFault("\(byteCount) bytes instead of \(expected)") }
    }

    /// The integer in network byte order at `offset`, which must lie inside the span.
    func bigEndian<Number: FixedWidthInteger & BitwiseCopyable>(at offset: Int = 0, as: Number.Type) -> Number {
        Number(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: Number.self))
    }

    var copiedBytes: [UInt8] { withUnsafeBytes { [UInt8]($0) } }

    /// The bytes as text; the connection's encoding is UTF-8, so the server has validated them.
    var text: String { withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
}
