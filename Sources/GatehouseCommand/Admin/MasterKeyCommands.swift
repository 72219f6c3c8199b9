import ArgumentParser
import Gatehouse

struct MasterKeyCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "master-key", abstract: "The key that encrypts signing keys.", subcommands: [Generate.self])

    struct Generate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a new master key in base64; nothing is stored.",
            discussion: "Keep it in a file only you can read: (umask 077; gatehouse admin master-key generate > FILE)")

        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await output.report {
                let key = MasterKey.generate().base64
                return Answer(json: ["key": .string(key)], text: key)
            }
        }
    }
}
