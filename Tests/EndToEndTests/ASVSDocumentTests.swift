import Foundation
import Testing

@Suite("What is written about OWASP ASVS")
struct ASVSDocumentTests {
    @Test("docs/asvs.md counts its rows rightly")
    func counts() throws {
        let page = try String(
            contentsOf: URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/asvs.md"),
            encoding: .utf8)
        var counts: [String: [String: Int]] = [:]
        let requirements = page.matches(
            of: #/^\| v5\.0\.0-(?<chapter>\d+)[.\d]+ \| \d \| [^|]+ \| (?<status>[a-z.]+) \|/#.anchorsMatchLineEndings()
        )
        #expect(requirements.count == page.components(separatedBy: "\n| v5").count - 1)
        for requirement in requirements {
            for name in ["V\(requirement.output.chapter)", "all"] {
                counts[name, default: [:]][String(requirement.output.status), default: 0] += 1
            }
        }
        for (name, count) in counts {
            let numbers = [count["met"], count["n.a."], count["open"]].map { $0 ?? 0 }
            let row = ([name] + (numbers + [numbers.reduce(0, +)]).map { String($0) }).joined(separator: " | ")
            #expect(page.contains("\n| \(row) |\n"), "\(row)")
        }
    }
}
