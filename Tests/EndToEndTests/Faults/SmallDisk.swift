#if os(Linux)
    import Foundation

    /// A file system of a few MiB in memory.
    struct SmallDisk: Sendable {
        let path: String
        private var ballast: String { "\(path)/ballast" }

        struct NotMounted: Error {}

        static let isPossible: Bool = {
            guard let disk = try? SmallDisk(mebibytes: 1) else { return false }
            disk.remove()
            return true
        }()

        init(mebibytes: Int) throws {
            let path = FileManager.default.temporaryDirectory.appending(path: "gatehouse-disk-\(UUID().uuidString)")
                .path
            self.path = path
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            guard mount("tmpfs", path, "tmpfs", 0, "size=\(mebibytes)m,mode=755") == 0 else {
                try? FileManager.default.removeItem(atPath: path)
                throw NotMounted()
            }
        }

        /// Leaves no byte free.
        func fill() throws {
            _ = FileManager.default.createFile(atPath: ballast, contents: nil)
            guard let file = FileHandle(forWritingAtPath: ballast) else { throw NotMounted() }
            defer { try? file.close() }
            for size in [1 << 20, 1 << 12] {
                let block = Data(count: size)
                while (try? file.write(contentsOf: block)) != nil {}
            }
        }

        func makeRoom() {
            try? FileManager.default.removeItem(atPath: ballast)
        }

        func remove() {
            // Lazily: who still has a file open here is about to close it.
            umount2(path, Int32(MNT_DETACH))
            try? FileManager.default.removeItem(atPath: path)
        }
    }
#endif
