import Testing

@testable import Gatehouse

@Suite("Argon2 by two libraries") struct Argon2EvaluationTests {
    @Test(
        "Both compute the same",
        arguments: ["m=8,t=1,p=1", "m=11,t=1,p=1", "m=64,t=3,p=1", "m=1031,t=1,p=1", "m=19456,t=2,p=1"],
        ["", "swordfish", "pässwörd 🗝", String(repeating: "x", count: 1024)])
    func agreement(text: String, password: String) throws {
        let hash = Argon2Hash.placeholder(parameters: try Argon2Parameters(parsing: text))
        #expect(hash.isOfferedBySodium)
        let bytes = Array(password.utf8)
        var consumed = bytes
        let sodium = try hash.evaluateBySodium(bytes)
        #expect(try sodium == hash.evaluateByArgon2(&consumed))
        #expect(sodium.count == Argon2Hash.tagLength)
    }

    @Test("Tags of other lengths are the same as well", arguments: [16, 24, 64])
    func lengths(_ length: Int) throws {
        let tag = PHCBase64.encode([UInt8](repeating: 1, count: length))
        let hash = try #require(Argon2Hash("$argon2id$v=19$m=64,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$\(tag)"))
        #expect(hash.isOfferedBySodium)
        var bytes = Array("swordfish".utf8)
        #expect(try hash.evaluateBySodium(bytes) == hash.evaluateByArgon2(&bytes))
    }

    @Test(
        "What libsodium doesn't offer is left to libargon2",
        arguments: [
            "$argon2i$v=19$m=64,t=3,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw",
            "$argon2id$v=19$m=64,t=1,p=2$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw",
            "$argon2id$v=19$m=64,t=1,p=1$AAECAwQFBgc$AAECAwQFBgcICQoLDA0ODw",
        ])
    func others(stored: String) throws {
        let hash = try #require(Argon2Hash(stored))
        #expect(!hash.isOfferedBySodium)
        var bytes = Array("swordfish".utf8)
        #expect(try hash.evaluate(&bytes).count == 16)
    }
}
