import Foundation
import Testing

@Suite("gatehouse admin mail")
struct MailCommandTests {
    @Test("Wording that is set is shown as an object, and as a table for people")
    func template() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        let file = FileManager.default.temporaryDirectory.appending(path: "wording-\(UUID())")
        try Data("Your password was changed.".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let command = ["mail", "template", "set", "shop", "password_changed", "--subject", "News"]
        let flags = ["--text-file", file.path, "--locale", "de"]
        let shown = try await Program.run(["admin"] + command + flags + ["--json"], place.environment)
        #expect(Set(shown.object.keys) == ["kind", "locale", "subject", "text", "html"], "\(shown.errors)")
        #expect(shown.object["kind"] as? String == "password_changed" && shown.object["locale"] as? String == "de")
        #expect(try await Program.admin("mail", "template", "list", "shop", in: place).list.count == 1)
        let table = try await Program.run(["admin"] + command + flags, place.environment)
        #expect(table.output.hasPrefix("KIND ") && table.output.contains("News"), "\(table.output)")
    }

    @Test("Wording that is longer than any may be is refused without being read to its end")
    func endlessTemplate() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        let pipe = FileManager.default.temporaryDirectory.appending(path: "wording-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: pipe) }
        // The shell holds the pipe open, so that it comes to no end before the command does.
        let command = """
            mkfifo "$1"; exec 3<>"$1"; head -c 65537 /dev/zero >&3 &
            "$0" admin mail template set shop password_changed --subject News --text-file "$1" 3>&-
            status=$?; kill $!; exit $status
            """
        let outcome = try await Program.run(["-c", command, Program.path, pipe], place.environment, program: "/bin/sh")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("\(pipe) can't be read as UTF-8 of at most 64 KiB."), "\(outcome.errors)")
    }

    @Test("A dead letter that is named is queued again as an object, all of them as an array")
    func retry() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        try await place.asSuperuser(Self.deadLetters)
        let dead = try await Program.admin("mail", "list", "shop", "--limit", "2", in: place)
        #expect(dead.list.count == 2 && dead.errors == "")
        let cut = try await Program.admin("mail", "list", "shop", "--limit", "1", in: place)
        #expect(cut.list.count == 1 && cut.errors == "gatehouse: There are more: --limit takes up to 1000.\n")
        let id = try #require(dead.list.first?["id"] as? String)
        let one = try await Program.admin("mail", "retry", "shop", id, in: place)
        #expect(one.object["kind"] as? String == "already_registered", "\(one.output) \(one.errors)")
        #expect(one.object["state"] as? String == "waiting")
        let all = try await Program.admin("mail", "retry", "shop", in: place)
        #expect(all.list.count == 1, "\(all.output) \(all.errors)")
        #expect(try await Program.admin("mail", "retry", "shop", in: place).json is [Any], "an array also of none")
    }

    private static let deadLetters = """
        insert into mails (tenant_id, id, kind, recipient, failed_at, failure)
        select t.id, gen_random_uuid(), 'already_registered', address, now(), 'smtp_550'
        from tenants t, unnest(array['ada@example.com', 'bob@example.com']) address
        """
}
