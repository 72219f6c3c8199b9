import Testing

@testable import Webhooks

/// Each with a receiver that would answer.
@Suite("A webhook to a private target", .timeLimit(.minutes(2)))
struct PrivateTargetTests {
    @Test(
        "is refused in every spelling without a connection, and arrives where that is allowed",
        arguments: [
            "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.0x1", "0177.0.0.1", "017700000001",
            "localhost",
            "LOCALHOST", "[::ffff:127.0.0.1]", "[0:0:0:0:0:ffff:7f00:1]",
        ])
    func spellings(host: String) async throws {
        try await Receiver.run { receiver in
            let url = "http://\(host):\(receiver.port)/"
            let refused = try await WebhookClient().fault(postingTo: url, allowingPrivate: false)
            #expect(refused == .forbiddenTarget && receiver.connections == 0)
            let allowed = try await WebhookClient().fault(postingTo: url)
            #expect(allowed == nil && receiver.connections == 1)
        }
    }

    @Test(
        "is refused by what its name leads to, if only by one of several addresses",
        arguments: [
            ["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["127.0.0.1", "93.184.216.34"],
            ["2606:4700::1111", "::ffff:127.0.0.1"],
        ])
    func names(addresses: [String]) async throws {
        try await Receiver.run { receiver in
            let names = ListedNames(addresses)
            let fault = try await WebhookClient(resolver: names)
                .fault(postingTo: "http://hooks.example.com:\(receiver.port)/", allowingPrivate: false)
            #expect(fault == .forbiddenTarget && receiver.connections == 0)
            #expect(names.questions == ["hooks.example.com"])
        }
    }

    /// Here 127.0.0.1 counts as public, and only that.
    @Test("is refused for as long as its name leads there, and arrives when it doesn't any more")
    func mendedName() async throws {
        try await Receiver.run { receiver in
            let names = ListedNames(["10.0.0.1"], ["127.0.0.1"])
            let client = WebhookClient(resolver: names, isPublic: { $0 == InternetAddress(literal: "127.0.0.1") })
            let url = try WebhookURL("http://hooks.example.com:\(receiver.port)/")
            await #expect(throws: WebhookFault.forbiddenTarget) {
                try await client.post(.ping, to: url, secrets: [.generate()], allowingPrivate: false)
            }
            let fault = try await client.fault(postingTo: url.description, allowingPrivate: false)
            #expect(fault == nil && receiver.connections == 1)
        }
    }

    @Test("is refused for a name of one network even where that leads to a public address, which nobody asks for")
    func networkNames() async throws {
        for host in ["intranet", "metadata.google.internal", "printer.local", "a.localhost"] {
            let names = ListedNames(["93.184.216.34"])
            let fault = try await WebhookClient(resolver: names)
                .fault(postingTo: "http://\(host)/", allowingPrivate: false)
            #expect(fault == .forbiddenTarget && names.questions.isEmpty)
        }
    }

    /// Here 127.0.0.1 counts as public, and only that.
    @Test("is not reached by a name that leads elsewhere when it is asked for again: it is asked for once")
    func rebinding() async throws {
        try await Receiver.run { receiver in
            for host in ["hooks.example.com", "xn--bcher-kva.example", "a_b.example"] {
                let names = ListedNames(["127.0.0.1"], ["127.0.0.2"])
                let client = WebhookClient(resolver: names, isPublic: { $0 == InternetAddress(literal: "127.0.0.1") })
                let fault = try await client.fault(
                    postingTo: "http://\(host):\(receiver.port)/", allowingPrivate: false)
                #expect(fault == nil && names.questions == [host])
                #expect(await receiver.request()?.fields["host"] == "\(host):\(receiver.port)")
            }
            #expect(receiver.connections == 3)
        }
    }

    @Test("is not reached by a redirect, which is an answer that isn't 2xx")
    func redirects() async throws {
        try await Receiver.run { target in
            let location = "Location: http://127.0.0.1:\(target.port)/\r\n"
            for status in [301, 302, 303, 307, 308] {
                try await Receiver.run(.status(status, location)) { receiver in
                    let fault = try await WebhookClient().fault(postingTo: "http://127.0.0.1:\(receiver.port)/")
                    #expect(fault == .status(status) && receiver.connections == 1)
                }
            }
            #expect(target.connections == 0)
        }
    }
}
