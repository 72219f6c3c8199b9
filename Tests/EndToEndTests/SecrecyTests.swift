import Foundation
import Testing

/// What other programs of the machine can see of a running service.
@Suite("The process of gatehouse")
struct SecrecyTests {
    #if os(Linux)
        @Test("dumps no core, and shows the master key neither in its environment nor in its arguments")
        func process() async throws {
            let place = try await Installation.migrated()
            try await place.serving { service in
                let limits = try String(contentsOfFile: "/proc/\(service.id)/limits", encoding: .utf8)
                let cores = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") })
                #expect(cores.split(separator: " ").suffix(3) == ["0", "0", "bytes"])
                for file in ["environ", "cmdline"] {
                    let bytes = try Data(contentsOf: URL(filePath: "/proc/\(service.id)/\(file)"))
                    #expect(!bytes.isEmpty)
                    #expect(bytes.range(of: Data(place.masterKey.utf8)) == nil, "\(file)")
                }
            }
        }
    #endif
}
