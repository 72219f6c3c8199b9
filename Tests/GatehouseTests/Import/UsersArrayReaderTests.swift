import Testing

@testable import Gatehouse

@Suite("Reading users out of one JSON document")
struct UsersArrayReaderTests {
    private func elements(_ text: String, inPiecesOf length: Int = 5) throws -> [(line: Int, text: String)] {
        var reader = UsersArrayReader(ByteInput(text, inPiecesOf: length))
        var elements: [(line: Int, text: String)] = []
        while let record = try reader.next() {
            elements.append((record.line, String(decoding: try record.content.get(), as: UTF8.self)))
        }
        return elements
    }

    @Test(
        "Elements are taken as they stand, wherever the array is and a piece ends",
        arguments: [
            ("{\"users\":[]}", []), ("{\"users\":[1]}", ["1"]),
            (" { \"users\" : [ {} , {\"a\":[1,{\"b\":\"]}\"}]} ] } ", ["{}", "{\"a\":[1,{\"b\":\"]}\"}]}"]),
            (
                "{\"a\":1,\"b\":[[],{}],\"c\":\"}\\\"]\",\"users\":[\"x\\\"\\\\\",null,true],\"d\":-1.5e3}",
                ["\"x\\\"\\\\\"", "null", "true"]
            ),
            ("{\"inner\":{\"users\":[1]},\"users\":[2]}", ["2"]), ("\u{FEFF}{\"users\":[1 , 2]}", ["1", "2"]),
        ], [1, 3, 1000])
    func asTheyStand(_ example: (text: String, elements: [String]), length: Int) throws {
        #expect(try elements(example.text, inPiecesOf: length).map(\.text) == example.elements)
    }

    @Test("The line of an element is that on which it begins")
    func lines() throws {
        #expect(try elements("{\n\"users\": [\n {\n\"a\":\n1},\n\n 2\n]}").map(\.line) == [3, 7])
    }

    @Test(
        "What is no such document, or is cut off, is refused as a whole",
        arguments: [
            "", "[]", "{}", "1", "{\"users\":{}}", "{\"users\":[1]", "{\"users\":[1", "{\"users\":[\"x",
            "{\"users\":[1,]}",
            "{\"users\":[1 2]}", "{\"users\":[1]}x", "{\"users\":[1],\"users\":[2]}", "{\"user\":[1]}", "{users:[1]}",
            "{\"users\":[{]}", "{\"users\" [1]}", "{,\"users\":[1]}",
        ])
    func broken(text: String) {
        #expect(throws: Refusal.self) { try elements(text) }
    }

    @Test("A huge element is refused and passed over, the one behind it is read")
    func huge() throws {
        let huge = String(repeating: "x", count: UsersArrayReader.limit)
        var reader = UsersArrayReader(ByteInput("{\"users\":[{\"a\":\"\(huge)\"},{}]}", inPiecesOf: 65_536))
        let first = try #require(try reader.next())
        #expect(throws: FieldFault.longerThan(UsersArrayReader.limit)) { try first.content.get() }
        #expect(try reader.next()?.content.get() == Array("{}".utf8))
        #expect(try reader.next() == nil)
    }
}
