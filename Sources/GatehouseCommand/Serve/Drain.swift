import Gatehouse
import Logging
import ServiceLifecycle

/// The first part to hear that the instance is to end: it says so to whoever sends requests here, and gives them the time
/// that was set to notice, before anything stops.
struct Drain: Service {
    let readiness: Readiness
    let manager: ServiceManager
    let delay: Duration
    let logger: Logger

    func run() async throws {
        try await gracefulShutdown()
        readiness.enter(.draining)
        manager.tell("STOPPING=1", "STATUS=Answering what has been asked.")
        logger.notice("Draining.", metadata: ["delay": "\(delay.components.seconds)s"])
        // Cut short when the group gives up waiting for all of its parts.
        try? await Task.sleep(for: delay)
    }
}
