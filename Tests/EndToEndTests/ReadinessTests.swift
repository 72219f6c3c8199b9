import Foundation
import TestSupport
import Testing

@Suite("Readiness of a running service")
struct ReadinessTests {
    private func checks(_ answer: HTTP.Answer) -> [String: String] {
        answer.json["checks"] as? [String: String] ?? [:]
    }

    @Test("A pool that is busy to the last connection makes no instance unready")
    func busyPool() async throws {
        var place = try await Installation.migrated()
        place.settings["GATEHOUSE_POOL_SIZE"] = "1"
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        try await place.serving { _ in
            let shop = "\(place.url)/t/shop/v1"
            let token = try await HTTP.post(
                "\(shop)/register", ["email": "ada@example.com", "password": goodPassword]
            ).text("refresh_token")
            let refreshed = try await place.holding("select id::text from refresh_tokens for update") {
                let refreshed = Task { try await HTTP.post("\(shop)/refresh", ["refresh_token": token]).status }
                try await eventually("the statement that waits") { try await place.waitingSessions() > 0 ? true : nil }
                let ready = try await HTTP.get("\(place.opsURL)/readyz")
                #expect(ready.status == 200, "\(ready.json)")
                return refreshed
            }
            #expect(try await refreshed.value == 200)
        }
    }

    @Test(
        "While PostgreSQL stands still it is unready within its bound, for a crowd as for one, and ready again afterwards"
    )
    func frozenDatabase() async throws {
        try await withDedicatedCluster { cluster async throws in
            let place = try await Installation.migrated(in: TestDatabase.make(on: cluster))
            try await place.serving { program in
                let before = try await HTTP.get("\(place.opsURL)/readyz")
                #expect(before.status == 200, "\(before.json)")
                let threads = ProcessFacts(id: program.id).threads
                try await Standstill.of(cluster) {
                    // What was remembered from before is over by then.
                    let unready = try await eventually("the word that the database doesn't answer") {
                        let answer = try await HTTP.get("\(place.opsURL)/readyz")
                        return answer.status == 503 ? answer : nil
                    }
                    #expect(checks(unready)["database"] == "no answer within 1 s")
                    #expect(checks(unready)["serving"] == "ok")
                    let crowd = try await withThrowingTaskGroup(of: Int.self) { group in
                        for _ in 0..<40 {
                            group.addTask { try await HTTP.get("\(place.opsURL)/readyz").status }
                        }
                        return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
                    }
                    #expect(crowd == [503])
                    #expect(ProcessFacts(id: program.id).threads <= threads + 8, "looks pile up")
                    #expect(try await HTTP.get("\(place.opsURL)/healthz").status == 200)
                    #expect(try await HTTP.get("\(place.url)/healthz").status == 200)
                }
                try await eventually("readiness") {
                    try await HTTP.get("\(place.opsURL)/readyz").status == 200 ? true : nil
                }
            }
        }
    }
}
