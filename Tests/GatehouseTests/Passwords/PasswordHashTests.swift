import Testing

@testable import Gatehouse

@Suite("Password hashes from elsewhere")
struct PasswordHashTests {
    static let salt = "c29tZXNhbHQ"
    static let tag = "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
    static let bcryptTail = "CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"

    @Test("A hash of a known scheme is taken without the white space around it")
    func importing() throws {
        let stored = "$2b$05$\(Self.bcryptTail)"
        #expect(try PasswordHash.importing(" \(stored)\r\n").stored == stored)
    }

    static let garbage: [String] = [
        "", " ", "$", "$$$$", "plaintext", "$argon2id", "$1$abc$def", "$2x$05$\(bcryptTail)", "$2$05$\(bcryptTail)",
        "$2b$5$\(bcryptTail)", "$2b$03$\(bcryptTail)", "$2b$32$\(bcryptTail)", "$2b$05$\(bcryptTail)x",
        "$2b$05$\(bcryptTail.dropLast())",
        "$2b$05$é\(bcryptTail.dropFirst(2))", "$2b$+5$\(bcryptTail)", "x$2b$05$\(bcryptTail)",
        "$argon2x$v=19$m=65536,t=2,p=1$\(salt)$\(tag)",
        "$argon2id$m=65536,t=2,p=1$\(salt)$\(tag)", "$argon2id$v=16$m=65536,t=2,p=1$\(salt)$\(tag)",
        "$argon2id$v=19$m=65536,t=2,p=1$\(salt)$", "$argon2id$v=19$m=65536,t=2,p=1$$\(tag)",
        "$argon2id$v=19$m=65536,t=2,p=1$\(salt)$\(tag)=", "$argon2id$v=19$m=65536,t=2,p=1$\(salt)$\(tag)$",
        "$argon2id$v=19$m=65536,t=2,p=1,keyid=x$\(salt)$\(tag)", "$argon2id$v=19$m=65536,t=2,p=1$\(salt)$AAAA",
        "$argon2id$v=19$m=99999999999999999999,t=2,p=1$\(salt)$\(tag)", "$argon2id$v=19$m=-1,t=2,p=1$\(salt)$\(tag)",
        "$pbkdf2-sha256$i=0$\(salt)$\(tag)", "$pbkdf2-sha256$0$\(salt)$\(tag)",
        "$pbkdf2-sha256$i=1000,l=31$\(salt)$\(tag)",
        "$pbkdf2-sha256$i=1000$$\(tag)", "$pbkdf2-sha256$i=1000$\(salt)$", "$pbkdf2-md5$i=1000$\(salt)$\(tag)",
        "$scrypt$ln=0,r=8,p=1$\(salt)$\(tag)", "$scrypt$ln=63,r=8,p=1$\(salt)$\(tag)",
        "$scrypt$ln=14,r=0,p=1$\(salt)$\(tag)",
        "$scrypt$ln=14,r=8,p=0$\(salt)$\(tag)", "$scrypt$ln=14,r=999999999,p=999999999$\(salt)$\(tag)",
        "$scrypt$ln=16,r=1,p=1$\(salt)$\(tag)", "$scrypt$r=8,ln=14,p=1$\(salt)$\(tag)",
        String(repeating: "$argon2id", count: 100_000), "\u{0}$2b$05$", "$argon2id$v=19$m=65536,t=2,p=1$\(salt)$\u{0}",
    ]

    @Test("Anything else is refused, never a crash", arguments: garbage)
    func garbageIsRefused(text: String) {
        let fault = #expect(throws: FieldFault.self) { try PasswordHash.importing(text) }
        #expect(fault?.code == "invalid_format")
    }

    @Test(
        "A cost above the ceiling is refused, the ceiling itself is not",
        arguments: [
            ("$argon2id$v=19$m=262144,t=8,p=1$\(salt)$\(tag)", "$argon2id$v=19$m=262145,t=8,p=1$\(salt)$\(tag)"),
            ("$argon2id$v=19$m=262144,t=8,p=1$\(salt)$\(tag)", "$argon2id$v=19$m=262144,t=9,p=1$\(salt)$\(tag)"),
            ("$2b$14$\(bcryptTail)", "$2b$15$\(bcryptTail)"),
            ("$pbkdf2-sha256$i=2000000$\(salt)$\(tag)", "$pbkdf2-sha256$i=2000001$\(salt)$\(tag)"),
            ("$pbkdf2-sha1$i=1000000$\(salt)$\(tag)", "$pbkdf2-sha1$i=1000001$\(salt)$\(tag)"),
            ("$scrypt$ln=18,r=8,p=1$\(salt)$\(tag)", "$scrypt$ln=19,r=8,p=1$\(salt)$\(tag)"),
            ("$scrypt$ln=14,r=8,p=16$\(salt)$\(tag)", "$scrypt$ln=14,r=8,p=17$\(salt)$\(tag)"),
        ])
    func ceiling(highest: String, tooHigh: String) {
        #expect(throws: Never.self) { try PasswordHash.importing(highest) }
        let fault = #expect(throws: FieldFault.self) { try PasswordHash.importing(tooHigh) }
        #expect(fault?.code == "too_costly")
    }

    @Test("The memory of scrypt is bounded like that of Argon2")
    func scryptMemory() {
        let stored = "$scrypt$ln=14,r=8,p=1$\(Self.salt)$\(Self.tag)"
        #expect(throws: Never.self) { try PasswordHash.importing(stored, ceiling: HashCeiling(memory: 16_384)) }
        #expect(throws: FieldFault.self) { try PasswordHash.importing(stored, ceiling: HashCeiling(memory: 16_383)) }
    }

    @Test("A stored hash is redacted however it is printed")
    func redaction() {
        let hash = PasswordHash(stored: "$2b$05$\(Self.bcryptTail)")
        var dumped = ""
        dump(hash, to: &dumped)
        for text in ["\(hash)", String(reflecting: hash), dumped] {
            #expect(!text.contains("CCCC"))
            #expect(text.contains("redacted"))
        }
    }
}
