import TestSupport
import Testing

@testable import Mail

@Suite("Connections to a mail server", .timeLimit(.minutes(2)), needsMailServer)
struct SMTPConnectionTests {
    @Test(
        "what the server refuses is tried again when it says so",
        arguments: [
            ("a@shop.example", "rcpt-450@example.com", 450), ("a@shop.example", "rcpt-421@example.com", 421),
            ("a@shop.example", "rcpt-550@example.com", 550), ("a@shop.example", "data-452@example.com", 452),
            ("a@shop.example", "data-554@example.com", 554), ("mail-553@shop.example", "ada@example.com", 553),
            ("mail-451@shop.example", "ada@example.com", 451),
        ])
    func refused(sender: String, recipient: String, status: Int) async throws {
        try await MailServer.run { server in
            let transport = try SMTPTransport.plain(server.port)
            let fault = await transport.fault(of: try .sample(from: sender, to: recipient))
            #expect(fault == .refused(status: status))
            #expect(fault?.code == "smtp_\(status)")
            #expect(fault?.isTransient == (status < 500))
            try await transport.send(.sample(text: "next"))
            #expect(try await server.mail().text == "next", "a refused mail keeps none from following")
        }
    }

    @Test("a server that refuses us is tried again, whatever it says", arguments: [421, 521, 554])
    func refusedAtTheDoor(status: Int) async throws {
        try await MailServer.run(["--greeting", "\(status) not you"]) { server in
            let fault = await (try SMTPTransport.plain(server.port)).fault(of: try .sample())
            #expect(fault == .unavailable(status: status))
            #expect(fault?.isTransient == true)
        }
    }

    @Test("where nobody answers, or not in SMTP, the mail waits")
    func unreachable() async throws {
        #expect(await (try SMTPTransport.plain(FreePort.take())).fault(of: try .sample()) == .connect)
        let nowhere = try SMTPTransport(host: "nowhere.invalid", port: 25)
        #expect(await nowhere.fault(of: try .sample()) == .connect)
        try await MailServer.run(["--greeting", "HTTP/1.1 400 Bad Request"]) { server in
            let fault = await (try SMTPTransport.plain(server.port)).fault(of: try .sample())
            #expect(fault?.isTransient == true)
        }
    }

    @Test("mails share a connection, which ends when none comes any more")
    func reused() async throws {
        try await MailServer.run { server in
            let transport = try SMTPTransport.plain(server.port, patience: .init(idle: .seconds(5)))
            let clients = try await sendTwice(over: transport, to: server)
            #expect(Set(clients).count == 1)
            try await server.wait(for: "closed")
            try await transport.send(.sample())
            #expect(try await server.mail().client != clients[0])
        }
    }

    @Test("a transport that nobody has any more leaves no connection behind")
    func forgotten() async throws {
        try await MailServer.run { server in
            try await SMTPTransport.plain(server.port).send(.sample())
            try await server.wait(for: "closed")
        }
    }

    @Test("a connection that the server has ended meanwhile costs no mail")
    func stale() async throws {
        try await MailServer.run(["--hang-up"]) { server in
            let transport = try SMTPTransport.plain(server.port)
            for _ in 0..<3 {
                try await transport.send(.sample())
                _ = try await server.mail()
                try await server.wait(for: "hung up")
            }
        }
    }

    @Test("a server that says nothing is given up in time")
    func silent() async throws {
        try await MailServer.run(["--silent"]) { server in
            for patience in [
                SMTPServer.Patience(connect: .milliseconds(200), mail: .seconds(60)),
                SMTPServer.Patience(connect: .seconds(60), mail: .milliseconds(200)),
            ] {
                let transport = try SMTPTransport.plain(server.port, patience: patience)
                let began = ContinuousClock.now
                let fault = await transport.fault(of: try .sample())
                #expect(fault == .timeout)
                #expect(fault?.isTransient == true)
                #expect(.now - began < .seconds(20))
            }
        }
    }

    @Test("servers that say nothing hold up nobody, and a cancelled mail ends soon")
    func cancelled() async throws {
        try await MailServer.run(["--silent"]) { server in
            // Many more than the cooperative pool has threads.
            let patience = SMTPServer.Patience(connect: .seconds(100), mail: .seconds(100))
            let faults = try await withThrowingTaskGroup(of: MailFault?.self) { group in
                for _ in 0..<64 {
                    let transport = try SMTPTransport.plain(server.port, patience: patience)
                    group.addTask { await transport.fault(of: try .sample()) }
                }
                for _ in 0..<64 { try await server.wait(for: "opened") }
                let began = ContinuousClock.now
                group.cancelAll()
                let faults = try await group.reduce(into: []) { $0.append($1) }
                #expect(.now - began < .seconds(20))
                return faults
            }
            #expect(faults == Array(repeating: .cancelled, count: 64))
        }
    }

    @Test("a mail that is cancelled while it waits for another's turn is never begun")
    func cancelledInLine() async throws {
        try await MailServer.run(["--silent"]) { server in
            let transport = try SMTPTransport.plain(server.port)
            let first = Task { await transport.fault(of: try .sample()) }
            try await server.wait(for: "opened")
            let second = Task { await transport.fault(of: try .sample()) }
            second.cancel()
            first.cancel()
            #expect(try await first.value == .cancelled)
            #expect(try await second.value == .cancelled)
        }
    }

    private func sendTwice(over transport: SMTPTransport, to server: MailServer) async throws -> [Int] {
        var clients: [Int] = []
        for _ in 0..<2 {
            try await transport.send(.sample())
            clients.append(try await server.mail().client)
        }
        return clients
    }
}
