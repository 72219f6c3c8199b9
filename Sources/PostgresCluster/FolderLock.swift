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

/// A folder is used by one process at a time. The lock goes with the last reference, or with the process.
final class FolderLock: Sendable {
    private let file: Descriptor

    /// Throws `alreadyRunning` with the number of the process that has it.
    init(_ folders: ClusterFolders) throws(ClusterError) {
        file = try Descriptor.open(folders.lock, O_RDWR | O_CREAT | O_NOFOLLOW)
        guard flock(file.number, LOCK_EX | LOCK_NB) == 0 else {
            let holder = FileManager.default.contents(atPath: folders.lock).map { String(decoding: $0, as: UTF8.self) }
            throw .alreadyRunning(
                directory: folders.root, process: holder?.split(separator: "\n").first.flatMap { Int32($0) })
        }
        _ = ftruncate(file.number, 0)
        file.write(line: String(getpid()))
    }

    /// Closing alone would leave the lock with a program that is being started at this moment, until it runs.
    deinit {
        _ = flock(file.number, LOCK_UN)
    }
}
