import FoundationEssentials
import Testing

@testable import Webhooks

@Suite("A webhook's message and secret")
struct WebhookMessageTests {
    /// The vectors are from the libraries of Standard Webhooks and from Svix, whose scheme it is.
    @Test(
        "are signed as published",
        arguments: [
            (
                "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330.0,
                #"{"test": 2432232314}"#, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
            ),
            (
                "plJ3nmyCDGBKInavdOK15jsl", "msg_loFOjxBNrRLzqYUf", 1_731_705_121.0,
                #"{"event_type":"ping","data":{"success":true}}"#, "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="
            ),
        ])
    func vectors(secret: String, id: String, timestamp: Double, body: String, signature: String) throws {
        // One of the published secrets is shorter than the specification has it.
        let secret = WebhookSecret(bytes: Array(try #require(Data(base64Encoded: secret))))
        let message = WebhookMessage(
            id: id, timestamp: Date(timeIntervalSince1970: timestamp), body: Array(body.utf8))
        #expect(message.signature(by: [secret]) == signature)
        #expect(
            message.signature(by: [.generate(), secret]).split(separator: " ").map(\.count) == [47, 47])
        #expect(message.signature(by: [.generate(), secret]).hasSuffix(" " + signature))
    }

    @Test("A secret reads back as it was written, and prints as nothing")
    func secret() throws {
        let text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        let secret = try WebhookSecret(text)
        #expect(secret.revealed == text && secret.withUnsafeBytes { $0.count } == 24)
        var dumped = ""
        dump(secret, to: &dumped)
        for shown in ["\(secret)", String(reflecting: secret), dumped] {
            #expect(!shown.contains("MfKQ") && !shown.contains("24"))
        }
        let new = WebhookSecret.generate()
        #expect(new.withUnsafeBytes { $0.count } == 32 && new.revealed != WebhookSecret.generate().revealed)
        #expect(try WebhookSecret(new.revealed).revealed == new.revealed)
    }

    @Test(
        "A secret of the wrong length or spelling is refused, in a sentence that doesn't repeat it",
        arguments: [
            "", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
            "whsec_plJ3nmyCDGBKInavdOK15jsl", "whsec_!!!!9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_" + Data(count: 65).base64EncodedString(),
        ])
    func badSecret(text: String) {
        let fault = #expect(throws: WebhookValueFault.self) { try WebhookSecret(text) }
        #expect(fault?.message.contains("9r8GKY") == false)
    }
}
