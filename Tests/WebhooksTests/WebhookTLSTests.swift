import NIOSSL
import TestSupport
import Testing

@testable import Webhooks

@Suite("A webhook over TLS", .timeLimit(.minutes(2)))
struct WebhookTLSTests {
    /// Runs a receiver whose certificate is for `names`, and posts to `hooks.example.com` there.
    private static func fault(
        certificateFor names: String, isTrusted: Bool = true
    ) async throws -> (WebhookFault?, connections: Int) {
        try await TestAuthority.with { authority in
            // The options of a mail server, by turns with what they are called.
            let files = try authority.server(names)
            let context = try NIOSSLContext(
                configuration: .makeServerConfiguration(
                    certificateChain: try NIOSSLCertificate.fromPEMFile(files[1]).map { .certificate($0) },
                    privateKey: .privateKey(try NIOSSLPrivateKey(file: files[3], format: .pem))))
            return try await Receiver.run(tls: context) { receiver in
                let client = WebhookClient(
                    resolver: ListedNames(["127.0.0.1"]), trustRoots: isTrusted ? .file(authority.file) : .default)
                let fault = try await client.fault(postingTo: "https://hooks.example.com:\(receiver.port)/")
                return (fault, receiver.connections)
            }
        }
    }

    @Test(
        "asks for the certificate of the host, at whatever address that is",
        arguments: ["DNS:hooks.example.com", "DNS:other.example.com,DNS:*.EXAMPLE.com"])
    func name(names: String) async throws {
        #expect(try await Self.fault(certificateFor: names) == (nil, 1))
    }

    @Test(
        "is not sent to another host, or to that address",
        arguments: ["DNS:other.example.com", "DNS:*.hooks.example.com", "IP:127.0.0.1"])
    func wrongName(names: String) async throws {
        #expect(try await Self.fault(certificateFor: names) == (.tls, 1))
    }

    @Test("is not sent to somebody whom nobody vouches for")
    func unknown() async throws {
        #expect(try await Self.fault(certificateFor: "DNS:hooks.example.com", isTrusted: false) == (.tls, 1))
    }

    @Test("is not sent to somebody who doesn't speak it, or doesn't speak")
    func noTLS() async throws {
        try await Receiver.run { receiver in
            let patience = WebhookClient.Patience(connect: .milliseconds(300))
            let client = WebhookClient(resolver: ListedNames(["127.0.0.1"]), patience: patience)
            let fault = try await client.fault(postingTo: "https://hooks.example.com:\(receiver.port)/")
            #expect(fault == .connect)
        }
    }
}
