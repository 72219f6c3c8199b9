import FoundationEssentials
import Testing

@testable import Gatehouse

/// Lines that no export writes. Whoever alters a file needs no passphrase for them to be read: only its end authenticates it.
@Suite(.installation) struct LongLineTests {
    @Test("Long lines are stored a few at a time")
    func stored() async throws {
        let installation = try await Installation.make()
        let email = String(repeating: "a", count: 900_000)
        var rows: [(TenantFileSection, String)] = [(.settings, #"{"name":"shop"}"#)]
        for _ in 1...30 { rows.append((.user, #"{"id":"\#(UUID().lowercaseString)","email":"\#(email)"}"#)) }
        let file = try Move.forged(tenant: UUID(), rows)
        // When the sixth user comes, five are stored, which the database refuses.
        await #expect {
            try await Move.importing(file, into: installation)
        } throws: { ($0 as? Refusal)?.message.contains("at line 8 ") == true }
    }

    @Test("What is too long for an index is refused as any other row that has been altered")
    func unindexed() async throws {
        let installation = try await Installation.make()
        // An index would compress what repeats itself.
        let kind = (1...200).map { _ in UUID().lowercaseString }.joined()
        let file = try Move.forged(
            tenant: UUID(),
            [
                (.settings, #"{"name":"shop"}"#), (.template, #"{"kind":"\#(kind)","subject":"s","text":"t"}"#),
            ])
        await #expect {
            try await Move.importing(file, into: installation)
        } throws: { ($0 as? Refusal)?.message.contains("the database refuses") == true }
    }
}
