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
}
