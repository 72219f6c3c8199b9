import ArgumentParser
import Gatehouse

/// Where the passphrase of a tenant's file comes from: a file, or a question on a terminal; never an argument.
struct PassphraseOption: ParsableArguments {
    @Option(
        help: "File with the passphrase, which nobody else may read; without it a terminal is asked.",
        completion: .file())
    var passphraseFile: String?

    /// - Parameter isNew: Whether it is being chosen, so that a slip of the finger must be noticed.
    func passphrase(isNew: Bool) throws -> Passphrase {
        do {
            guard let passphraseFile else { return try Passphrase(try asked(isNew: isNew)) }
            var bytes = try PrivateFile(path: passphraseFile, contents: "the passphrase").read()
            defer { bytes.wipe() }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw Refusal.invalidSetting("The passphrase in \(passphraseFile) is no UTF-8.")
            }
            return try Passphrase(StandardInput.withoutNewline(text))
        } catch let fault as FieldFault {
            throw Refusal.invalidSetting(fault.message)
        }
    }

    private func asked(isNew: Bool) throws -> String {
        guard Terminal.isInteractive, let first = Terminal.askSecret("Passphrase of the file: ") else {
            throw Refusal.invalidSetting(
                "A passphrase is needed: give --passphrase-file FILE, or run this on a terminal to be asked for it.")
        }
        guard !isNew || Terminal.askSecret("The same again: ") == first else {
            throw Refusal.invalidSetting("The two passphrases differ; nothing was done.")
        }
        return first
    }
}
