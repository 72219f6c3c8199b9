/// The header field `tracestate` (W3C Trace Context, section 3.3): what other tracing systems carry along. It is checked,
/// bounded and passed on, and means nothing here.
public struct TraceState: Hashable, Sendable {
    /// What section 3.3.1.5 asks everybody to pass on at least, and what is passed on here at most.
    private static let maximumLength = 512
    private static let maximumMembers = 32

    let text: String

    /// Nil where there is nothing in it, or anything is wrong with it; all of it is dropped then.
    init?(_ field: String) {
        guard field.utf8.count <= Self.maximumLength else { return nil }
        var keys: Set<Substring> = []
        var members: [Substring] = []
        for part in field.split(separator: ",", omittingEmptySubsequences: true) {
            let member = part.trimmingSpaces
            if member.isEmpty { continue }
            guard let equals = member.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
            let key = member[..<equals]
            guard Self.isKey(key.utf8), Self.isValue(member[member.utf8.index(after: equals)...].utf8),
                keys.insert(key).inserted
            else { return nil }
            members.append(member)
        }
        guard (1...Self.maximumMembers).contains(members.count) else { return nil }
        text = members.joined(separator: ",")
    }

    /// A name, or `tenant@system`.
    private static func isKey(_ key: Substring.UTF8View) -> Bool {
        let parts = key.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.allSatisfy({ $0.allSatisfy(isKeyByte) }), let first = parts[0].first else { return false }
        switch parts.count {
        case 1: return isLetter(first) && key.count <= 256
        case 2:
            return isKeyByte(first) && !isPunctuation(first) && parts[0].count <= 241
                && parts[1].first.map(isLetter) == true && parts[1].count <= 14
        default: return false
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }

    private static func isPunctuation(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "*")
            || byte == UInt8(ascii: "/")
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || isPunctuation(byte)
    }

    /// Printable ASCII without `,` and `=`, and no space at its end.
    private static func isValue(_ value: Substring.UTF8View) -> Bool {
        (1...256).contains(value.count) && value.last != 0x20
            && value.allSatisfy { byte in
                (0x20...0x7E).contains(byte) && byte != UInt8(ascii: ",") && byte != UInt8(ascii: "=")
            }
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var rest = self
        while let first = rest.utf8.first, first == 0x20 || first == 0x09 { rest = rest.dropFirst() }
        while let last = rest.utf8.last, last == 0x20 || last == 0x09 { rest = rest.dropLast() }
        return rest
    }
}
