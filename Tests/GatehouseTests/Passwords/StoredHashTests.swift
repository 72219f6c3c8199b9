import Testing

@testable import Gatehouse

@Suite("Stored hashes")
struct StoredHashTests {
    /// The sources: libargon2's test.c, jBCrypt and crypt_blowfish, RFC 6070, RFC 7914 and passlib's documentation.
    static let vectors: [(password: String, stored: String)] = [
        (
            "password",
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
        ),
        (
            "password",
            "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA"
        ),
        ("a", "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"),
        ("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
        ("U*U", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
        ("U*U", "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
        ("U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"),
        ("U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"),
        ("", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"),
        ("password", "$pbkdf2-sha1$i=4096$c2FsdA$SwB5AbdlSJq+rUnZJvch0GWkKcE"),
        (
            "passwordPASSWORDpassword",
            "$pbkdf2-sha1$i=4096$c2FsdFNBTFRzYWx0U0FMVHNhbHRTQUxUc2FsdFNBTFRzYWx0"
                + "$PS7sT+QchJuAyNg2YsDkSospGpZM8vBwOA"
        ),
        ("password", "$pbkdf2$4096$c2FsdA$SwB5AbdlSJq.rUnZJvch0GWkKcE"),
        (
            "Password",
            "$pbkdf2-sha256$i=80000,l=64$TmFDbA"
                + "$TdzY9guYviGDDO5e8icB+WQaRBjQTAQUrv8Ih2s0q1ah1CWhIlgzVJrbhBtRybMXaicr3ruh0HhHj2Kzl/M8jQ"
        ),
        (
            "password",
            "$pbkdf2-sha256$6400$.6UI/S.nXIk8jcbdHx3Fhg$98jZicV16ODfEsEZeYPGHU3kbrUrvUEXOPimVSQDD44"
        ),
        (
            "password",
            "$pbkdf2-sha512$i=4096$c2FsdA"
                + "$0Zexsz2wFD4BixLz0dFHnmzevcyXxcD4f2kC4HL0V7UUPzBgJkGz1VzTNZiMs2uEN2Bg7NUy4Dm3QqI5Q0ry1Q"
        ),
        (
            "",
            "$scrypt$ln=4,r=1,p=1$"
                + "$d9ZXYjhleyA7GcpCwYoEl/FrSETjB0ro39/6P+3iFEL80Aad7QlI+DJqdToPyB8X6NPg+y4NNijPNeIMONGJBg"
        ),
        (
            "password",
            "$scrypt$ln=10,r=8,p=16$TmFDbA"
                + "$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWIurzDZLiKjiG/xCSedmDDaxyevuUqD7m2DYMvfoswGQA"
        ),
        (
            "pleaseletmein",
            "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU"
                + "$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw"
        ),
        (
            "password",
            "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E"
        ),
    ]

    /// From RFC 6070 and RFC 7914 too: what nobody would store, a password with NUL and costs below every ceiling.
    static let oddVectors: [(password: String, stored: String)] = [
        ("password", "$pbkdf2-sha1$i=1$c2FsdA$DGDID5YfDnHzqbUkr2ASBi/gN6Y"),
        ("pass\0word", "$pbkdf2-sha1$i=4096$c2EAbHQ$Vvpqp1VICZ3MN9fwNCXgww"),
        (
            "passwd",
            "$pbkdf2-sha256$i=1$c2FsdA"
                + "$VawEblbjCJ/sFpHCJUS2BflBhSFt3gRl5oudV8INrLxJypzM8Xm2RZkWZLOdd+8xfHG4RbHjC9UJESBB06GXgw"
        ),
    ]

    private func matches(_ password: String, _ stored: String) throws -> Bool {
        let hash = try #require(PasswordHash(stored: stored).parsed)
        var bytes = Array(password.utf8)
        return try hash.matches(&bytes)
    }

    @Test("Published hashes match their password and no other", arguments: vectors + oddVectors)
    func knownAnswers(password: String, stored: String) throws {
        #expect(try matches(password, stored))
        #expect(try !matches(password + "x", stored))
        #expect(try !matches("", stored) || password.isEmpty)
    }

    @Test("A flipped bit anywhere in the tag makes a hash match nothing", arguments: vectors)
    func changedTag(password: String, stored: String) throws {
        var characters = Array(stored)
        let index = characters.count - 6
        characters[index] = characters[index] == "A" ? "B" : "A"
        #expect(try !matches(password, String(characters)))
    }

    @Test("bcrypt ignores what follows 72 bytes, however long the password")
    func bcryptTruncation() throws {
        let stored = "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui"
        let significant = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        #expect(try matches(significant + "chars after 72 are ignored", stored))
        #expect(try matches(significant + String(repeating: "😀", count: 184), stored))
        #expect(try !matches(String(significant.dropLast()), stored))
    }

    @Test("A new Argon2id hash has a fresh salt, the configured cost, and matches")
    func newHash() throws {
        let parameters = try Argon2Parameters(parsing: "m=64,t=3,p=2")
        var (first, second) = (Array("swordfish".utf8), Array("swordfish".utf8))
        let hashes = [
            try Argon2Hash.make(of: &first, parameters: parameters),
            try Argon2Hash.make(of: &second, parameters: parameters),
        ]
        #expect(hashes[0].salt != hashes[1].salt)
        #expect(hashes[0].salt.count == 16 && hashes[0].tag.bytes.count == 32)
        #expect(hashes[0].encoded.hasPrefix("$argon2id$v=19$m=64,t=3,p=2$"))
        #expect(try matches("swordfish", hashes[1].encoded))
        #expect(try !matches("swordfisH", hashes[1].encoded))
    }

    @Test("The copy of the password that a hash is computed of is wiped")
    func wiping() throws {
        var bytes = Array("swordfish".utf8)
        _ = try Argon2Hash.make(of: &bytes, parameters: try Argon2Parameters(parsing: "m=64,t=1,p=1"))
        #expect(bytes == [UInt8](repeating: 0, count: 9))
    }

    @Test("Every scheme takes the empty password", arguments: vectors)
    func emptyPassword(password: String, stored: String) throws {
        #expect(try matches("", stored) == password.isEmpty)
    }
}
