/// What libpq reports of a failed attempt to connect, taken apart.
///
/// libpq keeps no result of what a server refuses while connecting, from which the SQLSTATE could be taken. Asked for everything
/// (`PQERRORS_VERBOSE`), it writes the code between the severity and the message, `FATAL:  28P01: …`, whatever the language of
/// either.
struct ConnectReport: Equatable {
    /// As it reads without being asked for everything.
    let reason: String
    /// Of the server's last refusal.
    let state: SQLState?

    init(_ text: String) {
        var lines: [String] = []
        var state: SQLState?
        for line in text.split(separator: "; ") where !line.hasPrefix(Self.location) {
            guard let colon = line.firstRange(of: ":  "), let code = Self.code(in: line[colon.upperBound...]) else {
                lines.append(String(line))
                continue
            }
            state = SQLState(rawValue: code)
            lines.append(String(line[..<colon.upperBound]) + line[colon.upperBound...].dropFirst(code.count + 2))
        }
        reason = lines.joined(separator: "; ")
        self.state = state
    }

    /// Where in the server's source it was refused.
    private static let location = "LOCATION:  "

    private static func code(in message: Substring) -> String? {
        let code = message.prefix(5)
        let isCode = code.count == 5 && code.allSatisfy { $0.isASCII && ($0.isNumber || $0.isUppercase) }
        return isCode && message.dropFirst(5).hasPrefix(": ") ? String(code) : nil
    }
}
