import Foundation
import Testing

@testable import GatehouseCommand

@Suite("The folder of gatehouse dev", .timeLimit(.minutes(1)))
struct DevFolderTests {
    @Test("has one master key, whoever of many came first")
    func atOnce() async throws {
        for _ in 1...20 {
            let path = FileManager.default.temporaryDirectory.appending(path: "gatehouse-dev-\(UUID().uuidString)").path
            defer { try? FileManager.default.removeItem(atPath: path) }
            let keys = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 1...8 {
                    group.addTask {
                        try String(contentsOfFile: DevFolder(path: path).masterKeyFile, encoding: .utf8)
                    }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(keys.count == 1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["master-key"])
        }
    }

    /// In a folder of its own, which is removed.
    private func inFolder(_ body: (_ path: String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "gatehouse-dev-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        try await body(path)
        try FileManager.default.removeItem(atPath: path)
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test("keeps the permissions of a folder that is there, and closes one that it makes")
    func permissions() async throws {
        try await inFolder { path in
            for there in [0o755, 0o700, 0o711] {
                try FileManager.default.setAttributes([.posixPermissions: there], ofItemAtPath: path)
                _ = try DevFolder(path: path)
                #expect(try mode(path) == there)
            }
            _ = try DevFolder(path: "\(path)/new/folder/")
            #expect(try mode("\(path)/new/folder") == (geteuid() == 0 ? 0o711 : 0o700))
        }
    }

    @Test("is refused where others may write to it, and stays as it is", arguments: [0o1777, 0o775, 0o757])
    func shared(mode shared: Int) async throws {
        try await inFolder { path in
            try FileManager.default.setAttributes([.posixPermissions: shared], ofItemAtPath: path)
            let outcome = try await Program.run(["dev", "--data-dir", path])
            #expect(outcome.status == 1)
            #expect(
                outcome.errors == """
                    gatehouse: Can't use the folder \(path): others may write to it. Choose another with --data-dir, such as \
                    \(path)/gatehouse.

                    """)
            #expect(try mode(path) == shared)
            #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
        }
    }

    @Test("is told from a file")
    func file() async throws {
        try await inFolder { path in
            try Data().write(to: URL(filePath: "\(path)/file"))
            let file = #expect(throws: Failure.self) { try DevFolder(path: "\(path)/file") }
            #expect(file?.message.contains("\(path)/file: it is no folder.") == true)
            let below = #expect(throws: Failure.self) { try DevFolder(path: "\(path)/file/folder") }
            #expect(below?.message.contains("it can't be made (Not a directory)") == true)
        }
    }
}
