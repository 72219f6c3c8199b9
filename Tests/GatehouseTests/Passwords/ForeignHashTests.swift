import FoundationEssentials
import Testing

@testable import Gatehouse

@Suite("Hashes of other systems")
struct ForeignHashTests {
    /// Django's tests of its hashers; passlib's of Argon2d; crypt_blowfish's.
    static let published: [(password: String, given: String, stored: String)] = [
        (
            "lètmein", "pbkdf2_sha256$600000$seasalt$OAXyhAQ/4ZDA9V5RMExt3C1OwQdUpLZ99vm1McFlLRA=",
            "$pbkdf2-sha256$i=600000$c2Vhc2FsdA$OAXyhAQ/4ZDA9V5RMExt3C1OwQdUpLZ99vm1McFlLRA"
        ),
        (
            "KRONOS", "pbkdf2_sha1$24000$seasalt$F+kiWNHXbMBcwgxsvSKFCWHnZZ0=",
            "$pbkdf2-sha1$i=24000$c2Vhc2FsdA$F+kiWNHXbMBcwgxsvSKFCWHnZZ0"
        ),
        (
            "lètmein",
            "scrypt$16384$seasalt$8$5"
                + "$ECMIUp+LMxMSK8xB/IVyba+KYGTI7FTnet025q/1f/vBAVnnP3hdYqJuRi+mJn6ji6ze3Fbb7JEFPKGpuEf5vw==",
            "$scrypt$ln=14,r=8,p=5$c2Vhc2FsdA"
                + "$ECMIUp+LMxMSK8xB/IVyba+KYGTI7FTnet025q/1f/vBAVnnP3hdYqJuRi+mJn6ji6ze3Fbb7JEFPKGpuEf5vw"
        ),
        (
            "secret", "argon2$argon2id$v=19$m=102400,t=2,p=8$Y041dExhNkljRUUy$TMa6A8fPJhCAUXRhJXCXdw",
            "$argon2id$v=19$m=102400,t=2,p=8$Y041dExhNkljRUUy$TMa6A8fPJhCAUXRhJXCXdw"
        ),
        (
            "U*U", "bcrypt$$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
            "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
        ),
        (
            "password", "$argon2d$v=19$m=65536,t=2,p=4$c29tZXNhbHQ$cZn5d+rFh+ZfuRhm2iGUGgcrW5YLeM6q7L3vBsdmFA0",
            "$argon2d$v=19$m=65536,t=2,p=4$c29tZXNhbHQ$cZn5d+rFh+ZfuRhm2iGUGgcrW5YLeM6q7L3vBsdmFA0"
        ),
    ]

    /// What Keycloak stored, found in public exports and dumps; of PBKDF2 with SHA-1, which has no such, what RFC 8018 makes.
    static let exported: [(password: String, secret: JSONObject, data: JSONObject)] = [
        (
            "secret", ["value": "xKjWvB9+0sSP6wTqI1JoEI7w+iA0x9VDhPgmrOHRG80=", "salt": "LRScGShC7shkdoU5B1UgUQ=="],
            [
                "hashIterations": 5, "algorithm": "argon2",
                "additionalParameters": [
                    "hashLength": ["32"], "memory": ["7168"], "type": ["id"], "version": ["1.3"], "parallelism": ["1"],
                ],
            ]
        ),
        (
            "user1", ["value": "9qur72LAICdhFeb2SpkJt2jbOYaxJ44g9T+E7bmJXxI=", "salt": "AGHjXoWftkFxnk/dcZRNnA=="],
            ["hashIterations": 27_500, "algorithm": "pbkdf2-sha256"]
        ),
        (
            "Password1",
            [
                "value":
                    "UsKAhMJtom6iw6vtMcMmJYIUqafeauEd6gaBKpJXByIc7SkJxJACkNlKOAEFci6cnoxU9jUPLATLk+PMno143g==",
                "salt": "kAzT9d8gCl6l5DjQ+D8Vlw==",
            ], ["hashIterations": 27_500, "algorithm": "pbkdf2-sha256"]
        ),
        (
            "password",
            [
                "value":
                    "5IL4kCCyOerhaEHfdK1BbjYxO6HitYLRtJOxwD8MUZH5wCgc1edmf35rWiP9sRxEwnQDstxch8twKh08Usi1fQ==",
                "salt": "JaBKqx57IIB/dLDTpWBu+Q==",
            ], ["hashIterations": 210_000, "algorithm": "pbkdf2-sha512"]
        ),
        (
            "password",
            [
                "value":
                    "4ni6S782fIU547Peix6nl6fBoaTVqo4vWwiIbzZWkWSEtdfkK0bHnAtKcOE3dWYDWM93DBokdDBgC1IIf4a+nw==",
                "salt": "kAzT9d8gCl6l5DjQ+D8Vlw==",
            ], ["hashIterations": 1_300_000, "algorithm": "pbkdf2"]
        ),
        (
            "U*U", ["value": "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"],
            ["hashIterations": 5, "algorithm": "bcrypt"]
        ),
    ]

