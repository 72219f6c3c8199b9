import Foundation
import Gatehouse
import Postgres
import PostgresCluster
import TestSupport
import Testing

@testable import GatehouseCommand

/// A tenant moves from one service to another, each with a server, a master key and an address of its own.
@Suite("gatehouse admin tenant export and import", .timeLimit(.minutes(5)))
struct TenantMoveTests {
    private let passphrase = "correct horse battery staple"

    @Test("A tenant moves to another cluster, and whoever was signed in stays so")
    func move() async throws {
        try await withDedicatedCluster { cluster async throws in
            let old = try await Installation.migrated()
            let new = try await Installation.migrated(in: try await TestDatabase.make(on: cluster))
            let file = try Self.file(passphrase + "\n")
            defer { try? FileManager.default.removeItem(at: file) }
            let (session, access) = try await signedIn(at: old)
            let exported = try await export(from: old, file)
            #expect(exported.status == 0, "\(exported.errors)")
            let secrets = try await SealedSecrets.opened(in: old) + [Secret("passphrase", passphrase)]
            #expect(SecretSearch(for: secrets).hits(in: Array(exported.output.utf8)).isEmpty)

            let imported = try await Program.admin(
                "tenant", "import", "-", "--passphrase-file", file.path, in: new, input: exported.output)
            #expect(imported.status == 0, "\(imported.errors)")
            #expect(imported.object["issuer"] as? String == "\(old.url)/t/shop")
            #expect(imported.object["issuer_set"] as? Bool == true && imported.object["users"] as? Int == 1)
            try await new.serving { _ in
                #expect(try await HTTP.get("\(new.url)/t/shop/v1/me", bearer: access).status == 200)
                let body = ["refresh_token": session]
                let refreshed = try await HTTP.post("\(new.url)/t/shop/v1/refresh", body)
                #expect(refreshed.status == 200)
                let check = try await Program.admin(
                    "jws", "verify", "shop", in: new, input: refreshed.text("access_token"))
                let claims = try #require(check.object["claims"] as? [String: Any], "\(check.output)")
                #expect(claims["iss"] as? String == "\(old.url)/t/shop")
                let login = ["email": "ada@example.com", "password": goodPassword]
                #expect(try await HTTP.post("\(new.url)/t/shop/v1/login", login).status == 200)
            }
        }
    }

