import Foundation
import Testing

@testable import Gatehouse

@Suite struct RedactionTests {
    /// Every way in which a value commonly reaches a log.
    private func prints(_ value: Any) -> String {
        var dumped = ""
        dump(value, to: &dumped)
        let reflected = Mirror(reflecting: value).children.map { "\($0)" }.joined()
        return "\(value)" + String(reflecting: value) + dumped + reflected + "\([value])" + "\(Optional(value) as Any)"
    }

    private func isLeaking(_ value: Any) -> Bool {
        let allowed = ["<redacted>", "Optional(", "▿ ", "- ", "[", "]", ")", "\n"]
        return !allowed.reduce(prints(value)) { $0.replacing($1, with: "") }.isEmpty
    }

    @Test("Keys and secrets show nothing of themselves", arguments: SigningAlgorithm.allCases)
    func keys(algorithm: SigningAlgorithm) {
        let key = KeyMaterial.generate(algorithm)
        #expect(!isLeaking(key))
        #expect(!isLeaking(key.secret))
        #expect("\(key)" == "<redacted>")
    }

    @Test("The master key shows nothing of itself")
    func masterKey() {
        #expect(!isLeaking(MasterKey.generate()))
    }

    @Test("A token shows nothing of itself")
    func token() throws {
        let token = try CompactJWS.sign(payload: [0x7B, 0x7D], type: .accessToken, key: .generate(.hs256))
        #expect(!isLeaking(try CompactJWS.parse(token)))
    }

    @Test("What a person or a client presents shows nothing of itself")
    func presented() throws {
        let values: [Any] = [
            try Password("correct-Horse47-battery"), OneTimeProof.token("secret"),
            OneTimeProof.code("12345678", email: "ada@example.com"), LogOutCredential.accessToken("secret"),
            LogOutCredential.refreshToken("secret"),
        ]
        for value in values { #expect(!isLeaking(value), "\(type(of: value))") }
    }

    @Test("A password hash shows nothing of itself, as it is stored, as it is read and as it comes in a file")
    func passwordHashes() throws {
        let argon2 = "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$dGFndGFndGFndGFndGFndGFndGFndGFn"
        let bcrypt = "$2b$04$abcdefghijklmnopqrstuuEQzRTBEWQkbLzqYFSsPeKpJwDTUHuZu"
        let values: [Any] = [
            PasswordHash(stored: argon2), SecretBytes(bytes: [1, 2, 3]), UserDraft(passwordHash: argon2),
            try #require(Argon2Hash(argon2)), try #require(BcryptHash(bcrypt)),
        ]
        for value in values { #expect(!isLeaking(value), "\(type(of: value))") }
    }

    @Test("A ring or sealer of keys prints none of their secrets")
    func containers() throws {
        let key = KeyMaterial.generate(.hs256)
        let ring = KeyRing(keys: [.init(kid: key.kid, state: .current, material: key)])
        let printed = prints(ring)
        #expect(printed.contains(key.kid))
        #expect(printed.contains("<redacted>"))
        #expect(!printed.contains("SymmetricKey"))
        #expect(!prints(KeySealer(master: .generate())).contains("SymmetricKey"))
    }
}
