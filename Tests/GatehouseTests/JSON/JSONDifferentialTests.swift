import Foundation
import Gatehouse
import Testing

/// Our reader and Foundation's on the same texts.
@Suite struct JSONDifferentialTests {
    @Test("Every well-formed text is read, and means what Foundation reads in it", arguments: 0..<8)
    func wellFormed(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<200 {
            let text = Self.randomText(depth: 4, &random)
            let ours = try JSON.parse(text)
            let foundation = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
            #expect(Self.means(ours, foundation), "\(text)")
            #expect(try JSON.parse(ours.serialized()) == ours, "\(text)")
        }
    }

    @Test("What is read of a damaged text, Foundation reads alike", arguments: 0..<8)
    func damaged(seed: UInt64) throws {
        var random = SplitMix64(seed: 1000 + seed)
        var refused = 0
        for _ in 0..<500 {
            var bytes = Array(Self.randomText(depth: 3, &random).utf8)
            Self.damage(&bytes, &random)
            guard let ours = try? JSON.parse(bytes) else {
                refused += 1
                continue
            }
            let foundation = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            #expect(Self.means(ours, foundation), "\(String(decoding: bytes, as: UTF8.self))")
        }
        #expect(refused > 50)
    }

    private static func damage(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: index)
        default: bytes.insert(Array(#"{}[]",:\u0e-.1 "#.utf8).randomElement(using: &random) ?? 0, at: index)
        }
    }

    private static func means(_ ours: JSON, _ foundation: Any) -> Bool {
        switch ours {
        case .null: return foundation is NSNull
        case .bool(let value): return foundation as? Bool == value
        case .number(let number): return (foundation as? NSNumber)?.doubleValue == Double(number.text)
        case .string(let text): return (foundation as? String).map { Array($0.utf8) == Array(text.utf8) } ?? false
        case .array(let elements):
            guard let others = foundation as? [Any], others.count == elements.count else { return false }
            return zip(elements, others).allSatisfy { means($0, $1) }
        case .object(let object):
            guard let others = foundation as? [String: Any], others.count == object.count else { return false }
            return object.members.allSatisfy { member in others[member.name].map { means(member.value, $0) } ?? false }
        }
    }

    private static func randomText(depth: Int, _ random: inout SplitMix64) -> String {
        let space = ["", "", " ", "\n\t"].randomElement(using: &random) ?? ""
        let count = Int.random(in: 0..<12, using: &random)
        switch Int.random(in: 0..<(depth == 0 ? 4 : 6), using: &random) {
        case 0: return space + (["null", "true", "false"].randomElement(using: &random) ?? "null") + space
        case 1, 2: return space + randomString(&random)
        case 3: return numbers.randomElement(using: &random) ?? "0"
        case 4:
            let elements = (0..<count).map { _ in randomText(depth: depth - 1, &random) }
            return "[" + space + elements.joined(separator: ",") + "]" + space
        default:
            let members = (0..<count).map { "\"\($0)\"\(space):\(randomText(depth: depth - 1, &random))" }
            return space + "{" + members.joined(separator: "," + space) + space + "}"
        }
    }

    /// Too short for any damage to make a number that Foundation can't represent.
    private static let numbers = ["0", "-0", "1", "-17", "1.5", "-0.25", "1e3", "2E-2", "256", "128.125"]
    /// Without U+FEFF, which Foundation drops from inside strings.
    private static let pieces = [
        "a", "Zz", "é", "e\u{301}", "😀", "\u{2028}", "/", " ", "\\n", "\\\"", "\\\\", "\\/", "\\t", "\\b",
        "\\u00e9", "\\uD83D\\uDE00", "\\u2028", "\\u007f", "\u{7F}", "{", "]", ",",
    ]

    private static func randomString(_ random: inout SplitMix64) -> String {
        let count = Int.random(in: 0..<8, using: &random)
        return "\"" + (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined() + "\""
    }
}
