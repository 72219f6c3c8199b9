import Foundation
import Testing

@Suite("What is written about the architecture")
struct ArchitectureDocumentTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")

    private static func page() throws -> String {
        try String(contentsOf: root.appending(path: "docs/architecture.md"), encoding: .utf8)
    }

    /// Of `Sources/Gatehouse`, with the folders they are in.
    private static func sources() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: "Sources/Gatehouse").path)
            .filter { $0.hasSuffix(".swift") }
    }

    @Test("docs/architecture.md has a row for each folder of Sources/Gatehouse, and for no other")
    func folders() throws {
        let page = try Self.page()
        let start = try #require(page.firstRange(of: "Inside [Sources/Gatehouse]"))
        let end = try #require(page.firstRange(of: "holds every operation the HTTP API calls"))
        let rows = page[start.upperBound..<end.lowerBound].matches(of: #/^\| `(\w+)` \|/#.anchorsMatchLineEndings())
        let folders = try Self.sources().filter { $0.contains("/") }.compactMap { $0.split(separator: "/").first }
        #expect(rows.map { $0.1 }.sorted() == Set(folders).sorted())
    }

    @Test("docs/architecture.md lists every file that adds to Administration")
    func administration() throws {
        let page = try Self.page()
        let folder = Self.root.appending(path: "Sources/Gatehouse")
        for source in try Self.sources() {
            let text = try String(contentsOf: folder.appending(path: source), encoding: .utf8)
            guard text.contains("extension Administration {"), let file = source.split(separator: "/").last else {
                continue
            }
            #expect(page.contains("`\(file)`"), "\(file)")
        }
    }

    @Test(
        "docs/architecture.md names every package that a target depends on",
        arguments: ["Postgres", "Gatehouse", "GatehouseHTTP", "OpenTelemetry", "Prometheus", "Webhooks"])
    func packages(target: String) throws {
        let manifest = try String(contentsOf: Self.root.appending(path: "Package.swift"), encoding: .utf8)
        let definition = try Regex("\\.target\\(\\s*name: \"\(target)\"[\\s\\S]*?swiftSettings: strict")
        let match = try #require(manifest.firstMatch(of: definition))
        let packages = Set(manifest[match.range].matches(of: #/package: "(?<name>[^"]+)"/#).map { $0.output.name })
        let row = try #require(try Self.page().split(separator: "\n").first { $0.hasPrefix("| [\(target)](") })
        let named = Set(row.split { !$0.isLetter && $0 != "-" })
        #expect(!packages.isEmpty)
        #expect(packages.subtracting(named) == [])
    }
}
