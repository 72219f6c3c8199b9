import Foundation
import Gatehouse

extension Program {
    /// `gatehouse admin keys import`, by way of a file that nobody else may read.
    static func importKey(
        _ key: KeyMaterial, as use: KeyUse = .access, into tenant: String, in place: Installation
    ) async throws -> Outcome {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: file) }
        let jwk = Data(key.privateJWK().serialized())
        guard FileManager.default.createFile(atPath: file, contents: jwk, attributes: [.posixPermissions: 0o600]) else {
            throw CocoaError(.fileWriteUnknown)
        }
        return try await admin("keys", "import", tenant, "--use", use.rawValue, "--jwk", file, in: place)
    }
}
