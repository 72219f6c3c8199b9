import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// What an instance's `/metrics` said at one moment.
struct Scrape {
    let text: String
    /// By name and labels, as they are printed.
    let samples: [Substring: Double]
    /// Names as they are announced.
    let families: Set<String>

    init(_ text: String) {
        self.text = text
        var (samples, families): ([Substring: Double], Set<String>) = ([:], [])
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if line.hasPrefix("# TYPE "), words.count == 4 { families.insert(String(words[2])) }
            guard !line.hasPrefix("#"), let space = line.lastIndex(of: " ") else { continue }
            samples[line[..<space]] = Double(line[line.index(after: space)...])
        }
        self.samples = samples
        self.families = families
    }

    static func of(_ place: Installation) async throws -> Scrape {
        guard let url = URL(string: "\(place.opsURL)/metrics") else { throw URLError(.badURL) }
        let (data, _) = try await URLSession.shared.data(from: url)
        return Scrape(String(decoding: data, as: UTF8.self))
    }

    subscript(sample: String) -> Double? { samples[Substring(sample)] }

    /// The values of one label of one metric.
    func values(of label: String, in family: String) -> Set<String> {
        let matches = text.matches(of: #/(?m)^([a-z_:]+)\{([^\n]*)\} /#)
        return matches.reduce(into: []) { values, match in
            guard match.1 == family else { return }
            for pair in match.2.split(separator: ",") where pair.hasPrefix("\(label)=\"") {
                values.insert(String(pair.dropFirst(label.count + 2).dropLast()))
            }
        }
    }
}
