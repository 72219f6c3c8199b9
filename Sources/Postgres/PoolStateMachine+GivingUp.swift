/// How connections come back, and which are used no more. Each belongs to the generation in which it was lent or its opening began;
/// those of an earlier one are given up.
extension PoolStateMachine {
    /// As ``isWanted(from:)``, or that connection is to be used no more.
    func isWanted(_ link: Link, from party: Int?) -> Bool {
        isGivenUp(link) || isWanted(from: party)
    }

    /// Whether a connection in use is to be closed when it comes back.
    func isGivenUp(_ link: Link) -> Bool {
        busy[link].map { $0.generation != generation } ?? false
    }

    /// - Parameters:
    ///   - isSilent: The server left it without an answer. Those that have been idle since before it was lent are closed as
    ///     well: each would have somebody wait as long for the same.
    ///   - hasLeftReadOnlyServer: Its server takes no writes any more. All others are given up as well, unless they have been
    ///     since it was lent.
    mutating func takeBack(
        _ link: Link, isUsable: Bool, isSilent: Bool = false, hasLeftReadOnlyServer: Bool = false
    ) -> [Action] {
        guard let loan = busy.removeValue(forKey: link) else { return [] }
        shares.giveBack(from: loan.party)
        let isGivenUp = loan.generation != generation
        guard isUsable, !isGivenUp, !isClosed else {
            let silent = isSilent ? closeIdle(sinceBefore: loan.number) : []
            let replaced = hasLeftReadOnlyServer && !isGivenUp ? giveUpAll() : []
            return [.close(link)] + silent + replaced + serve()
        }
        idle.append((link: link, since: lastLoan))
        return serve()
    }

    /// Closes what is idle now, and later what is lent or being opened by now: all of it may lead to a server that has been replaced.
    mutating func giveUpAll() -> [Action] {
        generation += 1
        return closeIdle(sinceBefore: lastLoan + 1)
    }

    /// Those that have been idle for longest come first.
    private mutating func closeIdle(sinceBefore loan: Int) -> [Action] {
        let suspects = idle.prefix { $0.since < loan }.map { $0.link }
        idle.removeFirst(suspects.count)
        return suspects.map { .close($0) }
    }
}
