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

    @Test("are elsewhere, and the same each time, when root asks for a place that the server's user can't reach")
    func unreachable() async throws {
        try await withTemporaryDirectory { directory in
            #expect(chmod(directory, 0o700) == 0)
            let wanted = "\(directory)/pg"
            let folders = ClusterFolders(wanted: wanted, user: other, temporaryDirectory: "/tmp")
            #expect(folders.root.hasPrefix("/var/lib/gatehouse-dev/"))
            #expect(folders == ClusterFolders(wanted: wanted, user: other, temporaryDirectory: "/tmp"))
            #expect(folders.root != ClusterFolders(wanted: wanted + "2", user: other, temporaryDirectory: "/tmp").root)
        }
    }
}
