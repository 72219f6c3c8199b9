import ArgumentParser
import FoundationEssentials
import Gatehouse
import Migrations

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the database to this program's schema, as its owner.",
        discussion: "Safe to repeat and to run from several places at once.")

    @Flag(help: "Print the SQL that would run, and run nothing.") var dryRun = false
    @Flag(help: "Exit with 1 when migrations are missing, and run nothing.") var check = false
    @OptionGroup(title: "Settings") var database: DatabaseFlags

    func validate() throws {
        if dryRun && check { throw ValidationError("--dry-run and --check exclude each other.") }
    }

    func run() async throws {
        var reader = SettingsReader(flags: database.given, environment: ProcessInfo.processInfo.environment)
        let url = reader.ownerDatabaseURL()
        try reader.throwProblems()
        guard let url else { return }
        let migrator = Migrator(databaseURL: url.text)
        if dryRun {
            try Terminal.printResult(await migrator.dryRun())
        } else if check {
            try await report(pending: migrator.pending())
        } else {
            try await apply(migrator)
        }
    }

    private func report(pending: [Migration]) throws {
        if pending.isEmpty { return Terminal.printDiagnostic("The database is up to date.") }
        let names = pending.map(\.label).joined(separator: ", ")
        throw Refusal.schemaOutdated("Migrations are missing: \(names). Run: gatehouse migrate")
    }

    private func apply(_ migrator: Migrator) async throws {
        let applied = try await migrator.apply {
            Terminal.printDiagnostic("Applying \($0.label) …")
        } warn: {
            Terminal.printDiagnostic("gatehouse: \($0)")
        }
        let summary =
            switch applied.count {
            case 0: "The database is up to date."
            case 1: "Applied 1 migration."
            case let count: "Applied \(count) migrations."
            }
        Terminal.printDiagnostic(summary)
    }
}

extension Migration {
    fileprivate var label: String { "\(version) (\(name))" }
}
