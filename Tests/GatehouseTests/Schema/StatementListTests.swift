import Foundation
import Testing

@Suite("The list of statements that are held to the schema")
struct StatementListTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()

    /// A function whose result is a statement: its name, and what type it is in.
    private struct Maker: Hashable {
        let type: String
        let name: String
    }

    @Test("names each constant that is a statement, and each function that makes one for others")
    func complete() throws {
        let list = try String(contentsOf: Self.folder.appending(path: "StatementTests.swift"), encoding: .utf8)
        let sources = try Self.sources()
        let makers = sources.flatMap(Self.makers)
        let constants = sources.flatMap { Self.constants(in: $0, madeBy: Set(makers.map(\.name))) }
        #expect(constants.count > 130)
        let entries = Set(
            list.matches(of: #/^        \("[\w.]+", (\w+\.\w+)/#.anchorsMatchLineEndings()).map { String($0.1) })
        for constant in constants { #expect(entries.contains(constant), "\(constant) is missing") }
        let initializers = sources.joined(separator: "\n").matches(of: #/static let \w+ = (?:\w+\.)?(\w+)\(/#).map {
            $0.1
        }
        for maker in makers where !initializers.contains(maker.name[...]) {
            #expect(entries.contains("\(maker.type).\(maker.name)"), "\(maker.type).\(maker.name) is missing")
        }
    }

    private static func sources() throws -> [String] {
        let folder = folder.appending(path: "../../../Sources/Gatehouse")
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".swift") }
        return try names.map { try String(contentsOf: folder.appending(path: $0), encoding: .utf8) }
    }

    /// A source's parts, each with the name of the type that it is in.
    private static func types(in source: String) -> [(name: String, body: Substring)] {
        let heads = source.matches(
            of: #/^(?:[\w()]+ )*?(?:enum|struct|class|actor|extension) ([\w.]+)/#.anchorsMatchLineEndings())
        return heads.indices.map { index in
            let end = index + 1 < heads.count ? heads[index + 1].range.lowerBound : source.endIndex
            return (String(heads[index].1), source[heads[index].range.upperBound..<end])
        }
    }

    private static func makers(in source: String) -> [Maker] {
        types(in: source).flatMap { type, body in
            body.matches(of: #/static func (\w+)\([^{}]*\)\s*->\s*(?:Statement<|Removal)/#)
                .map { Maker(type: type, name: String($0.1)) }
        }
    }

    private static func constants(in source: String, madeBy functions: Set<String>) -> [String] {
        types(in: source).flatMap { type, body in
            body.matches(of: #/static let (\w+)(?:: [^=\n]+)? =\s+(?:\w+\.)?(\w+)[<(]/#)
                .filter { $0.2 == "Statement" || functions.contains(String($0.2)) }
                .map { "\(type).\($0.1)" }
        }
    }
}
