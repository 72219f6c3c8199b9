import TestSupport
import Testing

@testable import Gatehouse

/// That the times and limits in the sentences of `openapi.json` are those of the code.
@Suite struct DescribedLimitsTests {
    private let contract = APIContract.gatehouse

    @Test func `An operation's sentences name the times that the code has, and no others`() throws {
        let mail = try #require(GuessLimits.standard.mail)
        let profile = try #require(GuessLimits.standard.profile)
        let code = OneTimePurpose.codeLifetime
        let times: [String: [Duration]] = [
            "refresh": [TenantSettings.standard.grace],
            "updateMe": [profile.window],
            "deleteMe": [SessionStatements.freshness],
            "changeEmail": [SessionStatements.freshness],
            "confirmEmail": [OneTimePurpose.undoEmailChange.lifetime],
            "verifyEmail": [OneTimePurpose.verifyEmail.lifetime, code],
            "forgotPassword": [OneTimePurpose.resetPassword.lifetime, code, mail.window],
            "sendLogInMail": [OneTimePurpose.logIn.lifetime, code],
        ]
        var operations: Set<String> = []
        for operation in contract.operations {
            let name = operation.object["operationId"]?.stringValue ?? ""
            let text = operation.object["description"]?.stringValue ?? ""
            let found = text.matches(of: /\b(?:\d+|[a-z]+) (?:seconds|minutes?|hours?|days?)\b/)
            let said = Set(found.map { String($0.output) })
            let held = Set((times[name] ?? []).map(\.inWords))
            #expect(said == held, "\(name): \(text)")
            operations.insert(name)
        }
        #expect(operations.isSuperset(of: times.keys))
    }

    @Test func `Limits are described as the code has them`() throws {
        let mail = try #require(GuessLimits.standard.mail)
        let profile = try #require(GuessLimits.standard.profile)
        let sentences: [String: String] = [
            "updateMe": "A user makes \(profile.failures.inWords) changes \(profile.window.inWords) at the most",
            "listSessions": "Of more than \(ListSessions.most) the newest are answered",
            "forgotPassword": "An address gets \(mail.failures.inWords) mails of a kind in \(mail.window.inWords)",
            "sendLogInMail": "a link or a code, whichever the tenant has chosen, "
                + "which is good for \(OneTimePurpose.logIn.lifetime.inWords)",
        ]
        for operation in contract.operations {
            guard let sentence = sentences[operation.object["operationId"]?.stringValue ?? ""] else { continue }
            let text = operation.object["description"]?.stringValue ?? ""
            #expect(text.contains(sentence), "\(text)")
        }
    }

    @Test func `A device token is described as good for as long as it is`() throws {
        let device = contract.schema.resolved("#/components/schemas/SignedInByBody/properties/device_token")
        let text = try #require(device?.objectValue?["description"]?.stringValue)
        let lifetime = Duration.seconds(DeviceClaims.lifetime)
        #expect(text.contains("Good for \(lifetime.inWords) at most"), "\(text)")
    }
}

extension Duration {
    /// In the largest unit that it is a whole number of.
    fileprivate var inWords: String {
        let seconds = Int(components.seconds)
        let units = [(size: 86_400, name: "day"), (size: 3600, name: "hour"), (size: 60, name: "minute")]
        let unit = units.first { seconds % $0.size == 0 } ?? (size: 1, name: "second")
        switch seconds / unit.size {
        case 1: return unit.name == "hour" ? "an hour" : "a \(unit.name)"
        case let count: return "\(count.inWords) \(unit.name)s"
        }
    }
}

extension Int {
    /// Up to twelve as a word.
    fileprivate var inWords: String {
        let words = [
            "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
        ]
        return words.indices.contains(self) ? words[self] : String(self)
    }
}
