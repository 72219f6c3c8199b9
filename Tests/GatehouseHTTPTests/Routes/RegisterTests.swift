import Gatehouse
import Testing

@Suite struct RegisterTests {
    @Test func `Register answers 201 with a whole session`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let email = randomEmail()
        let reply = try await tenant.register(email, ["username": "Ada.L", "name": "Ada Łovelace"])
        #expect(reply.status == 201)
        #expect(
            try Set(reply.json.names) == [
                "access_token", "token_type", "expires_in", "refresh_token", "refresh_expires_in", "user",
                "device_token",
            ])
        let user = try #require(try reply.json["user"]?.objectValue)
        #expect(user["email"] == .string(email))
        #expect(user["email_verified"] == false)
        #expect(user["username"] == "Ada.L")
        #expect(user["name"] == "Ada Łovelace")
        #expect(reply.all("set-cookie").isEmpty)
        #expect(try await tenant.me(try reply.text("access_token")).json == user)
    }
}
