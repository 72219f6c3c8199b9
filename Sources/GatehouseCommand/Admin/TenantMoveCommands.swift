import ArgumentParser
import Gatehouse

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

struct TenantExport: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a tenant with everything it has to standard output, to be imported elsewhere.",
        discussion: """
            Users with their password hashes, signing keys, settings, sessions and API clients, as they are at one moment. The \
            keys are sealed under a passphrase; the rest is readable, so keep the file as you keep the database. What is \
            signed in, refreshed or changed here afterwards is not in it: disable the tenant first.
            """)
    var needsMasterKey: Bool { true }

    @Argument var slug: String
    @OptionGroup var passphrase: PassphraseOption
    @Flag(help: "The audit trail as well.") var withAudit = false
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var options: AdminOptions

    func perform(in office: AdminOffice) async throws -> Answer {
        guard isatty(STDOUT_FILENO) == 0 else {
            throw Refusal.invalidSetting("Send it to a file: gatehouse admin tenant export \(slug) > \(slug).jsonl")
        }
        try confirmation.require(
            "This writes the keys of \(slug), sealed under the passphrase: who has both can sign tokens of it.")
        let passphrase = try passphrase.passphrase(isNew: true)
        let output = OutputFile()
        let progress = ProgressLine()
        let moved = try await office.administration.exportTenant(
            slug, under: passphrase, withAudit: withAudit,
            progress: { progress.show("rows written: \($0)", isLast: false) }, write: output.write)
        try output.flush()
        var answer = Answer.exported(moved)
        answer.isBeside = true
        return answer
    }
}

struct TenantImport: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Make the tenant that a file of `tenant export` holds; its tokens stay valid.",
        discussion: """
            Everything arrives or nothing does. The tenant is served at once, unless it was disabled when it was exported.
            """)
    var needsMasterKey: Bool { true }

    @Argument(help: "The file; - is standard input, as is none.", completion: .file()) var file: String?
    @OptionGroup var passphrase: PassphraseOption
    @OptionGroup var options: AdminOptions

    func perform(in office: AdminOffice) async throws -> Answer {
        let lines = InputLines(of: try opened(), longest: Administration.longestLineOfTenantFile)
        let passphrase = try passphrase.passphrase(isNew: false)
        let progress = ProgressLine()
        let moved = try await office.administration.importTenant(
            under: passphrase, progress: { progress.show("rows read: \($0)", isLast: false) }, nextLine: lines.next)
        return .imported(moved)
    }

    private func opened() throws -> InputFile {
        if let file { return try InputFile.named(file) }
        guard isatty(STDIN_FILENO) == 0 else {
            throw Refusal.invalidSetting("Name the file: gatehouse admin tenant import FILE")
        }
        return InputFile()
    }
}