    private func matches(_ password: String, _ stored: String) throws -> Bool {
        let hash = try #require(PasswordHash(stored: stored).parsed)
        var bytes = Array(password.utf8)
        return try hash.matches(&bytes)
    }

    @Test("Published hashes are stored in a form of our own, and match their password alone", arguments: published)
    func imported(password: String, given: String, stored: String) throws {
        let hash = try PasswordHash.importing("  \(given)\n")
        #expect(hash.stored == stored)
        #expect(try matches(password, hash.stored))
        #expect(try !matches(password + "x", hash.stored))
    }

    @Test("Keycloak's hashes match, and the least costly part of them is kept", arguments: exported)
    func keycloak(password: String, secret: JSONObject, data: JSONObject) throws {
        let user: JSONObject = [
            "email": "ada@example.com",
            "credentials": [
                ["type": "otp", "secretData": "{}"],
                ["type": "password", "secretData": .string(secret.text), "credentialData": .string(data.text)],
            ],
        ]
        let draft = try KeycloakUser.draft(user.serialized())
        let hash = try PasswordHash.importing(try #require(draft.passwordHash))
        #expect(try matches(password, hash.stored))
        #expect(try !matches(password + "x", hash.stored))
    }

    /// github.com/firebase/scrypt, README and tests.
    @Test(
        "Firebase's hashes match their password alone",
        arguments: [
            (
                "user1password", "42xEC+ixf3L2lw==",
                "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ=="
            ),
            (
                "password", "TmFDbA==",
                "V358E8LdWJXAO7muq0CufVpEOXaj8aFiC7T/rcaGieN04q/ZPJ08WhJEHGjj9lz/2TT+/86N5VjVoc5DdBhBiw=="
            ),
        ])
    func firebase(password: String, salt: String, hash: String) throws {
        let project = try FirebaseHashConfig(
            parsing: """
                {"algorithm": "SCRYPT",
                 "base64_signer_key": "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==",
                 "base64_salt_separator": "Bw==", "rounds": 8, "mem_cost": 14}
                """)
        let bytes = try #require(StandardBase64.decode(hash))
        let saltBytes = try #require(StandardBase64.decode(salt))
        let stored = try #require(FirebaseHash.stored(hash: bytes, salt: saltBytes, in: project))
        #expect(try matches(password, PasswordHash.importing(stored).stored))
        #expect(try !matches(password + "x", stored))
        #expect(FirebaseHash.stored(hash: Array(bytes.dropLast()), salt: saltBytes, in: project) == nil)
    }

    @Test(
        "Hash parameters that aren't Firebase's are refused without being repeated",
        arguments: [
            "", "hash_config { algorithm: BCRYPT }",
            "algorithm: SCRYPT\nbase64_signer_key: c2VjcmV0\nrounds: 8\nmem_cost: 14",
            "algorithm: SCRYPT\nbase64_signer_key: ?\nbase64_salt_separator: Bw==\nrounds: 8\nmem_cost: 14",
        ])
    func badProject(text: String) {
        #expect {
            try FirebaseHashConfig(parsing: text)
        } throws: { error in
            (error as? FieldFault)?.message.contains("c2VjcmV0") == false
        }
    }

    @Test(
        "Hashes that can't be verified, or would cost too much, are refused",
        arguments: [
            ("pbkdf2_sha256$600000$seasalt$AAAA", "invalid_format"), ("pbkdf2_md5$1$a$AAAA", "invalid_format"),
            ("bcrypt_sha256$$2b$12$", "invalid_format"),
            ("md5$seasalt$3f86d0d3d465b7b458c231bf3555c0e3", "invalid_format"),
            ("scrypt$16383$seasalt$8$5$AAAA", "invalid_format"), ("$2x$05$CCCCCCCCCCCCCCCCCCCCC.", "invalid_format"),
            ("hunter2", "invalid_format"), ("argon2$hunter2", "invalid_format"),
            ("pbkdf2_sha256$9000000$seasalt$OAXyhAQ/4ZDA9V5RMExt3C1OwQdUpLZ99vm1McFlLRA=", "too_costly"),
            ("$2a$15$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "too_costly"),
            ("$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "too_costly"),
            ("$firebase-scrypt$ln=20,r=8,p=1$c2FsdA$\(String(repeating: "A", count: 86))", "too_costly"),
        ])
    func refused(text: String, code: String) {
        #expect {
            try PasswordHash.importing(text)
        } throws: { error in
            (error as? FieldFault)?.code == code && (error as? FieldFault)?.message.contains("hunter2") == false
        }
    }
}
