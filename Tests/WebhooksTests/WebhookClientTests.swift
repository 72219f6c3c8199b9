import Crypto
import FoundationEssentials
import NIOCore
import TestSupport
import Testing

@testable import Webhooks

@Suite("The client of webhooks", .timeLimit(.minutes(2)))
struct WebhookClientTests {
    /// With time to connect, to ask and to read the head of an answer, on a busy machine too.
    private static let hasty = WebhookClient.Patience(attempt: .seconds(3))

    @Test("posts the message with its headers and a signature by each secret")
    func success() async throws {
        try await Receiver.run { receiver in
            let secrets = [WebhookSecret.generate(), .generate()]
            let url = "http://127.0.0.1:\(receiver.port)/hooks?key=a%20b"
            #expect(try await WebhookClient().fault(postingTo: url, secrets: secrets) == nil)
            let request = try #require(await receiver.request())
            #expect(request.line == "POST /hooks?key=a%20b HTTP/1.1")
            #expect(request.body == WebhookMessage.ping.body)
            #expect(request.fields["content-type"] == "application/json" && request.fields["user-agent"] == "Gatehouse")
            #expect(request.fields["webhook-id"] == "msg_1" && request.fields["webhook-timestamp"] == "1800000000")
            #expect(request.fields["host"] == "127.0.0.1:\(receiver.port)")
            let signed = Array("msg_1.1800000000.".utf8) + request.body
            let signatures = try #require(request.fields["webhook-signature"]).split(separator: " ")
            #expect(signatures.count == 2)
            for (secret, signature) in zip(secrets, signatures) {
                let code = try #require(Data(base64Encoded: String(signature.dropFirst(3))))
                let key = secret.withUnsafeBytes { SymmetricKey(data: $0) }
                #expect(signature.hasPrefix("v1,"))
                #expect(HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: signed, using: key))
            }
            await receiver.goodbye()
        }
    }

    @Test(
        "takes 2xx for success, and nothing else", arguments: [200, 202, 204, 299, 304, 400, 404, 410, 429, 500, 503])
    func statuses(status: Int) async throws {
        try await Receiver.run(.status(status)) { receiver in
            let fault = try await WebhookClient().fault(postingTo: "http://127.0.0.1:\(receiver.port)/")
            #expect(fault == (status < 300 ? nil : .status(status)))
            #expect(fault.map { $0.code == "http_\(status)" } ?? true)
            #expect((fault?.isGone ?? false) == (status == 410))
        }
    }

    @Test(
        "gives up when no whole answer comes in time",
        arguments: [
            Receiver.Answer(start: ""), Receiver.Answer(start: "HTTP/1.1 200 OK\r\n", drip: "X-More: 1\r\n"),
            Receiver.Answer(start: "HTTP/1.1 100 Continue\r\n\r\n", drip: "HTTP/1.1 102 Processing\r\n\r\n"),
        ])
    func slowHead(answer: Receiver.Answer) async throws {
        try await Receiver.run(answer) { receiver in
            let fault = try await WebhookClient(resolver: SystemResolver(), patience: Self.hasty)
                .fault(postingTo: "http://127.0.0.1:\(receiver.port)/")
            #expect(fault == .timeout)
            await receiver.goodbye()
        }
    }

    @Test("is held up by a dripping body no longer than by anything else, and has its status", arguments: [200, 500])
    func slowBody(status: Int) async throws {
        let answer = Receiver.Answer(start: "HTTP/1.1 \(status) So\r\nContent-Length: 1000000\r\n\r\n", drip: "x")
        try await Receiver.run(answer) { receiver in
            let fault = try await WebhookClient(resolver: SystemResolver(), patience: Self.hasty)
                .fault(postingTo: "http://127.0.0.1:\(receiver.port)/")
            #expect(fault == (status == 200 ? nil : .status(status)))
            await receiver.goodbye()
        }
    }

    /// With patience for longer than the test may take: what ends this is the size.
    @Test("reads no endless body")
    func hugeBody() async throws {
        let part = String(repeating: "x", count: 32 * 1024)
        let answer = Receiver.Answer(
            start: "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n", drip: part, interval: .milliseconds(1))
        try await Receiver.run(answer) { receiver in
            let fault = try await WebhookClient(
                resolver: SystemResolver(), patience: WebhookClient.Patience(attempt: .seconds(3600))
            ).fault(postingTo: "http://127.0.0.1:\(receiver.port)/")
            await receiver.goodbye()
            #expect(fault == nil)
        }
    }

    @Test("tells that nobody is there, or that nobody knows where that is")
    func nobody() async throws {
        let port = FreePort.take()
        #expect(try await WebhookClient().fault(postingTo: "http://127.0.0.1:\(port)/") == .connect)
        let nowhere = WebhookClient(resolver: ListedNames([]))
        #expect(try await nowhere.fault(postingTo: "http://hooks.example.com/", allowingPrivate: false) == .name)
    }

    @Test("tries a second address where nobody is at the first, and no other once it has sent something")
    func severalAddresses() async throws {
        try await Receiver.run { receiver in
            let client = WebhookClient(resolver: ListedNames(["127.0.0.2", "127.0.0.1"]))
            let fault = try await client.fault(postingTo: "http://hooks.example.com:\(receiver.port)/")
            #expect(fault == nil)
        }
        try await Receiver.run(.status(503)) { receiver in
            let client = WebhookClient(resolver: ListedNames(["127.0.0.1", "127.0.0.1"]))
            let fault = try await client.fault(postingTo: "http://hooks.example.com:\(receiver.port)/")
            #expect(fault == .status(503) && receiver.connections == 1)
        }
    }

    @Test(
        "reaches a receiver by IPv4 that has more addresses of IPv6 than are tried, where none of those leads anywhere")
    func brokenFamily() async throws {
        try await Receiver.run { receiver in
            let client = WebhookClient(resolver: ListedNames(["::1", "::1", "::1", "127.0.0.1"]))
            let fault = try await client.fault(postingTo: "http://hooks.example.com:\(receiver.port)/")
            #expect(fault == nil && receiver.connections == 1)
        }
    }

    @Test("doesn't wait for a look-up that doesn't end")
    func slowLookUp() async throws {
        struct Silent: NameResolver {
            func addresses(of host: String) async -> [InternetAddress]? {
                try? await Task.sleep(for: .seconds(3600))
                return []
            }
        }
        let patience = WebhookClient.Patience(lookUp: .milliseconds(300))
        let client = WebhookClient(resolver: Silent(), patience: patience)
        #expect(try await client.fault(postingTo: "http://hooks.example.com/") == .name)
    }

    @Test("tells a connection that breaks, and an answer that isn't HTTP")
    func broken() async throws {
        try await Receiver.run(Receiver.Answer(start: "220 mail.example.com ESMTP\r\n")) { receiver in
            let fault = try await WebhookClient().fault(postingTo: "http://127.0.0.1:\(receiver.port)/")
            #expect(fault == .lost)
        }
    }

    @Test("ends with its task")
    func cancellation() async throws {
        try await Receiver.run(Receiver.Answer(start: "")) { receiver in
            let url = "http://127.0.0.1:\(receiver.port)/"
            let posting = Task { try await WebhookClient().fault(postingTo: url) }
            _ = await receiver.request()
            posting.cancel()
            let fault = try await posting.value
            #expect(fault == .cancelled)
            await receiver.goodbye()
        }
    }
}
