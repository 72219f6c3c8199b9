import Testing
import Tracing

@testable import OpenTelemetry

@Suite("What a caller says of its trace")
struct TraceParentTests {
    private static let trace = "0af7651916cd43dd8448eb211c80319c"
    private static let span = "b7ad6b7169203331"

    @Test(
        "is believed when it is written exactly as Trace Context has it",
        arguments: [
            ("00-\(trace)-\(span)-01", true), ("00-\(trace)-\(span)-00", false), ("00-\(trace)-\(span)-03", true),
            ("00-\(trace)-\(span)-fe", false), ("01-\(trace)-\(span)-01", true),
            ("cc-\(trace)-\(span)-01-what-is-new", true),
            ("cc-\(trace)-\(span)-01-", true),
        ])
    func wellFormed(field: String, isSampled: Bool) throws {
        let parent = try #require(TraceParent.parse(field))
        #expect(parent.traceID.description == Self.trace && parent.spanID.description == Self.span)
        #expect(parent.isSampled == isSampled)
        #expect(parent.traceParent == "00-\(Self.trace)-\(Self.span)-0\(isSampled ? 1 : 0)")
    }

    @Test(
        "is left aside when anything about it is wrong",
        arguments: [
            "", "00", "00-\(trace)-\(span)", "00-\(trace)-\(span)-", "00-\(trace)-\(span)-1",
            "00-\(trace)-\(span)-01-", "00-\(trace)-\(span)-01-more", "00-\(trace)-\(span)-011",
            "ff-\(trace)-\(span)-01", "FF-\(trace)-\(span)-01", "0g-\(trace)-\(span)-01",
            "00-\(trace.uppercased())-\(span)-01", "00-\(trace)-\(span.uppercased())-01", "00-\(trace)-\(span)-0A",
            "00-00000000000000000000000000000000-\(span)-01", "00-\(trace)-0000000000000000-01",
            "00_\(trace)-\(span)-01", "00-\(trace)_\(span)-01", "00-\(trace)-\(span)_01", "01-\(trace)-\(span)-01more",
            " 00-\(trace)-\(span)-01", "00-\(trace)-\(span)-01 ", "00-\(trace)-\(span)-01,00-\(trace)-\(span)-01",
            "00-\(trace.dropLast())é-\(span)-01", "00-\(trace)-\(span)-0\u{0}",
        ])
    func malformed(field: String) {
        #expect(TraceParent.parse(field) == nil)
    }

    @Test(
        "The state of other systems is passed on as it came, without what is empty",
        arguments: [
            ("congo=t61rcWkgMzE", "congo=t61rcWkgMzE"),
            ("rojo=00f067aa0ba902b7 , congo=t61", "rojo=00f067aa0ba902b7,congo=t61"),
            ("a=1,,\t,b=2", "a=1,b=2"), ("fw529a3039@dt=FfAAAA", "fw529a3039@dt=FfAAAA"), ("0a@b=1", "0a@b=1"),
            ("a_-*/9=a b", "a_-*/9=a b"),
        ])
    func state(field: String, passed: String) throws {
        #expect(try #require(TraceState(field)).text == passed)
    }

    @Test("It is dropped whole when it is malformed, repeats a name, or is longer than what is passed on")
    func noState() {
        let wrong = [
            "", ",", "a", "=1", "a=", "A=1", "1=1", "a=1,a=2", "a=1=2", "a=é", "a=\u{1}", "a@=1", "@a=1", "a@b@c=1",
            "_a@b=1",
            "a b=1", "\(String(repeating: "k", count: 257))=1", "a=\(String(repeating: "v", count: 257))",
            (0..<33).map { "k\($0)=1" }.joined(separator: ","),
            (0..<3).map { "k\($0)=\(String(repeating: "v", count: 200))" }.joined(separator: ","),
        ]
        for field in wrong { #expect(TraceState(field) == nil, "\(field)") }
        #expect(TraceState((0..<32).map { "k\($0)=1" }.joined(separator: ",")) != nil)
    }
}
