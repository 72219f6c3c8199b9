import Foundation
import Gatehouse
import TestSupport
import Testing

@Suite("A stolen dump", .timeLimit(.minutes(5)))
struct StolenDumpTests {
    @Test("A dump, the server's files with their WAL, and both logs hold no password, no token and no key")
    func stolen() async throws {
        try await withDedicatedCluster(settings: StolenDisk.settings) { cluster async throws in
            let place = try await Installation.migrated(in: try await TestDatabase.make(on: cluster))
            let canaries = Canaries()
            try await canaries.write(to: place)
            let (secrets, serviceLog) = try await lived(in: place)
            let disk = try await StolenDisk.take(from: cluster)

            let canarySearch = SecretSearch(for: canaries.secrets)
            let search = SecretSearch(for: secrets)
            var found: [String: Set<SecretSearch.Hit>] = [:]
            try disk.forEachPart { part in
                let place = part.name.hasPrefix("data/base/") ? "tables" : part.name
                found[place, default: []].formUnion(canarySearch.hits(in: part.bytes))
                #expect(search.hits(in: part.bytes).isEmpty, "in \(part.name)")
            }
            #expect(search.hits(in: Array(serviceLog.utf8)).isEmpty, "in the log of the service")
            #expect(found["tables"] == canaries.everyForm)
            #expect(found["WAL"] == canaries.everyForm)
            #expect(found["dump"] == canaries.printableForms)
            #expect(found["server.log"] == canaries.printableForms)
        }
    }

    /// Everything that people and operators do with secrets, for a tenant of each algorithm.
    private func lived(in place: Installation) async throws -> (secrets: [Secret], serviceLog: String) {
        var secrets = [Secret("master key", place.masterKey)]
        secrets.append(Secret("master key in bytes", Array(try #require(Data(base64Encoded: place.masterKey)))))
        let log = try await place.serving(["GATEHOUSE_LOG_LEVEL": "trace"]) { service in
            for algorithm in SigningAlgorithm.allCases {
                var story = TenantStory(place: place, algorithm: algorithm)
                try await story.live()
                secrets += story.secrets
            }
            return service.errors
        }
        secrets += try await SealedSecrets.opened(in: place)
        secrets += try await rotatedMasterKey(in: place)
        return (secrets, log)
    }

    /// Everything is sealed anew, so that the old form and the new one are in the WAL.
    private func rotatedMasterKey(in place: Installation) async throws -> [Secret] {
        let generated = try await Program.admin("master-key", "generate", in: place)
        let key = try #require(generated.object["key"] as? String)
        var office = place
        office.settings["GATEHOUSE_MASTER_KEY"] = "\(key) \(place.masterKey)"
        let rotated = try await Program.admin("master-key", "rotate", in: office)
        #expect(rotated.status == 0 && rotated.object["resealed"] as? Int ?? 0 > 0, "\(rotated.errors)")
        return [
            Secret("generated master key", key),
            Secret("generated master key in bytes", Array(try #require(Data(base64Encoded: key)))),
        ]
    }
}
