#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A type whose Swift array is a value of PostgreSQL: `[String]` is `text[]`, `[UInt8]` is `bytea`.
public protocol PostgresArrayElement: SendableMetatype {
    /// The server's type of the whole array.
    static var postgresArrayType: PostgresType { get }
    /// Appends the binary form of the array. Throws for an element that the server's type can't hold.
    static func encodeArray(_ elements: [Self], into bytes: inout [UInt8]) throws(ValueFault)
    /// Reads the binary form of an array. Throws for bytes that are none, and for a null among the elements.
    static func decodeArray(_ bytes: RawSpan) throws(ValueFault) -> [Self]
}

extension Array: PostgresRepresentable, PostgresEncodable, PostgresDecodable where Element: PostgresArrayElement {
    public static var postgresType: PostgresType { Element.postgresArrayType }
    public func encode(into bytes: inout [UInt8]) throws(ValueFault) { try Element.encodeArray(self, into: &bytes) }
    public static func decode(_ bytes: RawSpan) throws(ValueFault) -> [Element] { try Element.decodeArray(bytes) }
}

extension UInt8: PostgresArrayElement {
    public static var postgresArrayType: PostgresType { .bytea }
    public static func encodeArray(_ elements: [UInt8], into bytes: inout [UInt8]) { bytes += elements }
    public static func decodeArray(_ bytes: RawSpan) -> [UInt8] { bytes.copiedBytes }
}

extension Bool: PostgresArrayElement { public static var postgresArrayType: PostgresType { .boolArray } }
extension Int16: PostgresArrayElement { public static var postgresArrayType: PostgresType { .int2Array } }
extension Int32: PostgresArrayElement { public static var postgresArrayType: PostgresType { .int4Array } }
extension Int64: PostgresArrayElement { public static var postgresArrayType: PostgresType { .int8Array } }
extension Int: PostgresArrayElement { public static var postgresArrayType: PostgresType { .int8Array } }
extension Double: PostgresArrayElement { public static var postgresArrayType: PostgresType { .float8Array } }
extension String: PostgresArrayElement { public static var postgresArrayType: PostgresType { .textArray } }
extension UUID: PostgresArrayElement { public static var postgresArrayType: PostgresType { .uuidArray } }
extension Date: PostgresArrayElement { public static var postgresArrayType: PostgresType { .timestamptzArray } }

/// The binary form of an array (`array_send` in PostgreSQL's source): dimensions, whether a null is in it, the
/// element type, length and lower bound of each dimension, then each element with its length.
extension PostgresArrayElement where Self: PostgresEncodable & PostgresDecodable {
    public static func encodeArray(_ elements: [Self], into bytes: inout [UInt8]) throws(ValueFault) {
        bytes.appendBigEndian(Int32(elements.isEmpty ? 0 : 1))
        bytes.appendBigEndian(Int32(0))
        bytes.appendBigEndian(postgresType.oid)
        if elements.isEmpty { return }
        bytes.appendBigEndian(Int32(elements.count))
        bytes.appendBigEndian(Int32(1))
        for element in elements {
            let length = bytes.count
            bytes.appendBigEndian(Int32(0))
            try element.encode(into: &bytes)
            bytes.replaceBigEndian(Int32(bytes.count - length - 4), at: length)
        }
    }

    public static func decodeArray(_ bytes: RawSpan) throws(ValueFault) -> [Self] {
        var reader = ArrayReader(length: bytes.byteCount)
        let dimensions = bytes.bigEndian(at: try reader.advance(by: 12), as: Int32.self)
        if dimensions == 0 { return [] }
        guard dimensions == 1 else { throw ValueFault("an array of \(dimensions) dimensions") }
        let count = bytes.bigEndian(at: try reader.advance(by: 8), as: Int32.self)
        var elements: [Self] = []
        elements.reserveCapacity(min(Int(max(count, 0)), bytes.byteCount / 4))
        for _ in 0..<max(count, 0) {
            let length = bytes.bigEndian(at: try reader.advance(by: 4), as: Int32.self)
            guard length >= 0 else { throw ValueFault("an array with a null in it") }
            let start = try reader.advance(by: Int(length))
            elements.append(try Self.decode(bytes.extracting(start..<start + Int(length))))
        }
        return elements
    }
}

/// Where an array's decoder stands, so that a damaged length can't lead past the end.
private struct ArrayReader {
    let length: Int
    var offset = 0

    /// Returns the offset before the step.
    mutating func advance(by step: Int) throws(ValueFault) -> Int {
        guard step <= length - offset else { throw ValueFault("an array that is cut short") }
        defer { offset += step }
        return offset
    }
}
