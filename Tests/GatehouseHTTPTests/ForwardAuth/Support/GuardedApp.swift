import Foundation
import Gatehouse
import TestSupport
import Testing

/// An app behind an nginx that runs by the file of the documentation, and asks Gatehouse before it passes anything on.
struct GuardedApp: Sendable {
    let port: Int

    /// What the documentation's file has in the place of a tenant, and of addresses.
    struct NotInFile: Error {
        let text: String
    }

    static func run<R: Sendable>(
        for tenant: TestTenant, gatehousePort: Int? = nil, _ body: (GuardedApp) async throws -> R
    ) async throws -> R {
        let path = try #require(Nginx.path)
        return try await EchoServer.run { app in
            let port = FreePort.take()
            let servers = try documented([
                "127.0.0.1:8080": "127.0.0.1:\(gatehousePort ?? tenant.service.port)",
                "127.0.0.1:3000": "127.0.0.1:\(app.port)", "127.0.0.1:8443": "127.0.0.1:\(port)",
                "/t/shop/": "/t/\(tenant.tenant.slug)/",
            ])
            return try await Nginx.with(at: path, port: port, servers: servers) {
                try await body(GuardedApp(port: port))
            }
        }
    }

    /// The file of the documentation as it stands.
    static func documented() throws -> String {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../../docs/forward-auth/nginx.conf")
        return try String(contentsOf: file, encoding: .utf8)
    }

    private static func documented(_ replacements: [String: String]) throws -> String {
        try replacements.reduce(into: try documented()) { text, replacement in
            guard text.contains(replacement.key) else { throw NotInFile(text: replacement.key) }
            text = text.replacing(replacement.key, with: replacement.value)
        }
    }

    func send(_ method: String, _ path: String, _ headers: [(String, String)] = [], body: String = "") async throws
        -> Reply
    {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: app.example\r\nConnection: close\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if !body.isEmpty { head += "Content-Length: \(body.utf8.count)\r\n" }
        let request = "\(head)\r\n\(body)"
        let received = try await TCPClient.connected(to: port) { client in
            try await client.send(request)
            return try await client.receiveToEnd()
        }
        return try #require(Reply(received), "no response: \(String(decoding: received, as: UTF8.self))")
    }
}

extension Reply {
    var hasReachedApp: Bool { header("x-app") == "reached" }

    /// The values of a header field as the app got it.
    func appSaw(_ name: String) -> [String] {
        String(decoding: body, as: UTF8.self).split(separator: "\r\n").compactMap { line in
            guard line.lowercased().hasPrefix("\(name.lowercased()):") else { return nil }
            return String(line.dropFirst(name.count + 1).drop { $0 == " " })
        }
    }
}
