import Testing

@testable import Gatehouse

@Suite("Reading files of users")
struct ReaderTests {
    private func records(_ text: String, inPiecesOf length: Int = 7) throws -> [Record<[String]>] {
        var reader = CSVReader(ByteInput(text, inPiecesOf: length))
        var records: [Record<[String]>] = []
        while let record = try reader.next() { records.append(record) }
        return records
    }

    @Test(
        "CSV is read as RFC 4180 says, wherever a piece of the file ends",
        arguments: [
            ("a,b\nc,d\n", [["a", "b"], ["c", "d"]]), ("a,b\r\nc,d\r\n", [["a", "b"], ["c", "d"]]),
            ("a,b", [["a", "b"]]), ("\u{FEFF}a,b\n", [["a", "b"]]), ("", []), ("\n\r\n\n", []),
            (",\n", [["", ""]]), ("a,\n", [["a", ""]]),
            ("\"a,b\",c\n", [["a,b", "c"]]), ("\"a\"\"b\"\n", [["a\"b"]]), ("\"a\nb\"\n", [["a\nb"]]),
            ("\"a\r\nb\",c\r\n", [["a\r\nb", "c"]]), ("\"é\",😀\n", [["é", "😀"]]), ("a\n\nb\n", [["a"], ["b"]]),
        ], [1, 2, 3, 64])
    func csv(_ example: (text: String, fields: [[String]]), length: Int) throws {
        let fields = try records(example.text, inPiecesOf: length).map { try $0.content.get() }
        #expect(fields == example.fields)
    }

    @Test(
        "A bad record is refused with its line, and the next one is read",
        arguments: [
            "a\"b,c", "\"a\"b,c", "a\rb,c", "\"a\nb\"c",
        ])
    func badRecords(bad: String) throws {
        let records = try records("x,y\n\(bad)\nz,\"1\"\n")
        #expect(records.count == 3)
        #expect(records[1].line == 2)
        guard case .failure(let fault) = records[1].content else { return #expect(Bool(false), "\(records[1])") }
        #expect(fault.code == "malformed")
        #expect(try records[2].content.get() == ["z", "1"])
        #expect(records[2].line == (bad.contains("\n") ? 4 : 3))
    }

    @Test("Text that is no UTF-8 is refused")
    func unreadable() throws {
        var reader = CSVReader(ByteInput([0x61, 0xFF, 0x0A]))
        let record = try #require(try reader.next())
        #expect(throws: FieldFault.self) { try record.content.get() }
        #expect(try reader.next() == nil)
    }

    @Test(
        "A quotation mark that isn't closed ends the reading, and is named with its line",
        arguments: ["\"b\n", "\"b", "\"" + String(repeating: "b\n", count: 200_000) + "\"\nc\n"])
    func unclosed(rest: String) throws {
        var reader = CSVReader(ByteInput("a\n\"x\ny\",\(rest)", inPiecesOf: 65_536))
        #expect(try reader.next()?.content.get() == ["a"])
        #expect(
            throws: Refusal.invalidSetting(
                "The quoted field that begins on line 3 isn't closed, or its record is longer than 256 KiB.")
        ) { try reader.next() }
    }

    @Test("A huge record is refused and passed over without being held; the one behind it is read")
    func hugeRecords() throws {
        let huge = String(repeating: "x", count: 300_000)
        let commas = String(repeating: ",", count: 300_000)
        for text in [huge, commas] {
            let records = try records("\(text)\nb\n", inPiecesOf: 65_536)
            #expect(records.count == 2)
            #expect(throws: FieldFault.longerThan(CSVReader.limit)) { try records[0].content.get() }
            #expect(try records[1].content.get() == ["b"])
        }
        var lines = LineReader(ByteInput("{}\n\(huge)\n{\"a\":1}", inPiecesOf: 65_536))
        #expect(try lines.next()?.content.get() == Array("{}".utf8))
        let second = try #require(try lines.next())
        #expect(second.line == 2)
        #expect(throws: FieldFault.longerThan(LineReader.limit)) { try second.content.get() }
        let third = try #require(try lines.next())
        #expect(third.line == 3)
        #expect(try third.content.get() == Array("{\"a\":1}".utf8))
        #expect(try lines.next() == nil)
    }

    @Test("Lines end in LF or CRLF, and blank ones are passed over", arguments: [1, 2, 5, 100])
    func lines(length: Int) throws {
        var reader = LineReader(ByteInput("\u{FEFF}{}\r\n\n  \n[]\n1", inPiecesOf: length))
        var lines: [(Int, String)] = []
        while let record = try reader.next() {
            lines.append((record.line, String(decoding: try record.content.get(), as: UTF8.self)))
        }
        #expect(lines.map(\.0) == [1, 4, 5])
        #expect(lines.map(\.1) == ["{}", "[]", "1"])
    }

    @Test("A column that isn't known, is missing or stands there twice, is refused before anything is imported")
    func headers() throws {
        for header in ["", "email,email\n", "emial\n", "username\n", "email,favourite_colour\n", "\"email\n"] {
            #expect(throws: Refusal.self, "\(header)") { try UserFile(ByteInput(header), format: .csv) }
        }
        #expect(throws: Refusal.self) { try UserFile(ByteInput("id,email\n"), format: .supabase) }
    }
}
