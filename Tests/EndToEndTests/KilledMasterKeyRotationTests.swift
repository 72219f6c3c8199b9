import Gatehouse
import TestSupport
import Testing

@Suite("master-key rotate, killed")
struct KilledMasterKeyRotationTests {
    private static let kills = 50

    @Test(
        "A kill -9 at any step leaves every tenant sealed under one master key, and the same command finishes and records the work",
        .timeLimit(.minutes(20)))
    func killed() async throws {
        var place = try await Installation.migrated()
        for slug in ["shop", "blog"] { _ = try await Program.admin("tenant", "create", slug, in: place) }
        let steps = try await WorkSteps.install(in: place)
        let pair = [place.masterKey, MasterKey.generate().base64]
        let visitor = ["email": "ada@example.com", "password": goodPassword]
        let session = try await place.serving { _ in
            try await HTTP.post("\(place.url)/t/shop/v1/register", visitor)
        }
        var (killed, step, longest) = (0, 1, 0)
        // Every round seals under the other key than the one before, at one step more.
        for round in 1... {
            let order = round.isMultiple(of: 2) ? pair : pair.reversed()
            place.settings["GATEHOUSE_MASTER_KEY"] = order.joined(separator: "\n")
            let command = KilledCommand(
                arguments: ["admin", "master-key", "rotate", "--json"], place: place, steps: steps)
            if try await command.kill(atStep: step) {
                try await expectWholeTenants(place, "killed at step \(step)")
                let outcome = try await command.run()
                #expect(outcome.status == 0, "after step \(step): \(outcome.errors)")
                (killed, step) = (killed + 1, step + 1)
            } else {
                (longest, step) = (step - 1, 1)
            }
            try await expectFinished(place, round: round)
            if killed >= Self.kills && longest > 0 { break }
        }
        // For each of two tenants it seals four keys, row by row, and records it, and in the end itself.
        #expect(longest > 20)
        try await place.serving { _ in
            let me = try await HTTP.get("\(place.url)/t/shop/v1/me", bearer: session.text("access_token"))
            #expect(me.status == 200)
        }
    }

    /// A sealed secret names its master key in the bytes 2 to 9.
    private func expectWholeTenants(_ place: Installation, _ moment: String) async throws {
        let torn = try await place.count(
            """
            select count(*) from (
                select from signing_keys group by tenant_id having count(distinct substring(sealed_secret from 2 for 8)) > 1
            ) torn
            """)
        #expect(torn == 0, "\(moment): a tenant is sealed under two master keys")
        try await expectAllOpen(place, moment)
    }

    private func expectFinished(_ place: Installation, round: Int) async throws {
        let moment = "round \(round)"
        #expect(
            try await place.count("select count(distinct substring(sealed_secret from 2 for 8)) from signing_keys")
                == 1,
            "\(moment): the work isn't finished")
        #expect(
            try await place.count("select count(*) from operator_events where type = 'master_key.rotated'") == round,
            "\(moment): it isn't recorded once")
        try await expectAllOpen(place, moment)
    }

    private func expectAllOpen(_ place: Installation, _ moment: String) async throws {
        let verified = try await Program.admin("master-key", "verify", in: place)
        #expect(verified.status == 0 && verified.object["keys"] as? Int == 8, "\(moment): \(verified.errors)")
    }
}
