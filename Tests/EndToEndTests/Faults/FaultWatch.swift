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

    /// The server begins its log anew when it is started anew, so what it has written is read as it comes.
    private func lookAtLog(of path: String) async {
        var log = GrowingFile(path: path)
        _ = log.lines()
        var attempts = ConnectionAttempts()
        var isLastLook: Bool
        repeat {
            isLastLook = Task.isCancelled
            for line in log.lines() { attempts.note(line) }
            try? await Task.sleep(for: .milliseconds(100))
        } while !isLastLook
        let most = attempts.peak
        peak.withLock { $0.attempts = most }
    }
}

/// A file that others append to.
private struct GrowingFile {
    let path: String
    private var position: UInt64 = 0
    /// The beginning of a line whose end hasn't been written yet.
    private var rest = Data()

    init(path: String) {
        self.path = path
    }

    /// The lines that have been added since the last call; all of them when it has become shorter.
    mutating func lines() -> [Substring] {
        guard let file = FileHandle(forReadingAtPath: path) else { return [] }
        defer { try? file.close() }
        guard let end = try? file.seekToEnd() else { return [] }
        if end < position { (position, rest) = (0, Data()) }
        try? file.seek(toOffset: position)
        let added = (try? file.readToEnd()) ?? Data()
        position += UInt64(added.count)
        var lines = String(decoding: rest + added, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        rest = Data((lines.popLast() ?? "").utf8)
        return lines
    }
}
