import Foundation
import TestSupport
import Testing

private let newPassword = "amber-Falcon83-jetty-quasar"

/// What a person does with the mails they get, over a server that wants TLS and an account.
@Suite(
    "Mails, from a request to what they bring", .timeLimit(.minutes(3)),
    .enabled(if: MailServer.isExpected, "aiosmtpd isn't installed (apt install python3-aiosmtpd)"))
struct MailFlowTests {
    @Test("A forgotten password is chosen anew by the link in a mail, which signs everybody out, once")
    func reset() async throws {
        try await serving { app in
            let session = try await app.register("ada@example.com")
            #expect(try await app.post("/password/forgot", ["email": "nobody@example.com"]).status == 202)
            #expect(try await app.post("/password/forgot", ["email": "ada@example.com"]).status == 202)
            let mail = try await app.mail(to: "ada@example.com", about: "new password")
            #expect(mail.tls?.hasPrefix("TLSv1.") == true && mail.login == "PLAIN gatehouse")
            #expect(mail.values("From") == ["Shop <no-reply@shop.example>"])
            let token = try app.token(in: mail, "rst_")

            let change = ["token": token, "new_password": newPassword]
            #expect(try await app.post("/password/reset", change).status == 204)
            #expect(try await app.post("/password/reset", change).text("code") == "invalid_token")
            #expect(try await app.post("/refresh", ["refresh_token": session.text("refresh_token")]).status == 401)
            #expect(try await app.logIn("ada@example.com", goodPassword).status == 401)
            #expect(try await app.logIn("ada@example.com", newPassword).status == 200)
            _ = try await app.mail(to: "ada@example.com", about: "has been changed")
        }
    }

    @Test("Of fifty resets at once by one link one succeeds; a code is good for five guesses")
    func onceOnly() async throws {
        try await serving { app in
            _ = try await app.register("ada@example.com")
            _ = try await app.post("/password/forgot", ["email": "ada@example.com"])
            let token = try app.token(in: try await app.mail(to: "ada@example.com", about: "new password"), "rst_")
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        try await app.post(
                            "/password/reset", ["token": token, "new_password": "\(newPassword)-\(number)"]
                        ).status
                    }
                }
                return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(statuses == [204: 1, 401: 49])

