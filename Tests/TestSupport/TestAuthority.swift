import Foundation
import PostgresCluster

/// A certificate authority of a test's own, by openssl; its files are gone after the test.
public struct TestAuthority: Sendable {
    private let folder: String

    public struct OpenSSLFailed: Error { let arguments: [String] }

    /// Its certificate, in PEM form.
    public var file: String { "\(folder)/ca.pem" }

    public static func with<R>(_ body: (TestAuthority) async throws -> R) async throws -> R {
        let name = "gatehouse-ca-" + String(UInt64.random(in: .min ... .max), radix: 36)
        let folder = "\(PostgresCluster.temporaryDirectory)/\(name)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let authority = TestAuthority(folder: folder)
        try authority.openssl(
            ["req", "-x509"] + newKey("ca") + ["-subj", "/CN=Test authority", "-days", "2", "-out", "ca.pem"])
        return try await body(authority)
    }

    /// Makes a certificate for a host; where its files are, as options for ``MailServer``.
    ///
    /// - Parameter names: As `subjectAltName` has them: `DNS:localhost,IP:127.0.0.1`.
    public func server(_ names: String = "DNS:localhost,IP:127.0.0.1") throws -> [String] {
        try "subjectAltName=\(names)\n".write(toFile: "\(folder)/names", atomically: true, encoding: .utf8)
        try openssl(["req", "-new"] + Self.newKey("server") + ["-subj", "/CN=Test server", "-out", "server.csr"])
        try openssl([
            "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "names", "-out", "server.pem",
        ])
        return ["--certificate", "\(folder)/server.pem", "--key", "\(folder)/server.key"]
    }

    private static func newKey(_ name: String) -> [String] {
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "\(name).key"]
    }

    private func openssl(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.currentDirectoryURL = URL(filePath: folder)
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw OpenSSLFailed(arguments: arguments) }
    }
}
