import FoundationEssentials

/// One session as the test knows it: every token that was answered, and who holds which.
struct Client {
    /// A token and how many emergencies its kind of key had seen when it was signed.
    struct Held {
        let text: String
        let emergencies: Int
    }

    let user: Int
    let id: UUID
    /// By generation, whoever received it.
    var refreshTokens: [Held]
    /// The one received last.
    var accessToken: Held
    /// The generation that the honest client has; it may have missed newer ones.
    var generation = 0
    /// The generation that a thief has.
    var stolen: Int?

    /// The generation that is presented, nil where this presenter has none.
    func generation(of presenter: Presenter) -> Int? {
        switch presenter {
        case .client: generation
        case .thief: stolen
        case .older(let back): refreshTokens.count > back ? refreshTokens.count - 1 - back : nil
        case .never: refreshTokens.count
        }
    }

    /// Whoever presented a token has its successor now, unless the answer was lost.
    mutating func receive(_ generation: Int, _ token: Held, _ accessToken: Held, by presenter: Presenter, lost: Bool) {
        if generation == refreshTokens.count { refreshTokens.append(token) }
        if refreshTokens.indices.contains(generation) { refreshTokens[generation] = token }
        guard !lost else { return }
        switch presenter {
        case .client:
            self.generation = max(self.generation, generation)
            self.accessToken = accessToken
        case .thief: stolen = max(stolen ?? 0, generation)
        case .older, .never: break
        }
    }
}
