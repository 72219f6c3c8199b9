import ArgumentParser
import FoundationEssentials
import Gatehouse

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A command of `gatehouse admin`: it does its work as the owner of the database and answers with one value.
protocol AdminCommand: AsyncParsableCommand {
    var options: AdminOptions { get }
    /// Whether keys are made or opened, for which the master key is needed.
    var needsMasterKey: Bool { get }
    /// Whether it only tells something, so that it can be repeated where that is lost.
    var changesNothing: Bool { get }
    func perform(in office: AdminOffice) async throws -> Answer
}

extension AdminCommand {
    var needsMasterKey: Bool { false }
    var changesNothing: Bool { false }

    func run() async throws {
        try await options.output.report(changesNothing: changesNothing) {
            try await AdminOffice.open(options, withMasterKey: needsMasterKey) { office in
                try await perform(in: office)
            }
        }
    }
}

struct OutputOptions: ParsableArguments {
    @Flag(help: "Print one JSON value on standard output.")
    var json = false

    /// Prints the answer and its note, or the failure: one line each on standard error, with `--json` also as an object.
    func report(changesNothing: Bool, _ work: () async throws -> Answer) async throws {
        let answer: Answer
        do {
            answer = try await work()
        } catch let exit as ExitCode {
            throw exit
        } catch {
            let failure = Failure(error)
            for line in failure.lines { Terminal.printDiagnostic("gatehouse: \(line)") }
            // The line has said it, where this is lost.
            if json { try? Terminal.printResult(failure.json.text) }
            throw ExitCode(ExitStatus.failed)
        }
        try show(answer, changesNothing: changesNothing)
        if let note = answer.note { Terminal.printDiagnostic("gatehouse: \(note)") }
        guard answer.isSuccess else { throw ExitCode(ExitStatus.failed) }
    }

    private func show(_ answer: Answer, changesNothing: Bool) throws(Failure) {
        let stream = answer.isBeside ? STDERR_FILENO : STDOUT_FILENO
        let text = json ? answer.json.text : answer.text(Terminal.hasColour(stream))
        if answer.isBeside { return Terminal.printDiagnostic(text) }
        let usual = changesNothing ? Terminal.harmlessLoss : "What the command was to change is changed all the same."
        try Terminal.printResult(text, orElse: answer.loss ?? usual)
    }
}

struct AdminOptions: ParsableArguments {
    @OptionGroup var output: OutputOptions

    @Option(help: "Who is recorded as the one who did it. [your user name]")
    var actor: String?

    @OptionGroup(visibility: .hidden)
    var database: DatabaseFlags

    @OptionGroup(visibility: .hidden)
    var masterKey: MasterKeyFlags

    @OptionGroup(visibility: .hidden)
    var shared: SharedFlags

    func validate() throws {
        guard let actor else { return }
        guard !Administration.isReservedActor(actor) else {
            throw ValidationError("--actor can't be \(actor): the audit trail means something else by it.")
        }
        let isPrintable = actor.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        guard !actor.isEmpty, actor.utf8.count <= 200, isPrintable else {
            throw ValidationError("--actor must be a name of 1 to 200 bytes without control characters.")
        }
    }

    var givenSettings: [Setting: String] { .init(database, masterKey, shared) }

    var actorName: String {
        if let actor { return actor }
        let name = getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) }
        guard let name, !Administration.isReservedActor(name) else { return "uid \(getuid())" }
        return name
    }
}
