import Foundation
import Postgres
import PostgresCluster
import Synchronization

/// The most that a service and its database have had to bear while this looked.
final class FaultWatch: Sendable {
    struct Peak: Sendable {
        /// MiB resident in the service.
        var memory = 0
        /// Files and sockets that the service has open.
        var descriptors = 0
        /// Connections of the service's role at the server.
        var connections = 0
        /// Attempts of the service to connect that the server let in or refused within a second.
        var attempts = 0
    }

    private let peak = Mutex(Peak())
    private let looks: Mutex<[Task<Void, Never>]> = Mutex([])

    init(_ service: KillableService, _ stage: FaultStage) {
        looks.withLock {
            $0 = [
                Task { await self.lookAtProcess(service) }, Task { await self.lookAtServer(stage) },
                Task { await self.lookAtLog(of: stage.cluster.logFile) },
            ]
        }
    }

    func end() async -> Peak {
        let looks = looks.withLock { $0 }
        for look in looks { look.cancel() }
        for look in looks { await look.value }
        return peak.withLock { $0 }
    }

    private func lookAtProcess(_ service: KillableService) async {
        while !Task.isCancelled {
            if let facts = service.facts {
                let (memory, descriptors) = (facts.memory, facts.descriptors)
                peak.withLock {
                    $0.memory = max($0.memory, memory)
                    $0.descriptors = max($0.descriptors, descriptors)
                }
            }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    private static let connections = Statement<String, Int>(
        "select count(*) from pg_stat_activity where usename = $1", bind: { $0 }, row: { (count: Int) in count })

    private func lookAtServer(_ stage: FaultStage) async {
        var connection: Connection?
        while !Task.isCancelled {
            do {
                let open = try await { () async throws in
                    if let connection, connection.isOpen { return connection }
                    return try await Connection.open(stage.superuserURL, deadline: .seconds(1))
                }()
                connection = open
                let count = try await open.first(Self.connections, FaultStage.serviceRole, deadline: .seconds(1)) ?? 0
                peak.withLock { $0.connections = max($0.connections, count) }
            } catch {
                connection = nil
            }
            try? await Task.sleep(for: .milliseconds(100))
        }
        await connection?.close()
    }

    /// Let in, or refused because the server is full (53300) or about to start or end (57P03).
    private static func isAttempt(_ line: Substring) -> Bool {
        guard line.hasPrefix("\(FaultStage.serviceRole) ") else { return false }
        let rest = line.dropFirst(FaultStage.serviceRole.utf8.count + 1)
        return rest.hasPrefix("53300") || rest.hasPrefix("57P03") || rest.contains("connection authorized:")
    }

    /// The server writes a line for each attempt, and begins its log anew when it is started anew.
    private func lookAtLog(of path: String) async {
        var log = GrowingFile(path: path)
        _ = log.growth()
        var recent: [Int] = []
        while !Task.isCancelled {
            recent.append(log.growth().split(separator: "\n").count(where: Self.isAttempt))
            recent = recent.suffix(10)
            let attempts = recent.reduce(0, +)
            peak.withLock { $0.attempts = max($0.attempts, attempts) }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }
}

/// A file that others append to.
private struct GrowingFile {
    let path: String
    private var position: UInt64 = 0

    init(path: String) {
        self.path = path
    }

    /// What has been added since the last call; all of it when it has become shorter.
    mutating func growth() -> String {
        guard let file = FileHandle(forReadingAtPath: path) else { return "" }
        defer { try? file.close() }
        guard let end = try? file.seekToEnd() else { return "" }
        if end < position { position = 0 }
        try? file.seek(toOffset: position)
        let added = (try? file.readToEnd()) ?? Data()
        position += UInt64(added.count)
        return String(decoding: added, as: UTF8.self)
    }
}
