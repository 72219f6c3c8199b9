import FoundationEssentials
import Testing

@testable import Gatehouse

/// Each scheme from the file to the sign-in, and what is stored afterwards.
@Suite(.installation) struct ImportedPasswordTests {
    private static let exports: [(file: String, format: ImportFormat, passwords: [String: String])] = [
        ("shop-realm.json", .keycloak, ["jane": "secret", "user1": "user1", "mary": "password"]),
        ("supabase-users.csv", .supabase, ["ada": "U*U"]),
        ("auth0-users.jsonl", .auth0, ["ada": "U*U", "grace": "Password", "edsger": "password", "barbara": "U*U"]),
        ("firebase-users.json", .firebase, ["ada": "user1password"]),
        ("django-users.csv", .csv, ["ada": "lètmein", "grace": "secret", "edsger": "lètmein"]),
    ]

    @Test(
        "Users of every export sign in with their old passwords, which are then hashed by Argon2id", arguments: exports)
    func signIn(_ export: (file: String, format: ImportFormat, passwords: [String: String])) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let project = try FirebaseHashConfig(parsing: try sampleExport("firebase-hash-config.txt"))
        let file = try UserFile(ByteInput(try sampleExport(export.file)), format: export.format, project: project)
        _ = try await installation.administration.importUsers(of: file, into: "shop", dryRun: false)
        for (name, password) in export.passwords {
            let email = "\(name)@example.com"
            let before = try await hash(of: email, in: tenant, installation)
            await #expect(throws: Refusal.invalidCredentials) {
                try await installation.logIn(email, password: password + "x", in: tenant)
            }
            #expect(try await hash(of: email, in: tenant, installation) == before)
            _ = try await installation.logIn(email, password: password, in: tenant)
            let after = try await hash(of: email, in: tenant, installation)
            if before.hasPrefix("$argon2id$v=19$m=7168,t=5,p=1$") {
                // Keycloak's is stronger than what is configured for the tests.
                #expect(after == before)
            } else {
                #expect(after.hasPrefix("$argon2id$v=19$m=64,t=1,p=1$"), "\(export.file) \(name)")
            }
            _ = try await installation.logIn(email, password: password, in: tenant)
            #expect(try await hash(of: email, in: tenant, installation) == after)
        }
    }

    @Test("Who was disabled stays out, with the right password too")
    func disabled() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let file = try UserFile(ByteInput(try sampleExport("shop-realm.json")), format: .keycloak)
        _ = try await installation.administration.importUsers(of: file, into: "shop", dryRun: false)
        await #expect(throws: Refusal.invalidCredentials) {
            try await installation.logIn("user2@example.com", password: "Password1", in: tenant)
        }
        _ = try await installation.administration.enableUser(tenant: "shop", user: "user2@example.com")
        _ = try await installation.logIn("user2@example.com", password: "Password1", in: tenant)
    }

    private func hash(of email: String, in tenant: ServedTenant, _ installation: Installation) async throws -> String {
        let stored = try await installation.serviceDatabase.first(
            UserStatements.byEmail, (tenant.tenant.id, TypedEmail(email)), in: tenant.tenant.id)
        return try #require(stored?.passwordHash?.stored)
    }
}
