import Testing

@testable import Postgres

@Suite("Threads", .timeLimit(.minutes(2)))
struct ThreadTests {
    /// More than any address space has, so that the system refuses it like one too many.
    private static let impossibleStack = 1 << 60

    private final class Witness: Sendable {}

    @Test("a thread that the system refuses is no crash and leaves nothing behind")
    func refused() {
        weak var left: Witness?
        do {
            let witness = Witness()
            left = witness
            #expect(!startThread(stackSize: Self.impossibleStack) { _ = witness })
        }
        #expect(left == nil)
        #expect(ConnectionThread(stackSize: Self.impossibleStack) == nil)
    }
}
