import FoundationEssentials

@testable import Gatehouse

extension HistoryRun {
    /// A presentation that is about to be made.
    private struct Presentation {
        let presenter: Presenter
        let generation: Int
        let token: Client.Held
        let instance: Int
    }

    /// Has each of them present its token, all at once, on both instances where there are several.
    mutating func present(
        _ session: Int, _ presenters: [Presenter], lost: Bool, at instance: Int, logOut ends: Bool = false
    ) async throws -> [Entry] {
        let presentations = try await presentations(of: session, by: presenters, at: instance)
        let run = self
        async let end = ends ? run.logOut(session, .local, by: .refreshToken, at: 0) : nil
        let answered = try await withThrowingTaskGroup(of: (Int, Answer, IssuedSession?).self) { group in
            for (index, presentation) in presentations.enumerated() {
                group.addTask { try await run.present(presentation, index) }
            }
            return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }
        }
        var entries: [Entry] = []
        for (presentation, (_, answer, issued)) in zip(presentations, answered) {
            let revoked = isRevoked(presentation.token, .refresh)
            var entry = entry(
                .present(session: session, generation: presentation.generation, revoked: revoked), answer)
            entry.presenter = presentation.presenter
            entry.mark = try issued.map(mark)
            entries.append(entry)
        }
        if let end = try await end { entries.append(end) }
        for (index, answer, issued) in answered.sorted(by: { $0.1.generation < $1.1.generation }) {
            guard let issued else { continue }
            clients[session].receive(
                answer.generation, held(issued.refreshToken, .refresh), held(issued.accessToken, .access),
                by: presentations[index].presenter, lost: lost)
        }
        return entries
    }

    private func present(_ presentation: Presentation, _ index: Int) async throws -> (Int, Answer, IssuedSession?) {
        var issued: IssuedSession?
        let answer = try await outcome {
            try await instances[presentation.instance].refresh(
                presentation.token.text, from: Installation.client, in: try await served(at: presentation.instance))
        } _: {
            issued = $0
            return .tokens(try RefreshClaims(payload: CompactJWS.parse($0.refreshToken).payload).generation)
        }
        return (index, answer, issued)
    }

    private func presentations(
        of session: Int, by presenters: [Presenter], at instance: Int
    ) async throws -> [Presentation] {
        let client = clients[session]
        var result: [Presentation] = []
        for presenter in presenters {
            guard let generation = client.generation(of: presenter) else { continue }
            let token =
                generation < client.refreshTokens.count
                ? client.refreshTokens[generation] : try await forge(generation, of: client)
            result.append(
                Presentation(
                    presenter: presenter, generation: generation, token: token,
                    instance: (instance + result.count) % instances.count))
        }
        return result
    }

    /// What a database restored from a backup has forgotten that it issued.
    private func forge(_ generation: Int, of client: Client) async throws -> Client.Held {
        let newest = client.refreshTokens[client.refreshTokens.count - 1]
        guard let tenant = try? await served(at: 0), tenant.refreshKeys.signingKey != nil else { return newest }
        return held(try tenant.forged(newest.text) { $0.generation = generation }, .refresh)
    }

    private func mark(of issued: IssuedSession) throws -> TokenMark {
        TokenMark(kid: try CompactJWS.parse(issued.refreshToken).kid, bytes: issued.refreshToken.hashValue)
    }
}

extension Answer {
    /// That of the tokens, -1 where there are none.
    fileprivate var generation: Int {
        if case .tokens(let generation) = self { generation } else { -1 }
    }
}
