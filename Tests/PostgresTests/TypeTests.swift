import Foundation
import Testing

@testable import Postgres

@Suite("Types", .timeLimit(.minutes(2)))
struct TypeTests {
    private func echo<Value: PostgresEncodable & PostgresDecodable & Sendable>(
        _ value: Value, as type: String, _ connection: Connection
    ) async throws -> Value? {
        let statement = Statement<Value, Value>(
            "select $1::\(type)", bind: { $0 }, row: { (echoed: Value) in echoed })
        return try await connection.first(statement, value)
    }

    @Test("every type comes back as it was sent")
    func roundTrip() async throws {
        try await withConnection { connection async throws in
            #expect(try await echo(true, as: "boolean", connection) == true)
            #expect(try await echo(Int16.min, as: "smallint", connection) == .min)
            #expect(try await echo(Int32.min, as: "integer", connection) == .min)
            #expect(try await echo(Int64.min, as: "bigint", connection) == .min)
            #expect(try await echo(Int.max, as: "bigint", connection) == .max)
            #expect(try await echo(-1.5e300, as: "float8", connection) == -1.5e300)
            #expect(try await echo("", as: "text", connection) == "")
            #expect(try await echo("naïve ☕️ 👩‍👩‍👧", as: "text", connection) == "naïve ☕️ 👩‍👩‍👧")
            #expect(try await echo("v", as: "varchar", connection) == "v")
            #expect(try await echo([UInt8](0...255), as: "bytea", connection) == [UInt8](0...255))
            #expect(try await echo([UInt8](), as: "bytea", connection) == [])
            let id = UUID()
            #expect(try await echo(id, as: "uuid", connection) == id)
            #expect(try await echo(["a", "", "b,\"{}"], as: "text[]", connection) == ["a", "", "b,\"{}"])
            #expect(try await echo([String](), as: "text[]", connection) == [])
            #expect(try await echo([id, UUID()], as: "uuid[]", connection)?.first == id)
            #expect(try await echo([1, -1, .max] as [Int64], as: "bigint[]", connection) == [1, -1, .max])
            #expect(try await echo([true, false], as: "boolean[]", connection) == [true, false])
        }
    }

    @Test("a date means the same instant to the server and to Swift, to the microsecond")
    func dates() async throws {
        let text = Statement<Date, String>(
            "select to_char($1 at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')", bind: { $0 },
            row: { (text: String) in text })
        try await withConnection { connection async throws in
            let date = Date(timeIntervalSince1970: 1_700_000_000.123_456)
            #expect(try await connection.first(text, date) == "2023-11-14 22:13:20.123456")
            let echoed = try #require(try await echo(date, as: "timestamptz", connection))
            #expect(abs(echoed.timeIntervalSince(date)) < 1e-6)
            let early = Date(timeIntervalSince1970: -3_000_000_000)
            #expect(try await echo(early, as: "timestamptz", connection) == early)
        }
    }

    @Test("a null is nil, and an error where none is expected")
    func nulls() async throws {
        let optional = Statement<String?, String?>("select $1", bind: { $0 }, row: { (text: String?) in text })
        let required = Statement<String?, String>(
            "select $1 as word", bind: { $0 }, row: { (text: String) in text })
        try await withConnection { connection async throws in
            #expect(try await connection.query(optional, nil) == [nil])
            #expect(try await connection.query(optional, "x") == ["x"])
            let error = await #expect(throws: PostgresError.self) { try await connection.query(required, nil) }
            #expect(error == .decoding(DecodingFault(column: "word", expected: "text", actual: "null")))
        }
    }

