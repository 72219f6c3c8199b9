import FoundationEssentials
import Testing

@testable import Gatehouse

@Suite("Guessable passwords")
struct GuessabilityTests {
    private let inputs = ["jonathanappleseed3fa9c1@example.com", "OttoNormal", "Zoë Müller-Lüdenscheid"]

    private func isGuessable(_ text: String, inputs: [String]? = nil) throws -> Bool {
        Guessability.isGuessable(try Password(text), userInputs: inputs ?? self.inputs)
    }

    @Test(
        "Common, repeated and sequential passwords are refused",
        arguments: [
            "", "password", "password1", "PaSsWoRd1", "P@ssw0rd", "12345678", "qwertyuiop", "aaaaaaaaaaaa", "abcdefgh",
            "letmein2024", "iloveyou2", "éééééééé",
            // What zxcvbn alone lets pass.
            "q1w2e3r4t5y6", "4815162342", "GHBDTNBR",
        ])
    func common(password: String) throws {
        #expect(try isGuessable(password, inputs: []))
    }

    @Test(
        "Passwords made of the user's own email and names are refused in any case",
        arguments: [
            "jonathanappleseed3fa9c1", "jonathanappleseed3fa9c11", "JonathanAppleseed3FA9C1", "jOnAtHaNaPpLeSeEd3fA9c1",
            "jonathanappleseed3fa9c1@example.com", "1c9af3deeselppanahtanoj", "ottonormal1", "OTTONORMAL2024",
            "müller-lüdenscheid", "MÜLLER-LÜDENSCHEID", "Zoe\u{308} Müller-Lüdenscheid",
        ])
    func own(password: String) throws {
        #expect(try isGuessable(password))
    }

    @Test("However long the user's own word is, alternating its case does not help")
    func alternatingCase() throws {
        let word = "alexandrinaconstantinidouloukyriakopoulos"
        let alternating = word.enumerated().map {
            $0.offset.isMultiple(of: 2) ? $0.element.uppercased() : "\($0.element)"
        }
        #expect(try isGuessable(alternating.joined(), inputs: [word + "@example.com"]))
    }

    @Test("The user's own words are what makes them guessable")
    func dictionary() throws {
        #expect(try !isGuessable("jonathanappleseed3fa9c1", inputs: []))
        #expect(try !isGuessable("MÜLLER-LÜDENSCHEID", inputs: []))
    }

    @Test(
        "Good passwords are accepted",
        arguments: [
            "vY4-q9zK", "vivid-Otter47-lintel-quasar", "another-Lintel92-quasar", "correct horse battery staple",
            "x7Gq2LpZ", "qk3!vZ8m", "пароль-из-пяти-слов", "日本語のとても長い合言葉",
        ])
    func good(password: String) throws {
        #expect(try !isGuessable(password))
    }

    /// The time that the costliest text takes grows with the fourth power of its length: a few milliseconds at 64 bytes.
    @Test("Only a prefix counts, so that a strong one is enough and a weak one is not")
    func prefix() throws {
        #expect(Guessability.prefixLength <= 64)
        let strong = "vivid-Otter47-lintel-quasar"
        #expect(try !isGuessable(strong + String(repeating: "a", count: 200)))
        #expect(try isGuessable(String(repeating: "a", count: 64) + strong))
    }

    @Test("Words are taken whole and in parts, in lower case, once each, and not too short or too many")
    func words() {
        #expect(
            Guessability.words(in: ["Al.Bundy@Shoes.example", "al", "BUNDY"])
                == ["al.bundy@shoes.example", "al.bundy", "bundy", "shoes", "example"])
        #expect(Guessability.words(in: (100..<200).map { "word\($0)" }).count == 32)
        #expect(Guessability.words(in: [String(repeating: "é", count: 300)]) == [String(repeating: "é", count: 32)])
    }

    @Test("An input with NUL or of any size is no trouble")
    func hostileInputs() throws {
        let inputs = ["\u{0}\u{0}\u{0}", String(repeating: "0o", count: 100_000), "", "@", "..."]
        #expect(try isGuessable("0o0o0o0o0o0o", inputs: inputs))
    }

    @Test("Each of the 3,000 most common passwords is refused")
    func mostCommon() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../Sources/Gatehouse/Passwords/common_passwords.txt")
        let passwords = String(decoding: try Data(contentsOf: file), as: UTF8.self).split(separator: "\n").map(
            String.init)
        #expect(Set(passwords).count == 3000)
        let accepted = try passwords.filter { try !isGuessable($0, inputs: []) }
        #expect(accepted.isEmpty, "\(accepted)")
    }

    @Test("The hasher asks the same question on its threads")
    func throughHasher() async throws {
        let hasher = PasswordHasher(threads: 1)
        let (weak, good) = (try Password("qwertyuiop"), try Password("vY4-q9zK"))
        #expect(try await hasher.isGuessable(weak, userInputs: [], for: UUID()))
        #expect(try await !hasher.isGuessable(good, userInputs: [], for: UUID()))
    }
}
