extension [InternetAddress] {
    /// IPv6 and IPv4 by turns for as long as there are both, the first one's family first, and each in its own order (RFC 8305, section 4).
    /// On a machine where one of them leads nowhere the second address is a good one, however many the other has.
    var byTurnsOfFamily: [InternetAddress] {
        let leading = filter { $0.isIPv6 == first?.isIPv6 }
        let others = filter { $0.isIPv6 != first?.isIPv6 }
        let turns = zip(leading, others).flatMap { [$0, $1] }
        // Of these at least one is empty.
        return turns + leading.dropFirst(others.count) + others.dropFirst(leading.count)
    }
}
