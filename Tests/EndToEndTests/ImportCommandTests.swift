import Foundation
import TestSupport
import Testing

@Suite("gatehouse admin user import")
struct ImportCommandTests {
    private static let bcrypt = "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
    private static let password = "U*U"

    private static func sample(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/migrating/\(name)").path
    }

    private static func folder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gatehouse-import-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    private func shop() async throws -> Installation {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        return place
    }

    @Test("From a Keycloak export to a sign-in: who can be taken over is, and the others are named")
    func keycloak() async throws {
        let place = try await shop()
        let outcome = try await Program.admin(
            "user", "import", "--tenant", "shop", "--format", "keycloak", Self.sample("shop-realm.json"), in: place)
        #expect(outcome.status == 1)
        #expect(outcome.errorCode == "users_refused")
        #expect(outcome.object["imported"] as? Int == 4 && outcome.object["skipped"] as? Int == 0)
        #expect(outcome.object["refused"] as? Int == 2 && outcome.object["dry_run"] as? Bool == false)
        let lines = outcome.errors.split(separator: "\n")
        #expect(lines.first?.hasSuffix("shop-realm.json as keycloak.") == true)
        #expect(lines.contains { $0.contains("user 5: credentials: ") && $0.hasSuffix("(invalid_format)") })
        #expect(lines.contains { $0.contains("user 6: email: ") && $0.hasSuffix("(required)") })
        #expect(lines.last?.hasSuffix("4 users imported, 0 already there, 2 refused") == true)
        #expect(!outcome.errors.contains("5f4dcc3b5aa765d61d8327deb882cf99"))
        try await place.serving { _ in
            let answer = try await HTTP.post(
                "\(place.url)/t/shop/v1/login", ["email": "jane@example.com", "password": "secret"])
            #expect(answer.status == 200)
            let user = try #require(answer.json["user"] as? [String: Any])
            #expect(user["id"] as? String == "6f1c0f0e-2b5d-4c55-9d3e-000000000001")
            let byName = try await HTTP.post(
                "\(place.url)/t/shop/v1/login", ["username": "mary", "password": "password"])
            #expect(byName.status == 200)
        }
    }

    @Test("Standard input needs a format; with one it is read, and a second run passes everybody over")
    func standardInput() async throws {
        let place = try await shop()
        let csv = "email,password_hash\r\nada@example.com,\(Self.bcrypt)\r\n\"grace@example.com\",\r\n"
        let unsaid = try await Program.admin("user", "import", "--tenant", "shop", "-", in: place, input: csv)
        #expect(unsaid.status == 2 && unsaid.output.isEmpty)
        for counts in [[2, 0, 0], [0, 2, 0]] {
            let outcome = try await Program.admin(
                "user", "import", "--tenant", "shop", "--format", "csv", "-", in: place, input: csv)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(Set(outcome.object.keys) == ["imported", "skipped", "refused", "dry_run"])
            #expect(["imported", "skipped", "refused"].map { outcome.object[$0] as? Int } == counts)
        }
        try await place.serving { _ in
            let answer = try await HTTP.post(
                "\(place.url)/t/shop/v1/login", ["email": "ada@example.com", "password": Self.password])
            #expect(answer.status == 200)
        }
    }

