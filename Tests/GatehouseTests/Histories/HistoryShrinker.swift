@testable import Gatehouse

/// Shortens a history that fails until nothing more can be left out of it.
struct HistoryShrinker {
    /// Whether it fails still.
    let fails: (History) async throws -> Bool

    func shrunk(_ history: History) async throws -> History {
        var shortest = history
        while true {
            let before = shortest
            shortest = try await simplified(try await shortened(shortest))
            if shortest == before { return shortest }
        }
    }

    /// Leaves out halves, then quarters, down to single steps, until no single one can go.
    private func shortened(_ history: History) async throws -> History {
        var shortest = history
        var size = max(1, history.steps.count / 2)
        while true {
            let before = shortest
            var end = shortest.steps.count
            // From the end, because what comes late builds on what comes early.
            while end > 0 {
                var candidate = shortest
                candidate.steps.removeSubrange(max(0, end - size)..<end)
                if try await fails(candidate) { shortest = candidate }
                end -= size
                end = min(end, shortest.steps.count)
            }
            if size == 1, shortest == before { return shortest }
            size = max(1, size / 2)
        }
    }

    private func simplified(_ history: History) async throws -> History {
        var simplest = history
        for candidate in history.withPlainSettings where try await fails(candidate) {
            simplest = candidate
            break
        }
        for index in simplest.steps.indices {
            for step in simplest.steps[index].simpler {
                var candidate = simplest
                candidate.steps[index] = step
                guard try await fails(candidate) else { continue }
                simplest = candidate
                break
            }
        }
        return simplest
    }
}

extension History {
    fileprivate var withPlainSettings: [History] {
        let plain = [
            History(policy: .strict, grace: 60, steps: steps), History(policy: policy, grace: 60, steps: steps),
            History(policy: .strict, grace: grace, steps: steps),
        ]
        let own = plain.firstIndex(of: self) ?? plain.count
        return Array(plain.prefix(own))
    }
}

extension Step {
    /// Steps that say less, the simplest first; none of them has this one among its own.
    fileprivate var simpler: [Step] {
        switch self {
        case .present(let session, let presenter, let lost, let instance):
            [
                .present(session: 0, by: presenter, lost: false, at: 0),
                .present(session: session, by: presenter, lost: false, at: 0),
                .present(session: session, by: presenter, lost: lost, at: 0),
                .present(session: 0, by: presenter, lost: lost, at: instance),
            ].before(self)
        case .burst(let session, let presenters, let logOut):
            fewer(session, presenters, logOut: logOut)
                + [
                    .burst(session: session, by: presenters, logOut: false),
                    .burst(session: 0, by: presenters, logOut: logOut),
                ].before(self)
        case .logIn(let user, _): [.logIn(user: 0, at: 0), .logIn(user: user, at: 0)].before(self)
        case .ask(let session, _): [.ask(session: 0, at: 0), .ask(session: session, at: 0)].before(self)
        case .logOut(let session, let scope, let bearer, _):
            [
                .logOut(session: 0, scope: .local, by: bearer, at: 0),
                .logOut(session: session, scope: .local, by: bearer, at: 0),
                .logOut(session: session, scope: scope, by: bearer, at: 0),
            ].before(self)
        case .rotateKeys(let use, let emergency, _): [.rotateKeys(use, emergency: emergency, heard: true)].before(self)
        default: []
        }
    }

    private func fewer(_ session: Int, _ presenters: [Presenter], logOut: Bool) -> [Step] {
        guard presenters.count > 1 || logOut else {
            return presenters.map { .present(session: session, by: $0, lost: false, at: 0) }
        }
        return presenters.indices.map { .burst(session: session, by: presenters.without($0), logOut: logOut) }
    }
}

extension [Step] {
    /// Those that come before this one, all of them if it isn't among them.
    fileprivate func before(_ step: Step) -> [Step] {
        Array(prefix { $0 != step })
    }
}

extension Array {
    fileprivate func without(_ index: Int) -> [Element] {
        var rest = self
        rest.remove(at: index)
        return rest
    }
}