            _ = try await app.post("/password/forgot", ["email": "ada@example.com"])
            let code = try app.code(in: try await app.mail(to: "ada@example.com", about: "new password"))
            let wrong = code == "00000000" ? "00000001" : "00000000"
            for guess in [wrong, wrong, wrong, wrong, wrong, code] {
                let answer = try await app.post(
                    "/password/reset", ["email": "ada@example.com", "code": guess, "new_password": newPassword])
                #expect(answer.status == 401 && answer.text("code") == "invalid_token", "\(answer.json)")
            }
        }
    }

    @Test("Where addresses have to be verified nobody is let in before, and a known address is told by mail alone")
    func verification() async throws {
        try await serving(["--require-verified-email"]) { app in
            let first = try await app.register("ada@example.com")
            let token = try app.token(in: try await app.mail(to: "ada@example.com", about: "Confirm"), "vfy_")
            let again = try await app.register("Ada@example.com")
            #expect(first.status == 202 && again.status == 202)
            #expect(first.json as NSDictionary == again.json as NSDictionary)
            _ = try await app.mail(to: "ada@example.com", about: "account at")
            let refused = try await app.logIn("ada@example.com", goodPassword)
            #expect(refused.status == 403 && refused.text("code") == "email_not_verified")
            #expect(try await app.logIn("ada@example.com", newPassword).status == 401)
            #expect(try await app.post("/email/verify", ["token": token]).status == 204)
            let session = try await app.logIn("ada@example.com", goodPassword)
            #expect(session.status == 200)
            #expect((session.json["user"] as? [String: Any])?["email_verified"] as? Bool == true)
        }
    }

    @Test("A sign-in by mail takes a link or a code, as the tenant has it", arguments: ["link", "code"])
    func passwordless(kind: String) async throws {
        try await serving(["--email-login", kind]) { app in
            _ = try await app.register("ada@example.com")
            #expect(try await app.post("/login/email", ["email": "ada@example.com"]).status == 202)
            let mail = try await app.mail(to: "ada@example.com", about: "Sign in")
            let body =
                kind == "link"
                ? ["token": try app.token(in: mail, "lgn_")]
                : ["email": "ada@example.com", "code": try app.code(in: mail)]
            let session = try await app.post("/login/email/verify", body)
            #expect(session.status == 200 && !session.text("refresh_token").isEmpty)
            #expect(try await app.post("/login/email/verify", body).status == 401)
        }
    }

    @Test("A change of address is confirmed at the new one and undone from the old one")
    func changeOfAddress() async throws {
        try await serving { app in
            let session = try await app.register("ada@example.com")
            let bearer = session.text("access_token")
            let verification = try app.token(in: try await app.mail(to: "ada@example.com", about: "Confirm"), "vfy_")
            #expect(try await app.post("/email/verify", ["token": verification]).status == 204)
            let change = ["email": "eve@example.net", "current_password": goodPassword]
            #expect(try await app.post("/email", change, bearer: bearer).status == 202)
            let confirmation = try await app.mail(to: "eve@example.net", about: "new email address")
            let token = try app.token(in: confirmation, "chg_")
            #expect(try await app.post("/email/confirm", ["token": token]).status == 204)
            let notice = try await app.mail(to: "ada@example.com", about: "has been changed")
            #expect(notice.text?.contains("eve@example.net") == true)
            #expect(try await app.logIn("ada@example.com", goodPassword).status == 401)
            #expect(try await app.logIn("eve@example.net", goodPassword).status == 200)
            let undo = ["token": try app.token(in: notice, "und_")]
            #expect(try await app.post("/email/undo", undo).status == 204)
            #expect(try await app.post("/email/undo", undo).status == 401)
            #expect(try await app.logIn("ada@example.com", goodPassword).status == 200)
            #expect(try await app.logIn("eve@example.net", goodPassword).status == 401)
        }
    }

    @Test("A deleted account leaves nothing of its owner, and another registration is another user")
    func deletion() async throws {
        try await serving { app in
            let session = try await app.register("ada@example.com")
            let id = try #require((session.json["user"] as? [String: Any])?["id"] as? String)
            let headers = [
                "Authorization": "Bearer \(session.text("access_token"))", "Content-Type": "application/json",
            ]
            let body = try JSONSerialization.data(withJSONObject: ["current_password": goodPassword])
            #expect(try await HTTP.send("DELETE", "\(app.url)/me", headers, body: body).status == 204)
            #expect(try await app.logIn("ada@example.com", goodPassword).status == 401)
            let again = try await app.register("ada@example.com")
            #expect((again.json["user"] as? [String: Any])?["id"] as? String != id)
        }
    }

    @Test("Where the Host header of a request says something else, the link leads to the tenant's page")
    func host() async throws {
        try await serving { app in
            _ = try await app.register("ada@example.com")
            let body = try JSONSerialization.data(withJSONObject: ["email": "ada@example.com"])
            let headers = [
                "Content-Type": "application/json", "X-Forwarded-Host": "evil.example",
                "Forwarded": "host=evil.example",
                "Origin": "https://evil.example", "Referer": "https://evil.example/",
            ]
            #expect(try await HTTP.send("POST", "\(app.url)/password/forgot", headers, body: body).status == 202)
            let mail = try await app.mail(to: "ada@example.com", about: "new password")
            #expect(!String(decoding: mail.raw, as: UTF8.self).contains("evil"))
        }
    }

    /// A service with a tenant `shop` whose mails go to a server of its own.
    private func serving(_ settings: [String] = [], _ body: @Sendable (App) async throws -> Void) async throws {
        try await TestAuthority.with { authority in
            let options = ["--tls", "starttls", "--account", "gatehouse:hunter2", "--mechanism", "PLAIN"]
            try await MailServer.run(options + authority.server()) { server in
                // It goes with the authority's folder.
                let passwordFile = "\(authority.file).password"
                let mode = [FileAttributeKey.posixPermissions: 0o600]
                let isWritten = FileManager.default.createFile(
                    atPath: passwordFile, contents: Data("hunter2\n".utf8), attributes: mode)
                try #require(isWritten)
                var place = try await Installation.migrated()
                place.settings = [
                    "GATEHOUSE_SMTP_URL": "smtp://gatehouse@localhost:\(server.port)",
                    "GATEHOUSE_SMTP_PASSWORD_FILE": passwordFile, "GATEHOUSE_SMTP_CA_FILE": authority.file,
                    "GATEHOUSE_LIMITS": "off",
                ]
                let made = try await Program.run(
                    [
                        "admin", "tenant", "create", "shop", "--mail-from", "Shop <no-reply@shop.example>",
                        "--app-url", "https://shop.example/account",
                    ] + settings, place.environment)
                try #require(made.status == 0, "\(made.errors)")
                try await place.serving { _ in try await body(App(url: "\(place.url)/t/shop/v1", server: server)) }
            }
        }
    }
}

/// An app of the tenant, and the mailboxes of its users.
private struct App: Sendable {
    let url: String
    let server: MailServer

    func post(_ path: String, _ body: [String: String], bearer: String? = nil) async throws -> HTTP.Answer {
        try await HTTP.post(url + path, body, bearer: bearer)
    }

    func register(_ email: String) async throws -> HTTP.Answer {
        try await post("/register", ["email": email, "password": goodPassword])
    }

    func logIn(_ email: String, _ password: String) async throws -> HTTP.Answer {
        try await post("/login", ["email": email, "password": password])
    }

    /// The next mail to that address whose subject holds these words; others are left unread.
    func mail(to recipient: String, about words: String) async throws -> ReceivedMail {
        while true {
            let mail = try await server.mail()
            #expect(mail.defects.isEmpty)
            if mail.recipients == [recipient], mail.values("Subject").first?.contains(words) == true { return mail }
        }
    }

    /// The token of the one link, which stands in text and HTML alike.
    func token(in mail: ReceivedMail, _ prefix: String) throws -> String {
        let text = try #require(mail.text), html = try #require(mail.html)
        let link = try #require(
            text.firstMatch(of: #/https://shop\.example/account\?token=([a-z]{3}_[A-Za-z0-9_-]{43})/#))
        let token = String(link.1)
        #expect(token.hasPrefix(prefix) && html.contains("https://shop.example/account?token=\(token)"))
        return token
    }

    func code(in mail: ReceivedMail) throws -> String {
        String(try #require(mail.text?.firstMatch(of: #/(?m)^(\d{8})$/#)).1)
    }
}