    @Test("A dry run writes its report and nothing else; nothing of the file is repeated in it")
    func dryRun() async throws {
        let place = try await shop()
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let (users, report) = (folder.appending(path: "users.jsonl"), folder.appending(path: "report.jsonl"))
        let lines = [
            "{\"email\":\"ada@example.com\",\"password_hash\":\"\(Self.bcrypt)\"}",
            "{\"email\":\"grace@example.com\",\"password_hash\":\"hunter2-hunter2\"}",
            "{\"email\":\"hunter2-hunter2\"}", "hunter2-hunter2", "{\"hunter2-hunter2\":1}",
            "{\"email\":\"ADA@example.com\"}",
        ]
        try Data(lines.joined(separator: "\n").utf8).write(to: users)
        let outcome = try await Program.admin(
            "user", "import", "--tenant", "shop", "--dry-run", "--report", report.path, users.path, in: place)
        #expect(outcome.status == 1)
        #expect(outcome.object["imported"] as? Int == 1 && outcome.object["refused"] as? Int == 5)
        #expect(outcome.object["dry_run"] as? Bool == true)
        #expect(try await Program.admin("user", "list", "shop", in: place).list.isEmpty)
        let text = try String(contentsOf: report, encoding: .utf8)
        for secret in ["hunter2", Self.bcrypt] {
            #expect(!text.contains(secret) && !outcome.errors.contains(secret) && !outcome.output.contains(secret))
        }
        let refused = try text.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(refused.map { $0["line"] as? Int } == [2, 3, 4, 5, 6])
        #expect(
            refused.map { $0["code"] as? String ?? "" } == [
                "invalid_format", "invalid_format", "malformed", "unknown_field", "repeated",
            ])
        #expect(refused.allSatisfy { Set($0.keys) == ["line", "user", "code", "field", "reason"] })
        #expect(refused.last?["reason"] as? String == "email: User 1 of the file has the same email.")
        let mode = try FileManager.default.attributesOfItem(atPath: report.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test("What isn't there, isn't known or can't be read is said in one line")
    func refusals() async throws {
        let place = try await shop()
        let cases: [([String], String)] = [
            (["--tenant", "shop", "/nonexistent.csv"], "invalid_setting"),
            (["--tenant", "shop", "--format", "csv", "/"], "invalid_setting"),
            (["--tenant", "nope", Self.sample("django-users.csv")], "tenant_not_found"),
            (["--tenant", "shop", "--format", "keycloak", Self.sample("django-users.csv")], "invalid_setting"),
            (
                [
                    "--tenant", "shop", "--format", "firebase", "--hash-config", Self.sample("django-users.csv"),
                    Self.sample("firebase-users.json"),
                ], "invalid_setting"
            ),
        ]
        for (arguments, code) in cases {
            let outcome = try await Program.run(
                ["admin", "user", "import"] + arguments + ["--json"], place.environment)
            #expect(outcome.status == 1 && outcome.errorCode == code, "\(arguments): \(outcome.output)")
        }
        #expect(try await Program.admin("user", "list", "shop", in: place).list.isEmpty)
    }

    @Test("The report never takes the place of the file, nor of an older report before the file's header is read")
    func reportBesidesInput() async throws {
        let place = try await shop()
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let (users, other) = (folder.appending(path: "users.csv"), folder.appending(path: "other.jsonl"))
        let csv = "email\nnowhere\nada@example.com\n"
        try Data(csv.utf8).write(to: users)
        try FileManager.default.linkItem(at: users, to: other)
        for report in [users, other] {
            let outcome = try await Program.admin(
                "user", "import", "--tenant", "shop", "--report", report.path, users.path, in: place)
            #expect(outcome.status == 1 && outcome.errorCode == "invalid_setting", "\(outcome.output)")
            #expect(try String(contentsOf: users, encoding: .utf8) == csv)
        }
        let report = folder.appending(path: "report.jsonl")
        try Data("an older report, longer than the newer one will be, about somebody else and for other reasons".utf8)
            .write(to: report)
        let kept = try Data(contentsOf: report)
        let misread = try await Program.admin(
            "user", "import", "--tenant", "shop", "--format", "supabase", "--report", report.path, users.path, in: place
        )
        #expect(misread.errorCode == "invalid_setting")
        #expect(try Data(contentsOf: report) == kept)
        #expect(try await Program.admin("user", "list", "shop", in: place).list.isEmpty)
        let outcome = try await Program.admin(
            "user", "import", "--tenant", "shop", "--report", report.path, users.path, in: place)
        #expect(outcome.errorCode == "users_refused")
        let text = try String(contentsOf: report, encoding: .utf8)
        #expect(text.hasPrefix("{\"line\":2,") && text.hasSuffix("}\n") && text.split(separator: "\n").count == 1)
    }

    @Test(
        "A report that can't be written fails the command",
        .enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "there is no /dev/full"))
    func fullDisk() async throws {
        let place = try await shop()
        let outcome = try await Program.admin(
            "user", "import", "--tenant", "shop", "--format", "csv", "--report", "/dev/full", "-", in: place,
            input: "email\nnowhere\n")
        #expect(outcome.status == 1 && outcome.errorCode == "invalid_setting", "\(outcome.output)")
    }

    @Test("The hash parameters of a Firebase project are a secret, and are read as one")
    func hashConfig() async throws {
        let place = try await shop()
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let config = folder.appending(path: "hash-config.txt")
        let sample = try Data(contentsOf: URL(filePath: Self.sample("firebase-hash-config.txt")))
        let cases: [(Data, Int, String)] = [
            (sample, 0o644, "invalid_setting"), (Data("rounds: 8".utf8), 0o600, "validation_failed"),
            (sample, 0o600, "users_refused"),
        ]
        for (content, mode, code) in cases {
            try content.write(to: config)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: config.path)
            let outcome = try await Program.admin(
                "user", "import", "--tenant", "shop", "--format", "firebase", "--hash-config", config.path,
                Self.sample("firebase-users.json"), in: place)
            #expect(outcome.status == 1 && outcome.errorCode == code, "\(outcome.output)")
        }
        #expect(try await Program.admin("user", "list", "shop", in: place).list.count == 2)
    }

    @Test("Killed in the middle, it leaves whole batches behind, and the same command does the rest")
    func killed() async throws {
        let place = try await shop()
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let users = folder.appending(path: "users.jsonl")
        try Data((0..<2500).map { "{\"email\":\"u\($0)@example.com\"}\n" }.joined().utf8).write(to: users)
        let steps = try await WorkSteps.install(in: place)
        let command = KilledCommand(
            arguments: ["admin", "user", "import", "--tenant", "shop", users.path, "--json"], place: place, steps: steps
        )
        // A step before and after each of a thousand rows, and some around them: this one is in the second batch.
        #expect(try await command.kill(atStep: 4000))
        let left = try await place.count("select count(*) from users")
        #expect(left == 1000)
        let outcome = try await command.run()
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.object["imported"] as? Int == 2500 - left && outcome.object["skipped"] as? Int == left)
        #expect(try await place.count("select count(*) from users") == 2500)
    }
}
