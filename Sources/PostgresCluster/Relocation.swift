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

/// Where a cluster goes that root wants in a place closed to the server's user, as root's home is on most systems.
///
/// The new folder has a random name, which is kept in the wanted one: who removes that one, and with it what
/// belongs to the database, finds a new cluster at the next start and not the old one.
struct Relocation: Sendable, Equatable {
    static let usualRoot = "/var/lib/gatehouse-dev"

    private let wanted: String
    private let root: String
    private let id: String

    /// Touches nothing.
    init(from wanted: String, below root: String) {
        self.wanted = wanted
        self.root = root
        id = Self.noted(in: wanted) ?? String(UInt64.random(in: .min ... .max), radix: 36)
    }

    var folder: String { "\(root)/\(id)" }

    /// Notes the name, and makes the parent of ``folder`` one that everybody may pass through.
    func make() throws(ClusterError) {
        try makeParent(of: "\(wanted)/.")
        let file = Self.file(in: wanted)
        let unfinished = "\(file).\(id)"
        try Descriptor.open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW).write(line: id)
        // The first of two starts keeps its name.
        _ = link(unfinished, file)
        unlink(unfinished)
        guard Self.noted(in: wanted) == id else {
            throw .unusableDirectory(wanted, reason: "\(file) can't be written, or names another cluster by now.")
        }
        guard chmod(root, 0o755) == 0 else {
            throw .unusableDirectory(root, reason: String(cString: strerror(errno)))
        }
    }

    private static func file(in wanted: String) -> String { "\(wanted)/cluster-id" }

    /// Only what this type writes: the name becomes part of a path that root works in.
    private static func noted(in wanted: String) -> String? {
        guard let bytes = FileManager.default.contents(atPath: file(in: wanted)) else { return nil }
        let id = String(decoding: bytes, as: UTF8.self).prefix { $0 != "\n" }
        return UInt64(id, radix: 36).map { String($0, radix: 36) } == String(id) ? String(id) : nil
    }
}

func makeParent(of folder: String) throws(ClusterError) {
    let parent = String(folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)])
    guard !parent.isEmpty else { return }
    do {
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    } catch {
        throw .unusableDirectory(parent, reason: "it could not be made (\(error)).")
    }
}
