@testable import Gatehouse

/// The answer with which a session ended.
struct RecordedEnd {
    let moment: Int
    let request: Request
}

extension HistoryChecker {
    /// By session, nil where nothing ended it.
    func ends() -> [RecordedEnd?] {
        var ends: [RecordedEnd?] = sessions.map { _ in nil }
        for entry in log {
            for session in ended(by: entry, given: ends)
            where ends[session] == nil && sessions[session].begun < entry.moment {
                ends[session] = RecordedEnd(moment: entry.moment, request: entry.request)
            }
        }
        return ends
    }

    private func ended(by entry: Entry, given ends: [RecordedEnd?]) -> [Int] {
        switch (entry.request, entry.answer) {
        case (.present(let session, _, _), .refused("refresh_token_reused")): [session]
        case (.logOut(let session, let scope, _), .done):
            ended(by: session, scope, isOver: ends[session] != nil || hasExpired(session, by: entry.moment))
        case (.changePassword(let session, _), .done): siblings(of: session)
        case (.endSession(let session, _, _), .done), (.revokeSession(let session), .done): [session]
        case (.disableUser(let user), .done), (.deleteUser(let user), .done), (.revokeAll(let user?), .ended):
            sessions.indices.filter { sessions[$0].user == user }
        case (.revokeAll(nil), .ended): Array(sessions.indices)
        case (.rotateKeys(let use, emergency: true), .done): use == .access ? [] : Array(sessions.indices)
        default: []
        }
    }

    /// A session that is over ends no others.
    private func ended(by session: Int, _ scope: LogOutScope, isOver: Bool) -> [Int] {
        (scope == .others ? [] : [session]) + (scope == .local || isOver ? [] : siblings(of: session))
    }

    private func hasExpired(_ session: Int, by moment: Int) -> Bool {
        let begun = time(of: sessions[session].begun)
        var last = (generation: 0, at: begun)
        for (entry, time) in zip(log, times) where entry.moment < moment {
            guard case .present(session, _, _) = entry.request, case .tokens(let generation) = entry.answer else {
                continue
            }
            if generation > last.generation { last = (generation, time) }
        }
        let now = time(of: moment)
        return now - last.at >= History.refreshTTL || now - begun >= History.sessionMaxAge
    }

    private func siblings(of session: Int) -> [Int] {
        sessions.indices.filter { sessions[$0].user == sessions[session].user && $0 != session }
    }
}
