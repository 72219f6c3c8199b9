import Foundation
import Gatehouse
import Testing

/// What happens to the secrets of one tenant, each noted as it comes up. Every step has to succeed, or there would be
/// nothing to look for.
struct TenantStory {
    let place: Installation
    let algorithm: SigningAlgorithm
    private(set) var secrets: [Secret] = []

    private var slug: String { "shop-\(algorithm.rawValue.lowercased())" }
    private var base: String { "\(place.url)/t/\(slug)/v1" }
    let email = "ada-\(UInt64.random(in: .min ... .max))@example.com"

    init(place: Installation, algorithm: SigningAlgorithm) {
        self.place = place
        self.algorithm = algorithm
    }

    mutating func live() async throws {
        _ = try await admin("tenant", "create", slug, "--algorithm", algorithm.rawValue)
        let first = password("first")
        try await post("register", ["email": email, "password": first], 201)
        try await post("register", ["email": email, "password": password("of a second registration")], 409)
        try await post("login", ["email": email, "password": password("wrong")], 401)
        try await refreshes(first)
        let changed = try await passwordChange(from: first)
        try await keys(password: changed)
        try await operators()
        try await admin("keys", "rotate", slug, "--use", "all", "--emergency")
        secrets += try await SealedSecrets.opened(in: place)
    }

    private mutating func refreshes(_ password: String) async throws {
        let session = try await post("login", ["email": email, "password": password], 200)
        let next = try await post("refresh", ["refresh_token": session.text("refresh_token")], 200)
        let last = try await post("refresh", ["refresh_token": next.text("refresh_token")], 200)
        try await post("refresh", ["refresh_token": session.text("refresh_token")], 401)
        try await post("refresh", ["refresh_token": last.text("refresh_token")], 401)
        let other = try await post("login", ["email": email, "password": password], 200)
        try await post("logout", ["refresh_token": other.text("refresh_token")], 204)
    }

    private mutating func passwordChange(from old: String) async throws -> String {
        let session = try await post("login", ["email": email, "password": old], 200)
        let (new, guess) = (password("second"), password("guessed"))
        let token = session.text("access_token")
        try await post("password", ["current_password": guess, "new_password": new], 403, bearer: token)
        try await post("password", ["current_password": old, "new_password": new], 204, bearer: token)
        return new
    }

    private mutating func keys(password: String) async throws {
        secrets += try await SealedSecrets.opened(in: place)
        try await admin("keys", "rotate", slug, "--use", "all", "--force")
        let session = try await post("login", ["email": email, "password": password], 200)
        try await admin("jws", "verify", slug, input: session.text("access_token"))
        try await post("logout", [:], 204, bearer: session.text("access_token"))
        for (use, key) in [(KeyUse.access, KeyMaterial.generate(algorithm)), (.refresh, .generate(.hs256))] {
            let imported = try await Program.importKey(key, as: use, into: slug, in: place)
            #expect(imported.status == 0, "\(imported.errors)")
            secrets.append(Secret("imported \(use) key", key.secret.withUnsafeBytes { Array($0) }))
        }
        guard algorithm == .hs256 else { return }
        let listed = try await admin("keys", "list", slug).list
        let current = try #require(
            listed.first { $0["use"] as? String == "access" && $0["state"] as? String == "current" })
        let exported = try await admin("keys", "export", slug, try #require(current["kid"] as? String), "--yes")
        let secret = try #require((exported.object["k"] as? String).flatMap { Base64URL.decode($0) })
        secrets.append(Secret("exported key", secret))
    }

    private mutating func operators() async throws {
        let given = password("given by an operator")
        try await admin("user", "create", slug, "--email", "bob@example.com", "--password-stdin", input: given + "\n")
        let session = try await post("login", ["email": "bob@example.com", "password": given], 200)
        try await client(introspecting: session.text("access_token"))
    }

    private mutating func client(introspecting token: String) async throws {
        let made = try await admin("client", "create", slug, "--name", "backend")
        let id = try #require(made.object["client_id"] as? String)
        let secret = try #require(made.object["client_secret"] as? String)
        secrets.append(Secret("client secret", secret))
        secrets.append(Secret("client secret in bytes", try #require(Base64URL.decode(String(secret.dropFirst(5))))))
        let url = "\(place.url)/t/\(slug)/oauth2/introspect"
        let answer = try await HTTP.post(url, form: "token=\(token)", basic: "\(id):\(secret)")
        #expect(answer.json["active"] as? Bool == true)
    }

    private mutating func password(_ name: String) -> String {
        let password = "vivid-Otter-\(UInt64.random(in: .min ... .max))-quasar"
        secrets.append(Secret("\(name) password, \(algorithm)", password))
        return password
    }

    /// Calls a route, and notes every token of the answer.
    @discardableResult
    private mutating func post(
        _ route: String, _ body: [String: String], _ status: Int, bearer: String? = nil
    ) async throws -> HTTP.Answer {
        let answer = try await HTTP.post("\(base)/\(route)", body, bearer: bearer)
        #expect(answer.status == status, "\(route): \(answer.json["code"] ?? "")")
        for (name, value) in answer.json where name.hasSuffix("_token") {
            secrets += Secret.token("\(name) of \(route), \(algorithm)", try #require(value as? String))
        }
        return answer
    }

    @discardableResult
    private func admin(_ arguments: String..., input: String = "") async throws -> Program.Outcome {
        let outcome = try await Program.run(["admin"] + arguments + ["--json"], place.environment, input: input)
        #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
        return outcome
    }
}