    @Test("Nothing leaves without a confirmation and a passphrase that nobody else may read")
    func refusals() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        let file = try Self.file(passphrase)
        defer { try? FileManager.default.removeItem(at: file) }
        let unconfirmed = try await Program.admin(
            "tenant", "export", "shop", "--passphrase-file", file.path, in: place)
        #expect(unconfirmed.errorCode == "confirmation_required")
        let without = try await Program.admin("tenant", "export", "shop", "--yes", in: place)
        #expect(without.errorCode == "invalid_setting" && without.errors.contains("--passphrase-file"))
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.path)
        let open = try await export(from: place, file)
        #expect(open.errorCode == "invalid_setting" && open.errors.contains("chmod 600"))
        let short = try Self.file("short")
        defer { try? FileManager.default.removeItem(at: short) }
        #expect(try await export(from: place, short).errors.contains("at least 12 characters"))
        let argument = try await Program.run(
            ["admin", "tenant", "export", "shop", "--passphrase", passphrase], place.environment)
        #expect(argument.status == 2)
        let events = try await Program.admin("audit", "list", "shop", "--type", "tenant.exported", in: place)
        #expect(events.list.isEmpty)
    }

    @Test("A file in place of standard input; one that is cut off or holds a huge line makes no tenant")
    func files() async throws {
        let (old, new) = (try await Installation.migrated(), try await Installation.migrated())
        _ = try await Program.admin("tenant", "create", "shop", in: old)
        let secret = try Self.file(passphrase)
        defer { try? FileManager.default.removeItem(at: secret) }
        let exported = try await export(from: old, secret).output
        let huge = exported + #"{"user":{"name":""# + String(repeating: "x", count: 3 << 20) + "\"}}\n"
        for (contents, complaint) in [
            (String(exported.dropLast(20)), "altered or is incomplete: line "),
            (exported.split(separator: "\n").prefix(4).joined(separator: "\n"), "cut off"),
            (huge, "longer than 1 MiB"), ("", "no tenant's file"),
        ] {
            let file = try Self.file(contents)
            defer { try? FileManager.default.removeItem(at: file) }
            let refused = try await importing(file, into: new, secret)
            #expect(refused.errorCode == "invalid_setting" && refused.errors.contains(complaint), "\(refused.errors)")
        }
        #expect(try await new.count("select count(*) from tenants") == 0)
        let file = try Self.file(exported)
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(try await importing(file, into: new, secret).object["tenant"] as? String == "shop")
        #expect(try await importing(file, into: new, secret).errorCode == "tenant_exists")
    }

    @Test("A disabled tenant is said to be so on either side, with which of them is to serve it")
    func disabled() async throws {
        let (old, new) = (try await Installation.migrated(), try await Installation.migrated())
        _ = try await Program.admin("tenant", "create", "shop", in: old)
        _ = try await Program.admin("tenant", "disable", "shop", in: old)
        let secret = try Self.file(passphrase)
        defer { try? FileManager.default.removeItem(at: secret) }
        let exported = try await Program.run(
            ["admin", "tenant", "export", "shop", "--yes", "--passphrase-file", secret.path], old.environment)
        let enable = "serve it with: gatehouse admin tenant enable shop\n"
        #expect(
            exported.errors.hasSuffix(
                "The tenant is disabled here, as it should stay. Where it is imported, \(enable)"), "\(exported.errors)"
        )
        let imported = try await Program.run(
            ["admin", "tenant", "import", "-", "--passphrase-file", secret.path], new.environment,
            input: exported.output)
        let here = "The tenant is disabled; serve it here with: gatehouse admin tenant enable shop\n"
        #expect(imported.output.hasSuffix(here), "\(imported.output)")
    }

    @Test("What is exported is of one moment, whatever happens while it is written")
    func moment() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        _ = try await Program.admin("user", "create", "shop", "--email", "ada@example.com", in: place)
        let psql = try PostgresBinaries.find().path(of: "psql")
        let pool = Pool(PoolConfiguration(place.database.ownerURL, size: 2))
        let hasher = PasswordHasher(parameters: .standard)
        defer { hasher.shutdown() }
        let administration = Administration(
            database: Database(pool: pool), sealer: KeySealer(try MasterKeys(base64: Array(place.masterKey.utf8))),
            hasher: hasher, publicURL: place.url, jwksMaxAge: .seconds(300), actor: "tests")
        var lines = 0
        let exported = try await administration.exportTenant("shop", under: Passphrase(passphrase), withAudit: false) {
            _ in
            lines += 1
            guard lines == 1 else { return }
            let deletion = try ChildProcess.runBlocking(
                [psql, "-X", "-q", "-c", "delete from users", place.database.superuserURL],
                environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C"])
            #expect(deletion.status == 0, "\(deletion.output)")
        }
        #expect(exported.counts.users == 1)
        #expect(try await place.count("select count(*) from users") == 0)
        await pool.close()
    }

    @Test("Lines are found wherever a read ends, the last one without an end too")
    func lines() throws {
        let lines = [String(repeating: "a", count: 65_535), "", String(repeating: "b", count: 70_000), "c"]
        let file = try Self.file(lines.joined(separator: "\n"))
        defer { try? FileManager.default.removeItem(at: file) }
        let reader = InputLines(of: try InputFile(file.path), longest: 1 << 20)
        var read: [String] = []
        while let line = try reader.next() { read.append(String(decoding: line, as: UTF8.self)) }
        #expect(read == lines)
    }

    @Test(
        "A disk that is full is a failure, not a shorter file",
        .enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "there is no /dev/full"))
    func fullDisk() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        let secret = try Self.file(passphrase)
        defer { try? FileManager.default.removeItem(at: secret) }
        let outcome = try await Program.run(
            [
                "-c", #""$0" admin tenant export shop --yes --passphrase-file "$1" >/dev/full"#, Program.path,
                secret.path,
            ],
            place.environment, program: "/bin/sh")
        #expect(outcome.status == 1 && outcome.errors.contains("can't be written"), "\(outcome.errors)")
    }

    private func signedIn(at place: Installation) async throws -> (refresh: String, access: String) {
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        return try await place.serving { _ in
            let user = ["email": "ada@example.com", "password": goodPassword]
            let session = try await HTTP.post("\(place.url)/t/shop/v1/register", user)
            #expect(session.status == 201)
            return (session.text("refresh_token"), session.text("access_token"))
        }
    }

    private func export(from place: Installation, _ passphrase: URL) async throws -> Program.Outcome {
        try await Program.admin(
            "tenant", "export", "shop", "--yes", "--passphrase-file", passphrase.path, in: place)
    }

    private func importing(
        _ file: URL, into place: Installation, _ passphrase: URL
    ) async throws -> Program.Outcome {
        try await Program.admin("tenant", "import", file.path, "--passphrase-file", passphrase.path, in: place)
    }

    /// For its owner alone.
    private static func file(_ contents: String) throws -> URL {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data(contents.utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        return file
    }
}
