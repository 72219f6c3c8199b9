import ServiceLifecycle

/// Work that goes on beside the server until it ends.
struct Upkeep: Service {
    private let work: @Sendable () async -> Void

    init(_ work: @escaping @Sendable () async -> Void) {
        self.work = work
    }

    /// Work that has nothing to do waits for the end like any other: a part that ends before takes the whole service with it.
    func run() async {
        await cancelWhenGracefulShutdown { await work() }
        try? await gracefulShutdown()
    }
}
