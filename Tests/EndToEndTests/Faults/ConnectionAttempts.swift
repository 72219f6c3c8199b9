/// The attempts of the service to connect that a server's log tells of, by the server's own clock.
struct ConnectionAttempts {
    /// For `log_line_prefix`: the role, the SQLSTATE, the session, and the time in seconds.
    static let linePrefix = "%u %e %c %n "

    /// When each was made, in milliseconds, by the session it was for. One that is let in and refused after all, because the slots that
    /// are left are reserved, has two lines.
    private var times: [String: Int] = [:]

    mutating func note(_ line: Substring) {
        let fields = line.split(separator: " ", maxSplits: 4, omittingEmptySubsequences: false)
        guard fields.count == 5, fields[0] == FaultStage.serviceRole, let seconds = Double(fields[3]),
            Self.isAttempt(state: fields[1], message: fields[4])
        else { return }
        let session = String(fields[2])
        if times[session] == nil { times[session] = Int((seconds * 1000).rounded()) }
    }

    /// Let in, or refused because the server is full (53300) or about to start or end (57P03).
    private static func isAttempt(state: Substring, message: Substring) -> Bool {
        state == "53300" || state == "57P03" || message.hasPrefix("LOG:  connection authorized:")
    }

    /// The most within a second.
    var peak: Int {
        let times = times.values.sorted()
        var (first, peak) = (0, 0)
        for (last, time) in times.enumerated() {
            while time - times[first] >= 1000 { first += 1 }
            peak = max(peak, last - first + 1)
        }
        return peak
    }
}
