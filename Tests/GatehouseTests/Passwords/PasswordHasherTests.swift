import MetricsTestKit
import Testing

import struct FoundationEssentials.UUID

@testable import Gatehouse

@Suite("The password hasher")
struct PasswordHasherTests {
    private let tenant = UUID()
    private let cheap: Argon2Parameters
    private let hasher: PasswordHasher

    init() throws {
        cheap = try Argon2Parameters(parsing: "m=256,t=2,p=1")
        hasher = PasswordHasher(parameters: cheap)
    }

    private func verdict(
        _ password: String, _ stored: String, by hasher: PasswordHasher? = nil
    ) async throws -> PasswordVerdict {
        try await (hasher ?? self.hasher).verify(
            Password(password), against: PasswordHash(stored: stored), for: tenant)
    }

    @Test("A hash matches its own password only, and needs no upgrade")
    func roundTrip() async throws {
        let hash = try await hasher.hash(Password("correct horse"), for: tenant)
        #expect(hash.stored.hasPrefix("$argon2id$v=19$m=256,t=2,p=1$"))
        #expect(try await verdict("correct horse", hash.stored) == .matches(upgrade: false))
        #expect(try await verdict("correct horsE", hash.stored) == .differs)
        #expect(try await verdict("", hash.stored) == .differs)
    }

    @Test("The password verifies in whichever normalisation form it is typed")
    func normalisation() async throws {
        let hash = try await hasher.hash(Password("Zo\u{EB} \u{D55C}"), for: tenant)
        #expect(try await verdict("Zoe\u{308} \u{1112}\u{1161}\u{11AB}", hash.stored) == .matches(upgrade: false))
        #expect(try await verdict("Zoe \u{D55C}", hash.stored) == .differs)
    }

    @Test("A long password is not truncated")
    func length() async throws {
        let long = String(repeating: "😀", count: 255)
        let hash = try await hasher.hash(Password(long + "a"), for: tenant)
        #expect(try await verdict(long + "a", hash.stored) == .matches(upgrade: false))
        #expect(try await verdict(long + "b", hash.stored) == .differs)
    }

    @Test("Weaker parameters ask for an upgrade, stronger ones don't", arguments: ["m=128,t=2,p=1", "m=256,t=1,p=1"])
    func upgrade(weaker: String) async throws {
        let weak = PasswordHasher(parameters: try Argon2Parameters(parsing: weaker))
        let weakHash = try await weak.hash(Password("swordfish"), for: tenant).stored
        #expect(try await verdict("swordfish", weakHash) == .matches(upgrade: true))
        #expect(try await verdict("Swordfish", weakHash) == .differs)
        let strongHash = try await hasher.hash(Password("swordfish"), for: tenant).stored
        #expect(try await verdict("swordfish", strongHash, by: weak) == .matches(upgrade: false))
    }

    @Test("Every foreign scheme verifies and asks for an upgrade", arguments: StoredHashTests.vectors)
    func foreignSchemes(password: String, stored: String) async throws {
        #expect(try await verdict(password, stored) == .matches(upgrade: true))
    }

    @Test(
        "bcrypt, which reads 72 bytes, asks for no upgrade of a longer password: a typing error behind them would stick"
    )
    func longBcrypt() async throws {
        let begun = String(repeating: "x", count: 72)
        // Python: crypt.crypt("x" * 72, "$2b$04$abcdefghijklmnopqrstuu")
        let stored = "$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i"
        #expect(try await verdict(begun, stored) == .matches(upgrade: true))
        #expect(try await verdict(begun + "whatever", stored) == .matches(upgrade: false))
    }

    @Test("Whatever is no hash that can be verified is unsupported", arguments: PasswordHashTests.garbage)
    func garbage(stored: String) async throws {
        #expect(try await verdict("password", stored) == .unsupported)
    }

    @Test("A cost above the ceiling is not evaluated, even for the right password")
    func ceiling() async throws {
        let strict = PasswordHasher(
            parameters: cheap,
            ceiling: HashCeiling(memory: 64, passes: 1, bcryptCost: 4, pbkdf2Iterations: 4095, scryptWork: 15))
        for (password, stored) in StoredHashTests.vectors {
            #expect(try await verdict(password, stored, by: strict) == .unsupported)
        }
    }

    @Test("A ceiling below the configured cost locks nobody out")
    func ceilingBelowConfiguration() async throws {
        let strict = PasswordHasher(parameters: cheap, ceiling: HashCeiling(memory: 64, passes: 1))
        let hash = try await strict.hash(Password("swordfish"), for: tenant).stored
        #expect(try await verdict("swordfish", hash, by: strict) == .matches(upgrade: false))
    }

    @Test("Verifying nothing, or an unsupported hash, evaluates as much as verifying a hash does")
    func dummies() async throws {
        let metrics = TestMetrics()
        let parameters = try Argon2Parameters(parsing: "m=32768,t=3,p=1")
        let slow = PasswordHasher(parameters: parameters, metrics: PasswordMetrics(factory: metrics))
        #expect(slow.dummy.parameters == parameters)
        let password = try Password("swordfish")
        let hash = try await slow.hash(password, for: tenant)
        _ = try await slow.verify(password, against: hash, for: tenant)
        try await slow.verifyNothing(password, for: tenant)
        _ = try await slow.verify(password, against: PasswordHash(stored: "garbage"), for: tenant)
        let measured = try metrics.expectTimer("gatehouse_password_hash_seconds").values
        #expect(measured.count == 4)
        // How much the dummy costs is told above; this tells that it is evaluated: no work at all takes microseconds, and no machine is
        // so fast that three passes over 32 MiB were done by then.
        for nanoseconds in measured { #expect(nanoseconds > 2_000_000) }
    }

    @Test("After shutdown every call is answered overloaded")
    func shutdown() async throws {
        hasher.shutdown()
        let password = try Password("swordfish")
        await #expect(throws: HashingFailure.overloaded) { try await hasher.hash(password, for: tenant) }
        await #expect(throws: HashingFailure.overloaded) { try await hasher.verifyNothing(password, for: tenant) }
        await #expect(throws: HashingFailure.overloaded) {
            try await hasher.isGuessable(password, userInputs: [], for: tenant)
        }
    }
}
