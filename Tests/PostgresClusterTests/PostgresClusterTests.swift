import FoundationEssentials
import PostgresCluster
import TestSupport
import Testing

@Suite("A private cluster", .timeLimit(.minutes(2))) struct PostgresClusterTests {
    @Test("keeps its data over a restart and a crash, at the same address") func keepsData() async throws {
        try await withDedicatedCluster { cluster in
            let url = cluster.superuserURL()
            _ = try await psql(url, "CREATE TABLE t AS SELECT 1 AS n")
            try await cluster.restart()
            _ = try await psql(url, "INSERT INTO t VALUES (2)")
            await cluster.crash()
            await #expect(throws: PsqlError.self) { try await psql(url, "SELECT 1") }
            try await cluster.start()
            #expect(try await psql(url, "SELECT sum(n) FROM t") == "3")
        }
    }

    @Test("is durable and not reachable by TCP unless asked otherwise") func defaults() async throws {
        try await withTemporaryDirectory { directory in
            let cluster = PostgresCluster(directory: "\(directory)/pg", binaries: try .find())
            try await cluster.start()
            let settings = try await psql(
                cluster.superuserURL(),
                "SELECT current_setting('fsync'), current_setting('listen_addresses'), current_setting('server_encoding')"
            )
            #expect(settings == "on||UTF8")
            await cluster.stop()
        }
    }

    @Test("lets nobody else enter the folder of its socket") func socketFolder() async throws {
        try await withDedicatedCluster { cluster in
            let attributes = try FileManager.default.attributesOfItem(atPath: cluster.socketDirectory)
            #expect(attributes[.posixPermissions] as? Int == 0o700)
        }
    }

    @Test("refuses a folder that is in use, with a sentence that names it") func secondStart() async throws {
        try await withDedicatedCluster { cluster in
            let second = PostgresCluster(directory: cluster.directory, binaries: try .find())
            let error = await #expect(throws: ClusterError.self) { try await second.start() }
            #expect(error?.description.hasPrefix("\(cluster.directory) is already in use by process ") == true)
            #expect(try await psql(cluster.superuserURL(), "SELECT 1") == "1")
        }
    }

    @Test("puts the socket into a short folder when its own is too long for a socket address") func longFolder()
        async throws
    {
        try await withTemporaryDirectory { directory in
            let long = "\(directory)/\(String(repeating: "long", count: 30))"
            let cluster = PostgresCluster(directory: long, binaries: try .find(), settings: ["fsync": "off"])
            #expect(!cluster.socketDirectory.hasPrefix(long))
            try await cluster.start()
            #expect(try await psql(cluster.superuserURL(), "SELECT 1") == "1")
            await cluster.stop()
            #expect(!FileManager.default.fileExists(atPath: cluster.socketDirectory))
        }
    }

    @Test("waits for the server of an owner that went away without stopping it") func abandoned() async throws {
        try await withTemporaryDirectory { directory in
            func cluster() throws -> PostgresCluster {
                PostgresCluster(directory: "\(directory)/pg", binaries: try .find(), settings: ["fsync": "off"])
            }
            try await cluster().start()
            let next = try cluster()
            try await next.start()
            #expect(try await psql(next.superuserURL(), "SELECT 1") == "1")
            await next.stop()
        }
    }

    @Test("starts beside a postmaster.pid whose number is now another program's") func stalePid() async throws {
        try await withDedicatedCluster { cluster in
            await cluster.crash()
            let file = "\(cluster.directory)/data/postmaster.pid"
            let stale = "\(ProcessInfo.processInfo.processIdentifier)\n\(cluster.directory)/data\n\n\n\n\n\nready\n"
            try Data(stale.utf8).write(to: URL(fileURLWithPath: file))
            try await cluster.start()
            #expect(try await psql(cluster.superuserURL(), "SELECT 1") == "1")
        }
    }

    @Test("starts after an initdb that was interrupted") func interruptedInitialization() async throws {
        try await withTemporaryDirectory { directory in
            try FileManager.default.createDirectory(
                atPath: "\(directory)/pg/data.unfinished/base", withIntermediateDirectories: true)
            let cluster = PostgresCluster(
                directory: "\(directory)/pg", binaries: try .find(), settings: ["fsync": "off"])
            try await cluster.start()
            await cluster.stop()
        }
    }

    @Test("starts beside an initdb that goes on for somebody who has ended, and clears up after it")
    func abandonedInitialization() async throws {
        try await withTemporaryDirectory { directory in
            let working = Task {
                while !Task.isCancelled {
                    try? FileManager.default.createDirectory(
                        atPath: "\(directory)/pg/data.unfinished/base", withIntermediateDirectories: true)
                    // The pace of its work, so that it doesn't take a core; nothing is waited for.
                    try? await Task.sleep(for: .milliseconds(1))
                }
            }
            defer { working.cancel() }
            let cluster = PostgresCluster(
                directory: "\(directory)/pg", binaries: try .find(), settings: ["fsync": "off"])
            try await cluster.start()
            working.cancel()
            await working.value
            try await cluster.restart()
            let names = try FileManager.default.contentsOfDirectory(atPath: cluster.directory)
            #expect(names.contains("data") && !names.contains { $0.hasPrefix("data.unfinished") })
            await cluster.stop()
        }
    }

    @Test("says why the server did not start") func wrongSetting() async throws {
        try await withTemporaryDirectory { directory in
            let cluster = PostgresCluster(
                directory: "\(directory)/pg", binaries: try .find(),
                settings: ["fsync": "off", "max_connections": "many"])
            let error = await #expect(throws: ClusterError.self) { try await cluster.start() }
            #expect(error?.description.contains("max_connections") == true)
        }
    }

    @Test("leaves nothing of a throw-away one") func discarded() async throws {
        let directory = try await withDedicatedCluster { $0.directory }
        #expect(!FileManager.default.fileExists(atPath: directory))
    }
}

func withTemporaryDirectory(_ body: (String) async throws -> Void) async throws {
    let directory = "\(PostgresCluster.temporaryDirectory)/gatehouse-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try await body(directory)
}
