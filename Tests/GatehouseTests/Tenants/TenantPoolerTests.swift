import Logging
import Synchronization
import TestSupport
import Testing

@testable import Gatehouse

@Suite("A tenant directory that can't hear of changes")
struct TenantPoolerTests {
    @Test(
        "goes on reading tenants anew, and warns once", .timeLimit(.minutes(2)),
        .enabled(if: PgBouncer.isExpected, "pgbouncer isn't installed (apt install pgbouncer)"))
    func rereads() async throws {
        let path = try #require(PgBouncer.path)
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let log = Warnings()
        try await withDedicatedCluster { cluster async throws in
            try await PgBouncer.with(cluster, at: path) { bouncer async throws in
                let directory = TenantDirectory(
                    database: installation.serviceDatabase, sealer: installation.sealer,
                    publicURL: "http://gatehouse.test", listenURL: bouncer.conninfo,
                    logger: Logger(label: "tests") { _ in log })
                let listening = Task { await directory.run() }
                defer { listening.cancel() }
                try await wait { log.count > 0 }
                for open in [false, true] {
                    _ = try await directory.tenant(slug: "shop")
                    var change = TenantSettingsChange()
                    change.registrationOpen = open
                    _ = try await installation.administration.updateTenant("shop", change: change)
                    try await wait {
                        try await directory.tenant(slug: "shop").tenant.settings.registrationOpen == open
                    }
                }
            }
        }
        #expect(log.count == 1)
    }
}

/// Counts the warnings of a logger.
private final class Warnings: LogHandler {
    private let warnings = Atomic<Int>(0)

    var count: Int { warnings.load(ordering: .relaxed) }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .warning }
        set {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        if event.level == .warning { warnings.add(1, ordering: .relaxed) }
    }
}
