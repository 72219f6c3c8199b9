extension Bool: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .bool }

    public func encode(into bytes: inout [UInt8]) { bytes.append(self ? 1 : 0) }

    public static func decode(_ bytes: RawSpan) throws(ValueFault) -> Bool {
        try bytes.expect(byteCount: 1)
        return bytes.bigEndian(as: UInt8.self) != 0
    }
}

extension Int16: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .int2 }

    public func encode(into bytes: inout [UInt8]) { bytes.appendBigEndian(self) }

    public static func decode(_ bytes: RawSpan) throws(ValueFault) -> Int16 {
        try bytes.expect(byteCount: 2)
        return bytes.bigEndian(as: Int16.self)
    }
}

extension Int32: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .int4 }

    public func encode(into bytes: inout [UInt8]) { bytes.appendBigEndian(self) }

    public static func decode(_ bytes: RawSpan) throws(ValueFault) -> Int32 {
        try bytes.expect(byteCount: 4)
        return bytes.bigEndian(as: Int32.self)
    }
}

extension Int64: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .int8 }

    public func encode(into bytes: inout [UInt8]) { bytes.appendBigEndian(self) }

    public static func decode(_ bytes: RawSpan) throws(ValueFault) -> Int64 {
        try bytes.expect(byteCount: 8)
        return bytes.bigEndian(as: Int64.self)
    }
}

/// As `bigint`.
extension Int: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .int8 }

    public func encode(into bytes: inout [UInt8]) { bytes.appendBigEndian(Int64(self)) }

    public static func decode(_ bytes: RawSpan) throws(ValueFault) -> Int { Int(try Int64.decode(bytes)) }
}

extension Double: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .float8 }

    public func encode(into bytes: inout [UInt8]) { bytes.appendBigEndian(bitPattern) }

    public static func decode(_ bytes: RawSpan) throws(ValueFault) -> Double {
        try bytes.expect(byteCount: 8)
        return Double(bitPattern: bytes.bigEndian(as: UInt64.self))
    }
}
