import ArgumentParser
import Gatehouse

struct JWSCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jws", abstract: "Signed tokens.", subcommands: [Verify.self])

    struct Verify: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say whether the token on standard input is valid, and why not.")
        var needsMasterKey: Bool { true }
        var changesNothing: Bool { true }

        @Argument var tenant: String
        @Option(help: "access or refresh.") var use: KeyUse = .access
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            // What is too long or no text is no token either, and gets a verdict like any other.
            let token = (try? StandardInput.secret()) ?? ""
            let verdict = try await office.administration.verifyToken(tenant: tenant, token: token, use: use)
            let reason = verdict.reason?.rawValue
            if let reason { Terminal.printDiagnostic("gatehouse: The token is not valid: \(reason).") }
            let claims = verdict.claims.map { JSON.object($0) } ?? .null
            return Answer(
                json: ["valid": .bool(verdict.valid), "reason": .optional(reason), "claims": claims],
                isSuccess: verdict.valid
            ) { coloured in
                Card(members: [
                    ("valid", .init(verdict.valid ? "yes" : "no", verdict.valid ? .good : .bad)),
                    ("reason", .init(reason ?? "–")),
                    ("claims", .init(claims.text)),
                ]).rendered(coloured: coloured)
            }
        }
    }
}
