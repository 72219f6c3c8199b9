import ArgumentParser
import Gatehouse

struct MasterKeyCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "master-key", abstract: "The key that encrypts signing keys and the secrets of webhooks.",
        subcommands: [Generate.self, Rotate.self, Verify.self])

    struct Generate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a new master key in base64; nothing is stored.",
            discussion: "Keep it in a file only you can read: (umask 077; gatehouse admin master-key generate > FILE)")

        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await output.report(changesNothing: true) {
                let key = MasterKey.generate().base64
                return Answer(json: ["key": .string(key)], text: key).orElse(
                    "The key is stored nowhere; generate another.")
            }
        }
    }

    struct Rotate: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Seal every signing key and every webhook's secret anew under the first of the master keys that are set.",
            discussion: """
                While it runs both keys are in use: the file that GATEHOUSE_MASTER_KEY_FILE names has the new one on its \
                first line and the old one below, for this command and for every instance. It may be interrupted and \
                repeated at any time.
                """)
        var needsMasterKey: Bool { true }
        var changesNothing: Bool { dryRun }

        @Flag(help: "Say what would be done, and do nothing.") var dryRun = false
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            let progress = ProgressLine()
            let report = try await office.administration.rotateMasterKey(dryRun: dryRun) {
                progress.show("\($0.keys.resealed) of \($0.keys.count) keys \(dryRun ? "to seal" : "sealed") anew", $0)
            }
            return .masterKeyRotation(report, dryRun: dryRun)
        }
    }

    struct Verify: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Look whether every signing key and every webhook's secret opens, and name those that don't.")
        var needsMasterKey: Bool { true }
        var changesNothing: Bool { true }

        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            let progress = ProgressLine()
            return .masterKeyVerification(
                try await office.administration.verifyMasterKey { progress.show("\($0.keys.count) keys looked at", $0) }
            )
        }
    }
}

extension ProgressLine {
    fileprivate func show(_ what: String, _ report: MasterKeyReport) {
        show("\(what), \(report.tenants) of \(report.allTenants) tenants", isLast: report.tenants == report.allTenants)
    }
}
