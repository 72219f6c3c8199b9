import Foundation
import Gatehouse

/// What Foundation's reader makes of the same bytes.
struct FoundationOracle {
    private let bytes: [UInt8]
    /// Nil when Foundation refuses them.
    private let value: Any?

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        value = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
    }

    func checkAgreement(with ours: JSON) {
        guard let value else { return expect(ours.hasExtremeNumber, "Foundation reads what our reader reads") }
        expect(Self.means(ours, value), "Foundation reads the same value")
    }

    /// Our reader is stricter in these points, and only in these.
    func checkIsMalformed() {
        guard value != nil else { return }
        let isUTF8 = String(validating: bytes, as: UTF8.self) != nil
        let isMarked = bytes.starts(with: [0xEF, 0xBB, 0xBF])
        expect(
            !isUTF8 || isMarked || bytes.contains(0) || hasDeepNesting || hasLongNumber || hasTrailingComma,
            "What our reader finds malformed, Foundation refuses too")
    }

    func checkHasDuplicate() {
        guard let value else { return }
        expect(
            Self.memberCount(of: value) < countMembers(in: bytes), "Foundation loses a member where one is there twice")
    }

    /// Foundation refuses half a surrogate pair, and keeps NUL.
    func checkIsWellFormed() {
        let mayHoldSurrogate = Self.contains("\\ud", in: bytes) || Self.contains("\\uD", in: bytes)
        expect(
            mayHoldSurrogate || Self.contains("\\u0000", in: bytes), "A forbidden character can only be written escaped"
        )
        guard !mayHoldSurrogate else { return }
        let mended = Self.withoutNUL(bytes)
        do throws(JSONFault) {
            FoundationOracle(mended).checkAgreement(with: try JSON.parse(mended))
        } catch {
            guard case .duplicateMember = error else {
                return expect(false, "A text with NUL is otherwise well-formed")
            }
        }
    }

    /// Byte by byte: what combines with a character would hide it from a search through the text.
    private static func contains(_ text: String, in bytes: [UInt8]) -> Bool {
        bytes.indices.contains { bytes[$0...].starts(with: text.utf8) }
    }

    /// Makes U+0001 of every escaped NUL.
    private static func withoutNUL(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        let escape = Array("\\u0000".utf8)
        for start in bytes.indices.dropLast(escape.count - 1) where bytes[start...].starts(with: escape) {
            bytes[start + escape.count - 1] = UInt8(ascii: "1")
        }
        return bytes
    }

    private var hasDeepNesting: Bool {
        bytes.filter { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") }.count > JSON.maximumDepth
    }

    private var hasLongNumber: Bool {
        bytes.split { !"+-.0123456789Ee".utf8.contains($0) }.contains { $0.count > 128 }
    }

    private var hasTrailingComma: Bool {
        let compact = bytes.filter { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        return zip(compact, compact.dropFirst()).contains { first, second in
            first == UInt8(ascii: ",") && (second == UInt8(ascii: "]") || second == UInt8(ascii: "}"))
        }
    }

    private static func memberCount(of value: Any) -> Int {
        switch value {
        case let elements as [Any]: elements.reduce(0) { $0 + memberCount(of: $1) }
        case let members as [String: Any]: members.values.reduce(members.count) { $0 + memberCount(of: $1) }
        default: 0
        }
    }

    private static func means(_ ours: JSON, _ foundation: Any) -> Bool {
        switch ours {
        case .null: return foundation is NSNull
        case .bool(let value): return foundation as? Bool == value
        case .number(let number): return isNumber(number.text, foundation)
        case .string(let text): return (foundation as? String).map { isText(text, $0) } ?? false
        case .array(let elements):
            guard let others = foundation as? [Any], others.count == elements.count else { return false }
            return zip(elements, others).allSatisfy(means)
        case .object(let object):
            guard let others = foundation as? [String: Any] else { return false }
            // Foundation takes canonically equivalent names for one, and drops U+FEFF from some.
            let names = Set(object.names)
            guard names.count == object.count, !names.contains(where: hasMark) else { return true }
            return others.count == object.count
                && object.members.allSatisfy { member in others[member.name].map { means(member.value, $0) } ?? false }
        }
    }

    /// Foundation reads some numbers as decimals, whose conversion may be a little off.
    private static func isNumber(_ text: String, _ foundation: Any) -> Bool {
        guard let ours = Double(text), let theirs = (foundation as? NSNumber)?.doubleValue else { return false }
        return ours == theirs || abs(ours - theirs) <= abs(ours) * 1e-12
    }

    private static func isText(_ ours: String, _ foundation: String) -> Bool {
        Array(withoutMark(ours).utf8) == Array(withoutMark(foundation).utf8)
    }

    private static func hasMark(_ text: String) -> Bool {
        text.unicodeScalars.contains("\u{FEFF}")
    }

    private static func withoutMark(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\u{FEFF}" }))
    }
}
