import Foundation
import Testing

@testable import Gatehouse

@Suite struct KeySealerTests {
    private static let master = MasterKey.generate()
    private static let identity = KeyIdentity(tenantID: UUID(), kid: "key-1", use: .access)
    private static let secret = SigningSecret(copying: Array(1...32))

    private func bytes(_ secret: SigningSecret) -> [UInt8] { secret.withUnsafeBytes { Array($0) } }

    private func failure(_ sealed: [UInt8], _ identity: KeyIdentity = identity, _ sealer: KeySealer? = nil)
        -> UnsealFailure?
    {
        do throws(UnsealFailure) {
            _ = try (sealer ?? KeySealer(master: Self.master)).open(sealed, for: identity)
            return nil
        } catch {
            return error
        }
    }

    @Test("What is sealed opens again, and is sealed differently each time", arguments: [1, 32, 64, 1024])
    func roundTrip(length: Int) throws {
        let sealer = KeySealer(master: Self.master)
        let secret = SigningSecret(copying: (0..<length).map { UInt8(truncatingIfNeeded: $0) })
        let sealed = try (0..<2).map { _ in try sealer.seal(secret, for: Self.identity) }
        #expect(sealed[0] != sealed[1])
        #expect(sealed[0].count == 37 + length)
        for sealed in sealed { #expect(try bytes(sealer.open(sealed, for: Self.identity)) == bytes(secret)) }
    }

    @Test("The sealed form names version and master key, and holds the secret nowhere")
    func form() throws {
        let sealed = try KeySealer(master: Self.master).seal(Self.secret, for: Self.identity)
        #expect(sealed[0] == 1)
        #expect(KeySealer.masterKeyID(of: sealed) == Self.master.id)
        #expect(Hexadecimal.encode(sealed[1..<9]) == Self.master.id)
        #expect(!Hexadecimal.encode(sealed).contains(Hexadecimal.encode(Array(1...8))))
    }

    @Test("A secret moved to another tenant, key or use does not open")
    func moved() throws {
        let sealed = try KeySealer(master: Self.master).seal(Self.secret, for: Self.identity)
        let (tenantID, kid, use) = (Self.identity.tenantID, Self.identity.kid, Self.identity.use)
        #expect(failure(sealed) == nil)
        #expect(failure(sealed, KeyIdentity(tenantID: UUID(), kid: kid, use: use)) == .damaged)
        #expect(failure(sealed, KeyIdentity(tenantID: tenantID, kid: "key-2", use: use)) == .damaged)
        #expect(failure(sealed, KeyIdentity(tenantID: tenantID, kid: kid, use: .refresh)) == .damaged)
    }

    @Test("No altered, cut or lengthened byte opens")
    func altered() throws {
        let sealed = try KeySealer(master: Self.master).seal(Self.secret, for: Self.identity)
        for index in sealed.indices where !(1..<9).contains(index) {
            var altered = sealed
            altered[index] ^= 1
            #expect(failure(altered) == .damaged)
        }
        for length in sealed.indices { #expect(failure(Array(sealed.prefix(length))) == .damaged) }
        #expect(failure(sealed + [0]) == .damaged)
        var renamed = sealed
        renamed[3] ^= 1
        #expect(failure(renamed) == .unknownMasterKey(Hexadecimal.encode(renamed[1..<9])))
    }

    @Test("The wrong master key is told apart from damage")
    func unknownMasterKey() throws {
        let sealed = try KeySealer(master: Self.master).seal(Self.secret, for: Self.identity)
        let stranger = KeySealer(master: MasterKey.generate())
        #expect(failure(sealed, Self.identity, stranger) == .unknownMasterKey(Self.master.id))
    }

    @Test("A secret relabelled as sealed under another accepted master key does not open")
    func relabelled() throws {
        let other = MasterKey.generate()
        var sealed = try KeySealer(master: Self.master).seal(Self.secret, for: Self.identity)
        sealed.replaceSubrange(1..<9, with: other.idBytes)
        #expect(failure(sealed, Self.identity, KeySealer(master: Self.master, accepting: [other])) == .damaged)
    }

    @Test("While master keys rotate both open, and the new one seals")
    func rotation() throws {
        let new = MasterKey.generate()
        let sealer = KeySealer(master: new, accepting: [Self.master])
        let old = try KeySealer(master: Self.master).seal(Self.secret, for: Self.identity)
        #expect(try bytes(sealer.open(old, for: Self.identity)) == bytes(Self.secret))
        let renewed = try sealer.seal(sealer.open(old, for: Self.identity), for: Self.identity)
        #expect(KeySealer.masterKeyID(of: renewed) == new.id)
        #expect(failure(renewed) == .unknownMasterKey(new.id))
    }

    /// Made with Python's cryptography package: master key 00…1f, nonce 00…0b, secret 32 × ab.
    @Test("What another implementation of the format sealed opens")
    func knownAnswer() throws {
        let master = try MasterKeys(base64: Array("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".utf8)).sealing
        let tenantID = try #require(UUID(uuidString: "6BA7B810-9DAD-11D1-80B4-00C04FD430C8"))
        let sealed = try #require(Base64URL.decode(Self.sealedElsewhere))
        let secret = try KeySealer(master: master).open(
            sealed, for: KeyIdentity(tenantID: tenantID, kid: "key-1", use: .refresh))
        #expect(master.id == Self.masterIDElsewhere)
        #expect(bytes(secret) == [UInt8](repeating: 0xAB, count: 32))
    }

    private static let masterIDElsewhere = "97d2a361938275e0"
    private static let sealedElsewhere =
        "AZfSo2GTgnXgAAECAwQFBgcICQoLJ8nPibIROy3OxgnX6Rq3rNmGX95-tFAo5QdxtpVQXo4R7QKh7AgmDFijZ-pKMx9J"
}

@Suite struct MasterKeyTests {
    @Test("A key survives being printed and read, with whitespace round it")
    func roundTrip() throws {
        let key = MasterKey.generate()
        #expect(key.base64.utf8.count == 44)
        for text in [key.base64, key.base64 + "\n", " \t" + key.base64 + "\r\n"] {
            let copy = try MasterKeys(base64: Array(text.utf8)).sealing
            #expect(copy.base64 == key.base64)
            #expect(copy.id == key.id)
        }
        #expect(key.id.utf8.count == 16)
        #expect(MasterKey.generate().id != key.id)
    }

    @Test("Of several keys the first one seals, the others are accepted")
    func several() throws {
        let keys = (0..<MasterKeys.limit).map { _ in MasterKey.generate() }
        for separator in ["\n", "\r\n\r\n", " "] {
            let text = keys.map(\.base64).joined(separator: separator)
            #expect(try MasterKeys(base64: Array(text.utf8)).ids == keys.map(\.id))
        }
        let tooMany = (keys + [.generate()]).map(\.base64).joined(separator: "\n")
        let twice = [keys[0], keys[1], keys[0]].map(\.base64).joined(separator: "\n")
        for text in [tooMany, twice] {
            #expect(throws: FieldFault.self) { try MasterKeys(base64: Array(text.utf8)) }
        }
    }

    @Test(
        "Anything but 32 bytes in base64 is refused",
        arguments: [
            "", " ", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nAAAA", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh!=",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8 =", "000102030405060708090a0b0c0d0e0f",
        ])
    func refused(text: String) {
        #expect {
            try MasterKeys(base64: Array(text.utf8))
        } throws: { fault in
            (fault as? FieldFault)?.code == "invalid_master_key"
        }
    }
}