    @Test("JSON keeps its text")
    func json() async throws {
        try await withConnection { connection async throws in
            let json = PostgresJSON(text: #"{"a": [1, "ä"]}"#)
            #expect(try await echo(json, as: "jsonb", connection) == json)
        }
    }

    @Test("several parameters and columns arrive in order, in several rows")
    func tuples() async throws {
        struct Entry: Equatable { let number: Int, name: String }
        let statement = Statement<(Int, String), Entry>(
            "select n, $2 || n from generate_series($1, $1 + 2) as n order by n", bind: { ($0.0, $0.1) },
            row: { (number: Int, name: String) in Entry(number: number, name: name) })
        try await withConnection { connection async throws in
            let entries = try await connection.query(statement, (7, "n"))
            #expect(entries == [7, 8, 9].map { Entry(number: $0, name: "n\($0)") })
            let error = await #expect(throws: PostgresError.self) { try await connection.first(statement, (7, "n")) }
            #expect(error == .decoding(DecodingFault(column: nil, expected: "at most one row", actual: "3")))
        }
    }

    @Test("a column of another type is an error that names it, and the connection stays usable")
    func unexpectedType() async throws {
        let statement = Statement<Void, String>(
            "select '1.5'::numeric as price", bind: { _ in () }, row: { (price: String) in price })
        let unknown = Statement<Void, String>(
            "select 'on'::mood as mood", bind: { _ in () }, row: { (mood: String) in mood })
        try await withConnection { connection async throws in
            var error = await #expect(throws: PostgresError.self) { try await connection.query(statement, ()) }
            #expect(error == .decoding(DecodingFault(column: "price", expected: "text", actual: "numeric")))
            #expect(error?.description == "Expected text in column “price”, got numeric.")

            try await connection.script("create type mood as enum ('on', 'off')")
            error = await #expect(throws: PostgresError.self) { try await connection.query(unknown, ()) }
            guard case .decoding(let fault) = error else { throw try #require(error) }
            #expect(fault.column == "mood")
            #expect(fault.actual.hasPrefix("a type with OID"))
            #expect(try await connection.first(Statements.one, ()) == 1)
        }
    }

    @Test("too few or too many columns are an error")
    func columnCount() async throws {
        let statement = Statement<Void, Int32>("select 1, 2", bind: { _ in () }, row: { (one: Int32) in one })
        try await withConnection { connection async throws in
            let error = await #expect(throws: PostgresError.self) { try await connection.query(statement, ()) }
            #expect(error == .decoding(DecodingFault(column: nil, expected: "1 columns", actual: "2")))
        }
    }

    @Test("what a row refuses is a decoding error")
    func refusedRow() async throws {
        struct Refusal: Error {}
        let statement = Statement<Void, Int>(
            "select 1::bigint", bind: { _ in () }, row: { (_: Int) in throw Refusal() })
        try await withConnection { connection async throws in
            let error = await #expect(throws: PostgresError.self) { try await connection.query(statement, ()) }
            guard case .decoding = error else { throw try #require(error) }
        }
    }

    @Test("text with a NUL is refused and nothing is sent")
    func nulInText() async throws {
        let insert = Statement<String, Void>("insert into words (word) values ($1)", bind: { $0 })
        let count = Statement<Void, Int>("select count(*) from words", bind: { _ in () }, row: { (n: Int) in n })
        try await withConnection { connection async throws in
            try await connection.script("create table words (word text)")
            for text in ["\0", "a\0b", "ab\0"] {
                let error = await #expect(throws: PostgresError.self) { try await connection.execute(insert, text) }
                #expect(error == .encoding(EncodingFault(parameter: 1, reason: "text with a NUL character")))
            }
            let setting = LocalSetting("app.x", "\0")
            await #expect(throws: PostgresError.self) {
                try await connection.execute(insert, "a", settings: [setting])
            }
            #expect(try await connection.first(count, ()) == 0)
            #expect(try await connection.execute(insert, "ok") == 1)
        }
    }

    @Test("a value of a megabyte goes both ways")
    func megabyte() async throws {
        try await withConnection { connection async throws in
            let text = String(repeating: "0123456789abcdef", count: 1 << 16)
            #expect(try await echo(text, as: "text", connection) == text)
            let bytes = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            #expect(try await echo(bytes, as: "bytea", connection) == bytes)
        }
    }
}
