import Synchronization

/// What a pool tells of the waits for its connections.
final class Waits: Sendable {
    let told = Mutex<[Duration]>([])

    /// Those since the last call.
    func take() -> [Duration] {
        told.withLock { told in
            defer { told = [] }
            return told
        }
    }
}
