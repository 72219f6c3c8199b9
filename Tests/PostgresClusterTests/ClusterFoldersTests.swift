import FoundationEssentials
import Testing

@testable import PostgresCluster

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

@Suite("The folders of a cluster", .timeLimit(.minutes(2))) struct ClusterFoldersTests {
    private let other = ServerUser(name: "other", id: geteuid() + 4_321, group: getegid() + 4_321, isOther: true)

    @Test("are those asked for when the server's user can reach them") func reachable() {
        let folders = ClusterFolders(wanted: "/usr/../tmp/./pg", user: other, temporaryDirectory: "/tmp")
        #expect(folders.root == "/tmp/pg")
        #expect(folders.sockets == "/tmp/pg/run")
    }

    @Test("are elsewhere when root asks for a place that the server's user can't reach")
    func unreachable() async throws {
        try await withTemporaryDirectory { directory in
            #expect(chmod(directory, 0o700) == 0)
            let folders = ClusterFolders(wanted: "\(directory)/pg", user: other, temporaryDirectory: "/tmp")
            #expect(folders.root.hasPrefix("/var/lib/gatehouse-dev/"))
        }
    }

    @Test("are found elsewhere again for as long as the place asked for is there", .enabled(if: geteuid() == 0))
    func foundAgain() async throws {
        try await withTemporaryDirectory { directory in
            #expect(chmod(directory, 0o755) == 0)
            let (secret, elsewhere) = ("\(directory)/secret", "\(directory)/elsewhere")
            #expect(mkdir(secret, 0o700) == 0 && mkdir(elsewhere, 0o700) == 0)
            func folders() -> ClusterFolders {
                ClusterFolders(
                    wanted: "\(secret)/pg", user: other, temporaryDirectory: "/tmp", relocationRoot: elsewhere)
            }
            let first = folders()
            try first.make(for: other)
            #expect(other.canReach(first.root), "whatever root's mask")
            #expect(folders().root == first.root)
            #expect(unlink("\(secret)/pg/cluster-id") == 0 && rmdir("\(secret)/pg") == 0)
            #expect(folders().root != first.root)
        }
    }

    @Test("are refused where the server's user can't reach them after all", .enabled(if: geteuid() == 0))
    func closedAbove() async throws {
        try await withTemporaryDirectory { directory in
            #expect(chmod(directory, 0o700) == 0)
            let mine = ServerUser(name: "other", id: geteuid(), group: getegid(), isOther: false)
            let folders = ClusterFolders(wanted: "\(directory)/pg", user: mine, temporaryDirectory: "/tmp")
            #expect(throws: ClusterError.self) { try folders.make(for: other) }
        }
    }

    #if os(Linux)
        @Test("aren't in use by a process of another user, whatever postmaster.pid says")
        func foreignProcess() async throws {
            let me = ServerUser(name: "", id: geteuid(), group: getegid(), isOther: false)
            try await withTemporaryDirectory { directory in
                let path = "\(directory)/postmaster.pid"
                try Data("\(getpid())\n".utf8).write(to: URL(filePath: path))
                let file = try #require(PostmasterFile(path: path))
                let here = FileManager.default.currentDirectoryPath
                #expect(file.mayBeRunning(in: here, as: me))
                #expect(!file.mayBeRunning(in: here, as: other))
            }
        }
    #endif
}
