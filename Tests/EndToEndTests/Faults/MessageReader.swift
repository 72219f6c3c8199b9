/// Takes a stream of PostgreSQL's protocol (version 3, without TLS) apart into its messages.
struct MessageReader {
    struct Message {
        /// 0 for the one that begins a connection.
        let type: UInt8
        let body: ArraySlice<UInt8>
    }

    private var pending: [UInt8] = []
    private var isBegun: Bool

    /// - Parameter isBegun: Whether the first message has a type, as all but a client's very first one do.
    init(isBegun: Bool) {
        self.isBegun = isBegun
    }

    /// The messages that `bytes` complete.
    mutating func take(_ bytes: [UInt8]) -> [Message] {
        pending += bytes
        var messages: [Message] = []
        while true {
            let lead = isBegun ? 1 : 0
            guard pending.count >= lead + 4 else { return messages }
            // The length counts itself.
            let length = pending[lead..<lead + 4].reduce(0) { $0 << 8 | Int($1) }
            guard pending.count >= lead + length else { return messages }
            messages.append(Message(type: isBegun ? pending[0] : 0, body: pending[(lead + 4)..<(lead + length)]))
            pending.removeFirst(lead + length)
            isBegun = true
        }
    }
}

/// Finds the ends of refreshes in what a client sends.
struct RequestReader {
    private var messages = MessageReader(isBegun: false)
    private var refreshes: Set<[UInt8]> = []
    private var isRefresh = false

    private static let mark = "update refresh_tokens s set generation"

    /// Whether `bytes` end a pipeline that refreshes, so that the server commits it.
    mutating func take(_ bytes: [UInt8]) -> Bool {
        var isEnd = false
        for message in messages.take(bytes) {
            let strings = message.body.split(separator: 0, omittingEmptySubsequences: false)
            switch message.type {
            case UInt8(ascii: "P"):
                if strings.count > 1, String(decoding: strings[1], as: UTF8.self).contains(Self.mark) {
                    refreshes.insert(Array(strings[0]))
                }
            case UInt8(ascii: "B"):
                // The portal's name comes before the statement's.
                if strings.count > 1, refreshes.contains(Array(strings[1])) { isRefresh = true }
            case UInt8(ascii: "S"):
                if isRefresh { isEnd = true }
                isRefresh = false
            default: break
            }
        }
        return isEnd
    }
}
