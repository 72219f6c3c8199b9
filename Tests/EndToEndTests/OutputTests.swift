import Foundation
import Gatehouse
import GatehouseHTTP
import Logging
import Testing

@testable import GatehouseCommand

@Suite("What is printed")
struct OutputTests {
    @Test("Columns are aligned, lines don't end in spaces, and colour is only there when asked for")
    func tables() {
        let table = Table(headings: ["slug", "name"], rows: [["shop", "A shop"], [.init("x", .good), "Y"]])
        #expect(table.rendered(coloured: false) == "SLUG  NAME\nshop  A shop\nx     Y")
        #expect(table.rendered(coloured: true).contains("\u{1B}[32mx\u{1B}[0m     Y"))
    }

    @Test("What a stranger sent can't steer the terminal")
    func controlCharacters() {
        #expect(Table.Cell("a\u{1B}[2Jb\nc\u{202E}d").text == "a\u{FFFD}[2Jb\u{FFFD}c\u{FFFD}d")
    }

    @Test("A log line is one JSON object with time, level and message, and numbers stay numbers")
    func logLine() throws {
        let event = LogEvent(
            level: .info, message: "answered \"so\"\n", metadata: nil, source: "", file: "", function: "", line: 1)
        let line = JSONLogHandler.line(
            event, metadata: ["status": .stringConvertible(200), "duration_ms": .stringConvertible(1.5), "level": "x"],
            at: Date(timeIntervalSince1970: 0))
        #expect(
            String(decoding: line, as: UTF8.self) == """
                {"time":"1970-01-01T00:00:00.000000Z","level":"info","message":"answered \\"so\\"\\n",\
                "duration_ms":1.5,"status":200}
                """)
    }

    private static let request = RequestLine(
        requestID: "a\u{1B}[2J\nb", method: "POST", route: "/t/{tenant}/v1/login", status: 200,
        duration: .microseconds(41_260), tenant: "demo", traceID: "0af7", error: nil)

    @Test("The line of a request has its members, in the order of their names")
    func requestMembers() {
        let event = LogEvent(
            level: .info, message: "answered", metadata: nil, source: "", file: "", function: "", line: 1)
        let line = JSONLogHandler.line(
            event, metadata: [RequestLine.key: .stringConvertible(Self.request)], at: Date(timeIntervalSince1970: 0))
        #expect(
            String(decoding: line, as: UTF8.self) == """
                {"time":"1970-01-01T00:00:00.000000Z","level":"info","message":"answered","duration_ms":41.26,\
                "method":"POST","request_id":"a\\u001b[2J\\nb","route":"/t/{tenant}/v1/login","status":200,\
                "tenant":"demo","trace_id":"0af7"}
                """)
    }

    @Test("A request's own way into the log writes what an event with it would, also where the logger has metadata")
    func requestsWay() throws {
        let pipe = Pipe()
        let writer = LogWriter(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        var handler = JSONLogHandler(logLevel: .info, to: writer)
        for metadata in [[:], ["instance": "a"]] as [Logger.Metadata] {
            handler.metadata = metadata
            handler.log(event: .request(Self.request, level: .warning, message: "answered"))
            handler.log(Self.request, level: .warning, message: "answered")
        }
        writer.flush(within: .seconds(30))
        try pipe.fileHandleForWriting.close()
        let read = try #require(try pipe.fileHandleForReading.readToEnd())
        let lines = String(decoding: read, as: UTF8.self).split(separator: "\n").map { $0.drop { $0 != "," } }
        #expect(lines.count == 4)
        #expect(lines[0] == lines[1] && lines[2] == lines[3])
        #expect(lines[3].contains(#""instance":"a""#) && lines[3].contains(#""status":200"#))
    }

    @Test("What nobody foresaw stands in the line of its request, for a machine and for a person")
    func failedRequest() {
        let failed = RequestLine(
            requestID: "r", method: "GET", route: "/x", status: 500, duration: .milliseconds(1), tenant: "",
            traceID: "t",
            error: "SQLSTATE 42P01")
        let event = LogEvent(
            level: .error, message: "answered", metadata: nil, source: "", file: "", function: "", line: 1)
        let metadata: Logger.Metadata = [RequestLine.key: .stringConvertible(failed)]
        let time = Date(timeIntervalSince1970: 0)
        #expect(
            String(decoding: JSONLogHandler.line(event, metadata: metadata, at: time), as: UTF8.self).contains(
                #""duration_ms":1.0,"error":"SQLSTATE 42P01","method":"GET""#))
        #expect(
            TextLogHandler.line(event, metadata: metadata, at: time, coloured: false).contains(
                " error=SQLSTATE 42P01 request_id=r"))
    }

    @Test(
        "To a person the line of a request is shown in columns, and nothing in it steers the terminal or begins a line")
    func requestLine() {
        let event = LogEvent(
            level: .info, message: "answered", metadata: nil, source: "", file: "", function: "", line: 1)
        let line = TextLogHandler.line(
            event,
            metadata: [RequestLine.key: .stringConvertible(Self.request)], at: Date(timeIntervalSince1970: 0),
            coloured: false)
        #expect(
            line == """
                00:00:00 info     POST    200    41.3 ms  /t/{tenant}/v1/login                     demo \
                request_id=a\u{FFFD}[2J\u{FFFD}b trace_id=0af7
                """)
        let other = TextLogHandler.line(
            event, metadata: ["listen": "x"], at: Date(timeIntervalSince1970: 0), coloured: false)
        #expect(other == "00:00:00 info     answered listen=x")
    }

    @Test(
        "Times are written to the microsecond",
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"), (951_782_400, "2000-02-29T00:00:00.000000Z"),
            (1_709_210_096.123456, "2024-02-29T12:34:56.123456Z"), (-1, "1969-12-31T23:59:59.000000Z"),
            (4_102_444_799.999999, "2099-12-31T23:59:59.999999Z"), (Double.infinity, "9999-12-31T23:59:59.999999Z"),
        ])
    func times(seconds: Double, text: String) {
        #expect(RFC3339.format(Date(timeIntervalSince1970: seconds)) == text)
    }
}
