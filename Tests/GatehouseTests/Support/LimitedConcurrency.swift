import Synchronization
import Testing

/// Lets few of the tests that have a database of their own run at once: each holds a dozen connections and a hash thread
/// or two, and the server and the machine have only so many.
struct LimitedConcurrency: SuiteTrait, TestTrait, TestScoping {
    private static let slots = Slots(4)

    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        await Self.slots.take()
        defer { Self.slots.giveBack() }
        try await function()
    }
}

extension Trait where Self == LimitedConcurrency {
    static var installation: Self { Self() }
}

/// A counting semaphore that suspends instead of blocking, first come first served.
private final class Slots: Sendable {
    private let state: Mutex<(free: Int, waiting: [CheckedContinuation<Void, Never>])>

    init(_ count: Int) {
        state = Mutex((count, []))
    }

    func take() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    func giveBack() {
        let next: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
