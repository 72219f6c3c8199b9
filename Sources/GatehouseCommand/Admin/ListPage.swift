import ArgumentParser

/// A list as far as one answer holds it. One element more is asked for, which tells whether there is more; where it may take long to
/// find out that there is none, a full page tells that there may be.
struct ListPage<Element> {
    let elements: [Element]
    /// What is known of others.
    private let others: String?

    init(
        upTo limit: Int, lookingBeyond looksBeyond: Bool = true, _ read: (_ limit: Int) async throws -> [Element]
    ) async throws {
        let found = try await read(looksBeyond ? limit + 1 : limit)
        elements = Array(found.prefix(limit))
        if looksBeyond {
            others = found.count > limit ? "There are more" : nil
        } else {
            others = found.count == limit ? "There may be more" : nil
        }
    }

    /// Of a list that goes on or may do so: that, and the way to the rest.
    func note(_ remedy: (_ last: Element) -> String) -> String? {
        guard let others, let last = elements.last else { return nil }
        return "\(others): \(remedy(last))."
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
