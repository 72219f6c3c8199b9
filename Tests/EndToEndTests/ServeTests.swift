import Foundation
import TestSupport
import Testing

@Suite("gatehouse serve")
struct ServeTests {
    @Test("Register, login, me, refresh and logout work through HTTP")
    func session() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        try await place.serving { _ in
            let base = "\(place.url)/t/shop/v1"
            let credentials = ["email": "ada@example.com", "password": goodPassword]
            #expect(try await HTTP.post("\(base)/register", credentials).status == 201)
            let session = try await HTTP.post("\(base)/login", credentials)
            #expect(session.status == 200)
            let me = try await HTTP.get("\(base)/me", bearer: session.text("access_token"))
            #expect(me.text("email") == "ada@example.com")
            let next = try await HTTP.post("\(base)/refresh", ["refresh_token": session.text("refresh_token")])
            #expect(next.status == 200)
            #expect(try await HTTP.post("\(base)/logout", [:], bearer: next.text("access_token")).status == 204)
            let gone = try await HTTP.post("\(base)/refresh", ["refresh_token": next.text("refresh_token")])
            #expect(gone.text("code") == "session_ended")
        }
    }

    @Test("A rotation while the service runs signs the next token anew, and what was signed before still verifies")
    func rotation() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        try await place.serving { _ in
            let base = "\(place.url)/t/shop"
            let credentials = ["email": "ada@example.com", "password": goodPassword]
            let before = try await HTTP.post("\(base)/v1/register", credentials)
            let oldKey = header(of: before.text("access_token"))["kid"] as? String
            let rotated = try await Program.admin("keys", "rotate", "shop", "--force", in: place)
            #expect(rotated.status == 0, "\(rotated.errors)")

            let newKey = try await eventually("a token of the new key", within: .seconds(5)) {
                let session = try await HTTP.post("\(base)/v1/login", credentials)
                let key = header(of: session.text("access_token"))["kid"] as? String
                return key == oldKey ? nil : key
            }
            #expect(try await HTTP.get("\(base)/v1/me", bearer: before.text("access_token")).status == 200)
            let jwks = try await HTTP.get("\(base)/.well-known/jwks.json")
            let published = (jwks.json["keys"] as? [[String: Any]] ?? []).compactMap { $0["kid"] as? String }
            #expect(published.contains(newKey))
            #expect(published.contains(oldKey ?? ""))

            let verdict = try await Program.admin(
                "jws", "verify", "shop", in: place, input: before.text("access_token"))
            #expect(verdict.object["valid"] as? Bool == true, "\(verdict.errors)")
        }
    }

    @Test("A tenant's schedule rotates its keys while the service runs, and nobody is signed out")
    func schedule() async throws {
        let place = try await Installation.migrated()
        let fast = ["GATEHOUSE_JWKS_MAX_AGE": "1s"]
        let created = try await Program.run(
            ["admin", "tenant", "create", "shop", "--rotate-every", "1s"], place.environment.merging(fast) { $1 })
        #expect(created.status == 0, "\(created.errors)")
        try await place.serving(fast) { _ in
            let base = "\(place.url)/t/shop"
            let credentials = ["email": "ada@example.com", "password": goodPassword]
            let session = try await HTTP.post("\(base)/v1/register", credentials)
            let first = header(of: session.text("access_token"))["kid"] as? String
            _ = try await eventually("a rotation by schedule") {
                let session = try await HTTP.post("\(base)/v1/login", credentials)
                return header(of: session.text("access_token"))["kid"] as? String == first ? nil : true
            }
            #expect(try await HTTP.get("\(base)/v1/me", bearer: session.text("access_token")).status == 200)
            let refreshed = try await HTTP.post(
                "\(base)/v1/refresh", ["refresh_token": session.text("refresh_token")])
            #expect(refreshed.status == 200)
        }
    }

    @Test("SIGTERM ends it with 0, and its log is one JSON object a line")
    func gracefulEnd() async throws {
        let place = try await Installation.migrated()
        let log = try await place.serving(["GATEHOUSE_LOG_LEVEL": "debug"]) { service in
            service.send(SIGTERM)
            let status = await service.waitForEnd()
            #expect(status == 0)
            return service.errors
        }
        let lines = log.split(separator: "\n")
        #expect(!lines.isEmpty)
        for line in lines {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(Set(object.keys).isSuperset(of: ["time", "level", "message"]))
        }
    }
}
