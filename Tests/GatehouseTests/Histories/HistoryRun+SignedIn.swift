import FoundationEssentials

@testable import Gatehouse

extension HistoryRun {
    func ask(_ session: Int, at instance: Int) async throws -> [Entry] {
        let client = clients[session]
        let service = instances[instance]
        let answer = try await outcome {
            let served = try await served(at: instance)
            let signedIn = try await service.authenticate(client.accessToken.text, in: served)
            return try await service.listSessions(of: signedIn, in: served)
        } _: { listed in
            .sessions(Set(listed.map { session in clients.firstIndex { $0.id == session.id } ?? -1 }))
        }
        return [entry(.ask(session: session, revoked: isRevoked(client.accessToken, .access)), answer)]
    }

    func logOut(_ session: Int, _ scope: LogOutScope, by bearer: Bearer, at instance: Int) async throws -> Entry {
        let client = clients[session]
        let refreshToken = client.refreshTokens[client.generation]
        let answer = try await outcome {
            let credential: LogOutCredential =
                switch bearer {
                case .accessToken: .accessToken(client.accessToken.text)
                case .refreshToken: .refreshToken(refreshToken.text)
                }
            try await instances[instance].logOut(
                credential, scope: scope, from: Installation.client, in: try await served(at: instance))
        } _: {
            .done
        }
        let revoked =
            switch bearer {
            case .accessToken: isRevoked(client.accessToken, .access)
            case .refreshToken: isRevoked(refreshToken, .refresh)
            }
        return entry(.logOut(session: session, scope: scope, revoked: revoked), answer)
    }

    mutating func changePassword(by session: Int) async throws -> [Entry] {
        let client = clients[session]
        let new = "\(Installation.password)-\(log.count)"
        let answer = try await outcome {
            let served = try await served(at: 0)
            let signedIn = try await instances[0].authenticate(client.accessToken.text, in: served)
            try await instances[0].changePassword(
                current: Password(passwords[client.user]), new: Password(new), of: signedIn,
                from: Installation.client, in: served)
        } _: {
            .done
        }
        if answer == .done { passwords[client.user] = new }
        return [entry(.changePassword(session: session, revoked: isRevoked(client.accessToken, .access)), answer)]
    }

    func endSession(_ other: Int, by session: Int) async throws -> [Entry] {
        let client = clients[session]
        let answer = try await outcome {
            let served = try await served(at: 0)
            let signedIn = try await instances[0].authenticate(client.accessToken.text, in: served)
            try await instances[0].endSession(clients[other].id, of: signedIn, from: Installation.client, in: served)
        } _: {
            .done
        }
        let revoked = isRevoked(client.accessToken, .access)
        return [entry(.endSession(other, by: session, revoked: revoked), answer)]
    }
}
