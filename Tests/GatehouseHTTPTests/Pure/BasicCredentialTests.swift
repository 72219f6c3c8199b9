import FoundationEssentials
import Gatehouse
import HTTPTypes
import Testing

@testable import GatehouseHTTP

@Suite struct BasicCredentialTests {
    private static let id = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"
    private static let secret = "ghcs_" + String(repeating: "A", count: 43)

    private static func basic(_ text: String) -> String { "Basic \(Data(text.utf8).base64EncodedString())" }

    @Test(arguments: [
        basic("\(id):\(secret)"), "basic" + basic("\(id):\(secret)").dropFirst(5),
        "BASIC  " + basic("\(id):\(secret)").dropFirst(6) + " ",
        basic(id.replacing("-", with: "%2D") + ":" + secret.replacing("_", with: "%5f")),
    ])
    func `Id and secret are read, form-encoded or plain, whatever the case of the scheme`(value: String) {
        #expect(ClientCredential([.authorization: value]) != nil)
    }

    @Test(arguments: [
        "", "Basic", "Basic ", "Basic !!!", "Bearer x", "Bearer \(basic("\(id):\(secret)").dropFirst(6))",
        basic(""), basic(":"), basic(id), basic("\(id):"), basic(":\(secret)"), basic("\(id):\(secret):"),
        basic("\(id.uppercased()):\(secret)"), basic("\(id) :\(secret)"), basic("\(id):%\(secret)"),
        basic("\(id):\(secret)\u{0}"), basic("x:\(secret)"), basic("\(id):password"),
        String(basic("\(id):\(secret)").dropLast(1)), basic("\(id):\(secret)") + " " + basic("\(id):\(secret)"),
        "Basic " + String(repeating: "QUFB", count: 5000),
    ])
    func `What says no client's id and secret says nothing`(value: String) {
        #expect(ClientCredential([.authorization: value]) == nil)
    }

    @Test func `Two headers say nothing, nor does none`() {
        var headers = HTTPFields()
        #expect(ClientCredential(headers) == nil)
        for _ in 0..<2 {
            headers.append(HTTPField(name: .authorization, value: Self.basic("\(Self.id):\(Self.secret)")))
        }
        #expect(ClientCredential(headers) == nil)
    }

    @Test func `A credential shows nothing of itself when it is printed`() throws {
        let credential = try #require(ClientCredential(id: Self.id, secret: Self.secret))
        var dumped = ""
        dump(credential, to: &dumped)
        #expect("\(credential)\(dumped)\(String(reflecting: credential))".firstRange(of: "AAAA") == nil)
        #expect("\(credential)" == "<redacted>")
    }
}
