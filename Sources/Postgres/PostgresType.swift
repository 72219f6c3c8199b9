/// A type of the server, by its object identifier.
public struct PostgresType: Hashable, Sendable, CustomStringConvertible {
    public let oid: UInt32

    public init(oid: UInt32) { self.oid = oid }

    public static let bool = PostgresType(oid: 16)
    public static let bytea = PostgresType(oid: 17)
    public static let name = PostgresType(oid: 19)
    public static let int8 = PostgresType(oid: 20)
    public static let int2 = PostgresType(oid: 21)
    public static let int4 = PostgresType(oid: 23)
    public static let text = PostgresType(oid: 25)
    public static let float8 = PostgresType(oid: 701)
    public static let boolArray = PostgresType(oid: 1000)
    public static let int2Array = PostgresType(oid: 1005)
    public static let int4Array = PostgresType(oid: 1007)
    public static let textArray = PostgresType(oid: 1009)
    public static let int8Array = PostgresType(oid: 1016)
    public static let float8Array = PostgresType(oid: 1022)
    public static let bpchar = PostgresType(oid: 1042)
    public static let varchar = PostgresType(oid: 1043)
    public static let timestamptz = PostgresType(oid: 1184)
    public static let timestamptzArray = PostgresType(oid: 1185)
    public static let uuid = PostgresType(oid: 2950)
    public static let uuidArray = PostgresType(oid: 2951)
    public static let jsonb = PostgresType(oid: 3802)

    public var description: String { Self.names[oid] ?? "a type with OID \(oid)" }

    /// The types one meets in practice, so that an error can name what it got.
    private static let names: [UInt32: String] = [
        16: "boolean", 17: "bytea", 18: "\"char\"", 19: "name", 20: "bigint", 21: "smallint", 23: "integer",
        25: "text", 26: "oid", 114: "json", 142: "xml", 600: "point", 650: "cidr", 700: "real",
        701: "double precision", 705: "unknown", 790: "money", 829: "macaddr", 869: "inet", 1000: "boolean[]",
        1001: "bytea[]", 1003: "name[]", 1005: "smallint[]", 1007: "integer[]", 1009: "text[]", 1015: "varchar[]",
        1016: "bigint[]", 1022: "double precision[]", 1042: "character", 1043: "character varying", 1082: "date",
        1083: "time", 1114: "timestamp without time zone", 1184: "timestamp with time zone",
        1185: "timestamp with time zone[]", 1186: "interval", 1231: "numeric[]", 1266: "time with time zone",
        1560: "bit", 1562: "bit varying", 1700: "numeric", 2205: "regclass", 2249: "record", 2278: "void",
        2950: "uuid", 2951: "uuid[]", 3614: "tsvector", 3802: "jsonb", 3807: "jsonb[]", 3904: "int4range",
        3910: "tstzrange",
    ]
}
