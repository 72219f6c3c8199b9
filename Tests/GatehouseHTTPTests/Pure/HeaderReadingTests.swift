import HTTPTypes
import Testing

@testable import GatehouseHTTP

@Suite struct HeaderReadingTests {
    @Test(arguments: [
        ("application/json", true), ("Application/JSON; charset=utf-8", true),
        ("application/json;charset=\"UTF-8\"", true), ("application/json; charset=UTF8", true),
        ("application/json; charset=utf-16", false), ("application/json; charset=utf", false),
        ("application/json ; charset=utf-8", true), ("application/json;", true),
        ("application/json; charset=latin1", false), ("application/jsonx", false), ("text/json", false),
        ("text/plain", false), ("application/x-www-form-urlencoded", false), ("multipart/form-data; boundary=x", false),
        ("application/json, text/plain", false), ("application/json; charset", false), ("", false),
        ("application/problem+json", false), ("application/json; x=\u{600};charset=latin1", false),
        ("application/json; x=\u{600};charset=utf-8", true),
    ])
    func `Only JSON in UTF-8 is JSON`(contentType: String, isJSON: Bool) {
        #expect(MediaType.json.isDeclared(in: [.contentType: contentType]) == isJSON)
    }

    @Test func `A compressed body or one without a type is not JSON`() {
        #expect(!MediaType.json.isDeclared(in: [:]))
        #expect(!MediaType.json.isDeclared(in: [.contentType: "application/json", .contentEncoding: "gzip"]))
        #expect(MediaType.json.isDeclared(in: [.contentType: "application/json", .contentEncoding: "identity"]))
    }

    @Test(arguments: [
        ("Bearer a.b-c_d~e+f/g==", Authorization.bearer("a.b-c_d~e+f/g==")), ("bEARER  x ", .bearer("x")),
        ("Bearer", .malformed), ("Bearer ", .malformed), ("Bearer a b", .malformed), ("Bearer a,b", .malformed),
        ("Bearer =", .malformed), ("Bearer a=b", .malformed), ("Bearer é", .malformed),
        ("Basic YTpi", .absent), ("x", .absent), ("Bearerx y", .absent), ("", .absent),
    ])
    func `Authorization offers exactly one bearer token or none`(value: String, expected: Authorization) {
        #expect(Authorization(value) == expected)
    }

    @Test func `Two Authorization headers are a malformed request`() throws {
        var headers: HTTPFields = [.authorization: "Bearer a"]
        #expect(try Authorization(headers) == .bearer("a"))
        headers.append(HTTPField(name: .authorization, value: "Bearer b"))
        #expect(throws: RequestFault.self) { try Authorization(headers) }
    }

    @Test(arguments: [
        ("name=value", "value"), ("other=1; name=value", "value"), ("name=\"value\"", "value"), ("name=a=b", "a=b"),
        ("name=", ""), ("Name=value", nil), ("xname=value", nil), ("name", nil), ("", nil), (";;name=v;", "v"),
        ("name=\"\u{301}v\u{600}\"", "\u{301}v\u{600}"),
    ])
    func `A cookie is found by its exact name`(header: String, expected: String?) throws {
        #expect(try Cookies.value(of: "name", in: [.cookie: header]) == expected)
    }

    @Test func `A cookie that is there twice is refused, on one line or on two`() {
        #expect(throws: RequestFault.self) { try Cookies.value(of: "n", in: [.cookie: "n=1; n=1"]) }
        var headers: HTTPFields = [.cookie: "n=1"]
        headers.append(HTTPField(name: .cookie, value: "m=2; n=3"))
        #expect(throws: RequestFault.self) { try Cookies.value(of: "n", in: headers) }
        #expect(throws: Never.self) { try Cookies.value(of: "m", in: headers) }
    }

    @Test(arguments: [
        ("a", true), ("A-z.0_9", true), (String(repeating: "x", count: 64), true), ("", false),
        (String(repeating: "x", count: 65), false), ("has space", false), ("semi;colon", false), ("ü", false),
    ])
    func `A well-formed request id is kept`(value: String, isKept: Bool) throws {
        let chosen = RequestID.chosen(for: [.xRequestID: value])
        #expect((chosen == value) == isKept)
        #expect(RequestID.isWellFormed(chosen))
    }

    @Test func `New request ids differ`() {
        let ids = Set((0..<1000).map { _ in RequestID.new() })
        #expect(ids.count == 1000)
        #expect(ids.allSatisfy { $0.utf8.count == 32 && $0.allSatisfy("0123456789abcdef".contains) })
    }

    @Test(arguments: [
        ("\"a\"", true), ("W/\"a\"", true), ("\"b\", \"a\"", true), ("*", true), ("\"b\"", false), ("a", false),
    ])
    func `If-None-Match names a tag among others, weakly`(condition: String, matches: Bool) {
        #expect(EntityTag.matches(condition, "\"a\"") == matches)
    }
}
