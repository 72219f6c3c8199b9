extension String: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .text }
    public static let acceptedPostgresTypes: [PostgresType] = [.text, .varchar, .name, .bpchar]

    /// PostgreSQL's text can't hold U+0000, which is refused here before anything is sent.
    public func encode(into bytes: inout [UInt8]) throws(ValueFault) {
        let start = bytes.count
        bytes.append(contentsOf: utf8)
        if bytes[start...].contains(0) { throw ValueFault("text with a NUL character") }
    }

    public static func decode(_ bytes: RawSpan) -> String { bytes.text }
}

/// A `jsonb` value, as text: this client knows no JSON.
public struct PostgresJSON: Hashable, Sendable, PostgresEncodable, PostgresDecodable {
    public let text: String

    public init(text: String) { self.text = text }

    public static var postgresType: PostgresType { .jsonb }

    private static let formatVersion: UInt8 = 1

    public func encode(into bytes: inout [UInt8]) throws(ValueFault) {
        bytes.append(Self.formatVersion)
        try text.encode(into: &bytes)
    }

    public static func decode(_ bytes: RawSpan) throws(ValueFault) -> PostgresJSON {
        guard bytes.byteCount > 0, bytes.bigEndian(as: UInt8.self) == formatVersion else {
            throw ValueFault("jsonb in an unknown format")
        }
        return PostgresJSON(text: bytes.extracting(droppingFirst: 1).text)
    }
}
