import Gatehouse
import Testing

/// A token that must be refused at every door, and its twin: the same without what makes it a forgery.
struct Forgery: Sendable {
    let name: String
    let token: String
    /// What `jws verify` has to say of it.
    let reason: TokenFault
    let twin: String

    init(_ name: String, _ token: String, _ reason: TokenFault, twin: String) {
        self.name = name
        self.token = token
        self.reason = reason
        self.twin = twin
    }
}

extension Forger {
    /// A forgery whose twin is the good token.
    func forgery(_ name: String, _ token: String, _ reason: TokenFault) -> Forgery {
        Forgery(name, token, reason, twin: twin)
    }

    /// Expects `jws verify` and every bearer route to refuse the forgeries, and to accept their twins after that: the
    /// session has survived them.
    func expectRefused(_ forgeries: [Forgery]) async throws {
        for forgery in forgeries {
            try await expectVerdict(on: forgery)
            for (method, path) in bearerRoutes {
                let reply = try await tenant.send(method, path, bearer(forgery.token))
                expectChallenge(reply, of: forgery, at: "\(method) \(path)")
            }
        }
        for twin in Set(forgeries.map(\.twin)) {
            let name = forgeries.first { $0.twin == twin }?.name ?? ""
            #expect(try await verdict(on: twin).reason == nil, "the twin of: \(name)")
            #expect(try await tenant.me(twin).status == 200, "the twin of: \(name)")
        }
    }

    /// No claim is looked at, let alone told, before the signature vouches for it.
    func expectVerdict(on forgery: Forgery, use: KeyUse = .access) async throws {
        let verdict = try await verdict(on: forgery.token, use: use)
        #expect(!verdict.valid, "\(forgery.name)")
        #expect(verdict.reason == forgery.reason, "\(forgery.name)")
        let unsigned: [TokenFault] = [.malformed, .unsupportedHeader, .unknownKey, .wrongAlgorithm, .badSignature]
        if unsigned.contains(forgery.reason) { #expect(verdict.claims == nil, "\(forgery.name)") }
    }

    private func expectChallenge(_ reply: Reply, of forgery: Forgery, at route: String) {
        let code = forgery.reason == .expired ? "token_expired" : "invalid_token"
        #expect(reply.status == 401 && reply.code == code, "\(forgery.name), \(route): \(reply)")
        let challenge = "Bearer realm=\"\(tenant.tenant.slug)\", error=\"invalid_token\""
        #expect(reply.header("www-authenticate")?.hasPrefix(challenge) == true, "\(forgery.name), \(route): \(reply)")
    }
}
