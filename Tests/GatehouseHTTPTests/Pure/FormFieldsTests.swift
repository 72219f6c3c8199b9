import HTTPTypes
import Testing

@testable import GatehouseHTTP

@Suite struct FormFieldsTests {
    @Test(arguments: [
        ("token=abc", "abc"), ("token=a+b%20c", "a b c"), ("a=1&token=%C3%A9%2b%26&b=2", "é+&"), ("token=a=b", "a=b"),
        ("&&token=x&", "x"), ("%74oken=x", "x"), ("token=%00", "\u{0}"), ("tok=x", nil), ("token=", nil),
        ("token", nil),
        ("", nil), ("=x", nil), ("Token=x", nil),
    ])
    func `A parameter is what its form says, and absent without a value`(body: String, expected: String?) throws {
        #expect(try FormFields(Array(body.utf8))["token"] == expected)
    }

    @Test(arguments: [
        "token=%", "token=%4", "token=%zz", "token=%4g", "%=x", "token=%FF", "token=%C3", "token=%ED%A0%80",
        "token=a b", "token=é", "token=a\nb", "token=a\u{7F}", "{\"token\":\"x\"}\u{1}",
    ])
    func `Broken escapes, bytes that have to be escaped and what is no UTF-8 are refused`(body: String) {
        #expect(throws: OAuthFault.self) { try FormFields(Array(body.utf8)) }
    }

    @Test(arguments: ["token=a&token=b", "token=a&token=a", "token=&token=a", "x=1&token=a&x=2", "token=a&%74oken=b"])
    func `A parameter that is there twice is refused, known or not`(body: String) {
        #expect(throws: OAuthFault.invalidRequest("A parameter is there twice.")) { try FormFields(Array(body.utf8)) }
    }

    @Test func `Canonically equivalent names are two`() throws {
        let fields = try FormFields(Array("%C3%A9=1&e%CC%81=2".utf8))
        #expect(fields["é"] == "1" && fields["e\u{301}"] == "2")
    }

    @Test func `There are at most 32 parameters`() throws {
        let pairs = (0..<33).map { "p\($0)=x" }
        #expect(try FormFields(Array(pairs.dropLast().joined(separator: "&").utf8))["p31"] == "x")
        #expect(throws: OAuthFault.self) { try FormFields(Array(pairs.joined(separator: "&").utf8)) }
    }

    @Test(arguments: [
        ("application/x-www-form-urlencoded", true), ("application/x-www-form-urlencoded; charset=utf-8", true),
        ("Application/X-WWW-Form-Urlencoded", true), ("application/json", false), ("", false),
        ("application/x-www-form-urlencoded; charset=latin1", false), ("multipart/form-data", false),
    ])
    func `Only a form in UTF-8 is a form`(contentType: String, isForm: Bool) {
        #expect(MediaType.form.isDeclared(in: [.contentType: contentType]) == isForm)
    }
}
