import TestSupport
import Testing

@testable import Mail

@Suite("TLS and accounts of a mail server", .timeLimit(.minutes(2)), needsMailServer)
struct SMTPSecurityTests {
    private static let both = [("smtp", "starttls"), ("smtps", "implicit")]

    @Test("mail goes over TLS 1.2 or newer, by STARTTLS or from the first byte", arguments: both)
    func encrypted(scheme: String, tls: String) async throws {
        try await TestAuthority.with { authority in
            try await MailServer.run(["--tls", tls] + authority.server()) { server in
                for host in ["localhost", "127.0.0.1"] {
                    let transport = try SMTPTransport(scheme, host: host, port: server.port, caFile: authority.file)
                    try await transport.send(.sample())
                    #expect(["TLSv1.2", "TLSv1.3"].contains(try await server.mail().tls))
                }
            }
        }
    }

    @Test("a certificate of an unknown authority is refused", arguments: both)
    func unknownAuthority(scheme: String, tls: String) async throws {
        try await TestAuthority.with { authority in
            try await TestAuthority.with { other in
                try await MailServer.run(["--tls", tls] + authority.server()) { server in
                    for caFile in [nil, other.file] {
                        let transport = try SMTPTransport(scheme, port: server.port, caFile: caFile)
                        #expect(await transport.fault(of: try .sample()) == .tls)
                    }
                    try await expectNothingElse(server, scheme, authority)
                }
            }
        }
    }

    @Test("a certificate for another host is refused", arguments: both)
    func otherHost(scheme: String, tls: String) async throws {
        try await TestAuthority.with { authority in
            let certificate = try authority.server("DNS:localhost,DNS:mail.example.com,IP:127.0.0.2")
            try await MailServer.run(["--tls", tls] + certificate) { server in
                let transport = try SMTPTransport(scheme, host: "127.0.0.1", port: server.port, caFile: authority.file)
                #expect(await transport.fault(of: try .sample()) == .tls)
                try await expectNothingElse(server, scheme, authority)
            }
        }
    }

    @Test("a server that has no TLS newer than 1.1 is refused", arguments: both)
    func outdated(scheme: String, tls: String) async throws {
        try await TestAuthority.with { authority in
            try await MailServer.run(["--tls", tls, "--outdated"] + authority.server()) { server in
                let transport = try SMTPTransport(scheme, port: server.port, caFile: authority.file)
                #expect(await transport.fault(of: try .sample()) == .tls)
            }
        }
    }

    @Test("a server without STARTTLS gets neither password nor mail")
    func noSTARTTLS() async throws {
        try await MailServer.run(["--account", "ada:hunter2"]) { server in
            let strict = try SMTPTransport(user: "ada", password: "hunter2", port: server.port)
            #expect(await strict.fault(of: try .sample(text: "secret")) == .tls)
            // What arrives first is what was sent last.
            let lax = try SMTPTransport(user: "ada", password: "hunter2", port: server.port, "?starttls=off")
            try await lax.send(.sample(text: "harmless"))
            #expect(try await server.mail().text == "harmless")
        }
    }

    @Test("a server of this machine that offers no STARTTLS gets mail without, as long as no password goes along")
    func loopback() async throws {
        try await MailServer.run([]) { server in
            try await SMTPTransport(port: server.port).send(.sample(text: "hello"))
            let mail = try await server.mail()
            #expect(mail.text == "hello" && mail.tls == nil)
        }
    }

    @Test("an account is used, by PLAIN or by LOGIN", arguments: ["PLAIN", "LOGIN"])
    func account(mechanism: String) async throws {
        try await TestAuthority.with { authority in
            let options = [
                "--tls", "starttls", "--account", "ada@shop.example:hunter 2=ü", "--mechanism", mechanism,
            ]
            try await MailServer.run(options + authority.server()) { server in
                let transport = try SMTPTransport(
                    user: "ada%40shop.example", password: "hunter 2=ü\n", port: server.port, caFile: authority.file)
                try await transport.send(.sample())
                #expect(try await server.mail().login == "\(mechanism) ada@shop.example")
            }
        }
    }

    @Test("a refused account is the operator's fault, not the mail's")
    func refusedAccount() async throws {
        try await MailServer.run(["--account", "ada:hunter2"]) { server in
            for transport in [
                try SMTPTransport(user: "ada", password: "hunter3", port: server.port, "?starttls=off"),
                try SMTPTransport(user: "eve", password: "hunter2", port: server.port, "?starttls=off"),
                try SMTPTransport(port: server.port, "?starttls=off"),
            ] {
                let fault = await transport.fault(of: try .sample())
                #expect(fault == .auth)
                #expect(fault?.isTransient == true)
            }
        }
    }

    /// Sends a mail as it should be sent, which has to be the first that arrives.
    private func expectNothingElse(_ server: MailServer, _ scheme: String, _ authority: TestAuthority) async throws {
        try await SMTPTransport(scheme, port: server.port, caFile: authority.file).send(.sample(text: "the first"))
        #expect(try await server.mail().text == "the first")
    }
}
