import ArgumentParser

/// A list as far as one answer holds it. One element more is asked for, which tells whether there is more.
struct ListPage<Element> {
    let elements: [Element]
    private let isCut: Bool

    init(upTo limit: Int, _ read: (_ limit: Int) async throws -> [Element]) async throws {
        let found = try await read(limit + 1)
        elements = Array(found.prefix(limit))
        isCut = found.count > limit
    }

    /// Of a list that goes on: that it does, and the way to the rest.
    func note(_ remedy: (_ last: Element) -> String) -> String? {
        guard isCut, let last = elements.last else { return nil }
        return "There are more: \(remedy(last))."
    }
}

/// How much of a list one answer holds.
enum PageLimit {
    private static let most = 1000

    static func check(_ limit: Int) throws {
        guard (1...most).contains(limit) else { throw ValidationError("--limit must be from 1 to \(most).") }
    }

    static func remedy(beyond limit: Int) -> String {
        limit < most ? "--limit takes up to \(most)" : "\(most) is the most that is listed"
    }
}
