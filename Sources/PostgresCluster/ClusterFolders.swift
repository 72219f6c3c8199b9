#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Where a cluster keeps its files.
struct ClusterFolders: Sendable, Equatable {
    /// Holds everything but the socket, where that path would be too long.
    let root: String
    let sockets: String

    /// Its name is random: no later server of this cluster can be using it when it is removed.
    var temporarySockets: String? { sockets.hasPrefix("\(root)/") ? nil : sockets }

    var data: String { "\(root)/data" }
    var log: String { "\(root)/server.log" }
    var lock: String { "\(root)/lock" }
    var postmasterFile: String { "\(data)/postmaster.pid" }

    private let relocation: Relocation?

    /// The address of a Unix socket holds 104 bytes on macOS (108 on Linux) with its NUL.
    static let longestSocketPath = 103

    init(
        wanted: String, user: ServerUser, temporaryDirectory: String, relocationRoot: String = Relocation.usualRoot
    ) {
        let wanted = Self.absolute(wanted)
        let isReachable = !user.isOther || user.canReach(wanted)
        relocation = isReachable ? nil : Relocation(from: wanted, below: relocationRoot)
        root = relocation?.folder ?? wanted

        let beside = "\(root)/run"
        let fits = "\(beside)/.s.PGSQL.65535".utf8.count <= Self.longestSocketPath
        let random = String(UInt64.random(in: .min ... .max), radix: 36)
        sockets = fits ? beside : "\(temporaryDirectory)/gatehouse-\(random)"
    }

    static func absolute(_ path: String) -> String {
        let full = path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
        var parts: [Substring] = []
        for part in full.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// `initdb` works in one of these and the result is renamed, so that an interrupted one is never taken for a cluster. Each attempt
    /// has its own: another may still be at work for somebody who has ended.
    func newUnfinishedData() -> String {
        "\(root)/\(Self.unfinished).\(String(UInt64.random(in: .min ... .max), radix: 36))"
    }

    /// Removes what attempts have left behind. What one that is still at work makes meanwhile goes at another start.
    func removeUnfinishedData() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        for name in names where name.hasPrefix(Self.unfinished) {
            try? FileManager.default.removeItem(atPath: "\(root)/\(name)")
        }
    }

    private static let unfinished = "data.unfinished"

    /// Makes the folders that are missing; those the server writes to belong to its user and to nobody else.
    func make(for user: ServerUser) throws(ClusterError) {
        try makeParent(of: root)
        try relocation?.make()
        for folder in [root, sockets] {
            try makePrivate(folder, for: user)
            guard !user.isOther || user.canReach(folder) else {
                throw .unusableDirectory(
                    folder, reason: "the user \(user.name), whom PostgreSQL runs as, can't enter a folder above it.")
            }
        }
    }

    private func makePrivate(_ folder: String, for user: ServerUser) throws(ClusterError) {
        if mkdir(folder, 0o700) != 0 && errno != EEXIST {
            throw .unusableDirectory(folder, reason: String(cString: strerror(errno)))
        }
        var status = stat()
        guard lstat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw .unusableDirectory(folder, reason: "it is not a folder.")
        }
        guard status.st_uid == user.id || status.st_uid == geteuid() else {
            throw .unusableDirectory(folder, reason: "it belongs to another user (\(status.st_uid)).")
        }
        guard chmod(folder, 0o700) == 0, status.st_uid == user.id || lchown(folder, user.id, user.group) == 0 else {
            throw .unusableDirectory(folder, reason: String(cString: strerror(errno)))
        }
    }
}
