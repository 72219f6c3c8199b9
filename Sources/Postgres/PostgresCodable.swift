/// A Swift type that stands for a type of the server.
public protocol PostgresRepresentable: SendableMetatype {
    /// The type that parameters are declared with.
    static var postgresType: PostgresType { get }
}

/// A value that can be a statement's parameter, in the binary format of its type.
public protocol PostgresEncodable: PostgresRepresentable {
    /// Whether it is sent as a null. False unless a type says otherwise.
    var isPostgresNull: Bool { get }
    /// Appends the binary form. Not called for a null. Throws for a value that the server's type can't hold.
    func encode(into bytes: inout [UInt8]) throws(ValueFault)
}

/// A value that can be read from a column, in the binary format of its type.
public protocol PostgresDecodable: PostgresRepresentable {
    /// Column types whose binary form this type reads. Its own alone unless a type says otherwise.
    static var acceptedPostgresTypes: [PostgresType] { get }
    /// Reads the binary form of a value that isn't null. Throws for bytes that are none.
    static func decode(_ bytes: RawSpan) throws(ValueFault) -> Self
    /// The value that stands for a null. Throws unless a type has one, as an optional has.
    static func decodeNull() throws(ValueFault) -> Self
}

extension PostgresEncodable {
    public var isPostgresNull: Bool { false }
}

extension PostgresDecodable {
    public static var acceptedPostgresTypes: [PostgresType] { [postgresType] }
    public static func decodeNull() throws(ValueFault) -> Self { throw ValueFault("null") }
}

extension Optional: PostgresRepresentable where Wrapped: PostgresRepresentable {
    public static var postgresType: PostgresType { Wrapped.postgresType }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    public var isPostgresNull: Bool { self == nil || self?.isPostgresNull == true }

    public func encode(into bytes: inout [UInt8]) throws(ValueFault) {
        if let value = self { try value.encode(into: &bytes) }
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    public static var acceptedPostgresTypes: [PostgresType] { Wrapped.acceptedPostgresTypes }
    public static func decode(_ bytes: RawSpan) throws(ValueFault) -> Wrapped? { try Wrapped.decode(bytes) }
    public static func decodeNull() throws(ValueFault) -> Wrapped? { nil }
}

extension [UInt8] {
    mutating func appendBigEndian<Number: FixedWidthInteger>(_ number: Number) {
        Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }

    mutating func replaceBigEndian(_ number: Int32, at offset: Int) {
        for index in 0..<4 { self[offset + index] = UInt8(truncatingIfNeeded: number >> (24 - 8 * index)) }
    }
}
