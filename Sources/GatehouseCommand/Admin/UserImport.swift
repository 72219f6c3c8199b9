import ArgumentParser
import Gatehouse

struct UserImport: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take over users of another system, with the hashes of their passwords.",
        discussion: """
            Users sign in with the passwords that they have; docs/migrating.md says where the file comes from. Who is there already \
            by their email is passed over, so that the same command goes on where it was interrupted. Who can't be taken over, as \
            where somebody else has registered that email, is named with the line and the reason, the others are imported, and the \
            command ends with 1.
            """)
    var changesNothing: Bool { dryRun }

    @Option(help: "The tenant's slug.") var tenant: String
    @Argument(help: "The file of users; - is standard input.", completion: .file()) var file: String
    @Option(
        help: """
            jsonl, csv, supabase (auth.users as CSV), keycloak (a realm's export), auth0 or firebase. [by the file's name: .jsonl, \
            .csv]
            """)
    var format: ImportFormat?
    @Option(
        help: "File with the password hash parameters of a Firebase project, which nobody else may read.",
        completion: .file())
    var hashConfig: String?
    @Option(help: "Write the refused users to this file, a JSON object a line.", completion: .file())
    var report: String?
    @Flag(help: "Say what would be done, and do nothing.") var dryRun = false
    @OptionGroup var options: AdminOptions

    func validate() throws {
        let format = try chosenFormat()
        if format == .firebase && hashConfig == nil {
            throw ValidationError("--format firebase needs --hash-config.")
        }
        if format != .firebase && hashConfig != nil {
            throw ValidationError("--hash-config is for --format firebase.")
        }
    }

    func perform(in office: AdminOffice) async throws -> Answer {
        let format = try chosenFormat()
        let project = try hashConfig.map(Self.project)
        let input = try InputFile.named(file)
        Terminal.printDiagnostic("gatehouse: Reading \(input.name) as \(format.rawValue).")
        let users = try UserFile(ByteInput(input.piece), format: format, project: project)
        let refusals = try RefusalWriter(report, besides: input)
        let progress = ProgressLine()
        let result = try await office.administration.importUsers(
            of: users, into: tenant, dryRun: dryRun, refuse: refusals.write
        ) { report, isLast in
            progress.show(report.progress, isLast: isLast)
        }
        return .userImport(result)
    }

    private func chosenFormat() throws -> ImportFormat {
        guard let format = format ?? ImportFormat(ofFile: file) else {
            let known = ImportFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--format is needed, one of \(known): the file's name doesn't say it.")
        }
        return format
    }

    private static func project(_ path: String) throws -> FirebaseHashConfig {
        var bytes: [UInt8]
        do throws(FieldFault) {
            bytes = try PrivateFile(path: path, contents: "the hash parameters").read()
        } catch {
            throw Refusal.invalidSetting(error.message)
        }
        defer { bytes.wipe() }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Refusal.invalidSetting("The hash parameters in \(path) are no UTF-8.")
        }
        return try FirebaseHashConfig(parsing: text)
    }
}
