import NIOCore
import ServiceLifecycle

/// A listener, whose address may have been taken since it was tried.
struct ListeningService: Service {
    let listener: any Service
    let place: ListenPlace

    /// Throws a `Failure` for what the system says of its socket.
    func run() async throws {
        do {
            try await listener.run()
        } catch let error as IOError {
            throw place.refusal(error.errnoCode)
        }
    }
}
