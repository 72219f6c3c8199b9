import Foundation
import Synchronization

public enum FreePort {
    private static let taken = Mutex<Set<Int>>([])

    /// A port that nobody listens on, and that is given out once. It is below those that the kernel gives to whoever
    /// asks for any, so that no connection of another program takes it before it is used.
    public static func take() -> Int {
        taken.withLock { taken in
            var port = Int.random(in: 20_000..<32_000)
            while taken.contains(port) || !isFree(port) { port = Int.random(in: 20_000..<32_000) }
            taken.insert(port)
            return port
        }
    }

    private static func isFree(_ port: Int) -> Bool {
        withSocket(port) { bind($0, $1, $2) == 0 }
    }
}
