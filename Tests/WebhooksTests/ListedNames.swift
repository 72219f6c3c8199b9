import Synchronization

@testable import Webhooks

/// A resolver that knows what a test tells it, and counts who asks.
final class ListedNames: NameResolver {
    private let answers: Mutex<[[String]]>
    private let asked = Mutex<[String]>([])

    /// - Parameter answers: One for each question; the last is for all that follow.
    init(_ answers: [String]...) { self.answers = Mutex(answers) }

    var questions: [String] { asked.withLock { $0 } }

    func addresses(of host: String) async -> [InternetAddress]? {
        asked.withLock { $0.append(host) }
        let answer = answers.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
        return answer.compactMap { InternetAddress(literal: $0) }
    }
}
