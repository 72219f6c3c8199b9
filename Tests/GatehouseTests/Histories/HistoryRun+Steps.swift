import FoundationEssentials

@testable import Gatehouse

extension HistoryRun {
    /// Does what the step says: several entries where several things happen at once, none where there is nothing to act on.
    mutating func answers(to step: Step) async throws -> [Entry] {
        switch step {
        case .logIn(let user, let instance): return try await logIn(user % (passwords.count + 1), at: instance)
        case .present(let session, let presenter, let lost, let instance):
            guard let session = number(session) else { return [] }
            return try await present(session, [presenter], lost: lost, at: instance)
        case .burst(let session, let presenters, let logOut):
            guard let session = number(session) else { return [] }
            return try await present(session, presenters, lost: false, at: 0, logOut: logOut)
        case .steal(let session):
            if let session = number(session) { clients[session].stolen = clients[session].generation }
            return []
        case .ask(let session, let instance):
            guard let session = number(session) else { return [] }
            return try await ask(session, at: instance)
        case .logOut(let session, let scope, let bearer, let instance):
            guard let session = number(session) else { return [] }
            return [try await logOut(session, scope, by: bearer, at: instance)]
        case .changePassword(let session):
            guard let session = number(session) else { return [] }
            return try await changePassword(by: session)
        case .endSession(let other, let session):
            guard let session = number(session), let other = number(other) else { return [] }
            return try await endSession(other, by: session)
        case .restart(let instance):
            instances[instance] = place.startInstance()
            return []
        default: return try await administer(step)
        }
    }

    func number(_ session: Int) -> Int? {
        clients.isEmpty ? nil : session % clients.count
    }

    func entry(_ request: Request, _ answer: Answer) -> Entry {
        Entry(request: request, answer: answer, moment: log.count)
    }

    /// The tenant as an instance has it, asked for anew for each request, as the HTTP API does.
    func served(at instance: Int) async throws -> ServedTenant {
        try await instances[instance].directory.tenant(slug: tenant.slug)
    }

    func isRevoked(_ held: Client.Held, _ use: KeyUse) -> Bool {
        held.emergencies < emergencies[use, default: 0]
    }

    func held(_ text: String, _ use: KeyUse) -> Client.Held {
        Client.Held(text: text, emergencies: emergencies[use, default: 0])
    }

    private mutating func logIn(_ user: Int, at instance: Int) async throws -> [Entry] {
        let isNew = user == passwords.count
        let service = instances[instance]
        let email = "user\(user)@example.com"
        var issued: IssuedSession?
        let answer = try await outcome {
            let served = try await served(at: instance)
            return isNew
                ? try await service.register(
                    email: EmailAddress(email), username: nil, name: nil, password: Password(Installation.password),
                    from: Installation.client, in: served)
                : try await service.logIn(
                    .email(TypedEmail(email)), password: Password(passwords[user]), from: Installation.client,
                    in: served)
        } _: {
            issued = $0
            return .opened
        }
        if let issued {
            if isNew { passwords.append(Installation.password) }
            clients.append(
                Client(
                    user: user, id: issued.sessionID, refreshTokens: [held(issued.refreshToken, .refresh)],
                    accessToken: held(issued.accessToken, .access)))
        }
        return [entry(isNew ? .register(user: user) : .logIn(user: user), answer)]
    }
}
