import ArgumentParser

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The program: every subcommand, and the exit codes 0 done, 1 refused or failed, 2 wrong usage.
@main
struct Main: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gatehouse",
        abstract: "A login service for several apps on one PostgreSQL.",
        discussion: "Try it with: gatehouse dev",
        version: Version.current,
        subcommands: [Dev.self, Serve.self, Migrate.self, Admin.self])

    static func main() async {
        ProcessSecrecy.begin()
        do {
            var command = try parseAsRoot(SwitchArguments.completed(Array(CommandLine.arguments.dropFirst())))
            guard type(of: command).configuration.subcommands.isEmpty else {
                Terminal.printDiagnostic(helpMessage(for: type(of: command)))
                ExitStatus.end(ExitStatus.usage)
            }
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            end(with: error)
        }
    }

    private static func end(with error: any Error) -> Never {
        if error is ExitCode { exit(withError: error) }
        if exitCode(for: error) == .success { printHelp(error) }
        if exitCode(for: error) == .validationFailure {
            Terminal.printDiagnostic(fullMessage(for: error))
            ExitStatus.end(ExitStatus.usage)
        }
        fail(Failure(error))
    }

    /// What was asked for by `--help` or `--version`, which the library has as an error.
    private static func printHelp(_ request: any Error) -> Never {
        do throws(Failure) {
            try Terminal.printResult(fullMessage(for: request))
        } catch {
            fail(error)
        }
        ExitStatus.end(ExitStatus.done)
    }

    private static func fail(_ failure: Failure) -> Never {
        for line in failure.lines { Terminal.printDiagnostic("gatehouse: \(line)") }
        ExitStatus.end(ExitStatus.failed)
    }
}

enum ExitStatus {
    static let done: Int32 = 0
    static let failed: Int32 = 1
    static let usage: Int32 = 2

    static func end(_ status: Int32) -> Never {
        exit(status)
    }
}

enum Version {
    static let current = "0.1.0"
}
