import FoundationEssentials

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A folder that mails are written to, for whoever runs this program and nobody else, as there may be keys to accounts in them.
struct MailFolder {
    private let path: String

    init(_ path: String) throws(MailValueFault) {
        do {
            let mode: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true, attributes: mode)
        } catch {
            throw MailValueFault("The folder for mails can't be made.")
        }
        guard access(path, W_OK | X_OK) == 0 else { throw MailValueFault("The folder for mails can't be written to.") }
        self.path = path
    }

    /// Blocks. The file is there as a whole or not at all. The same mail, written again, takes its own place.
    func write(_ message: MailMessage, unless cancellation: Cancellation) -> Bool {
        let name = "\(Self.fileName(of: message.messageID)).eml"
        let draft = "\(path)/.\(UInt64.random(in: .min ... .max)).tmp"
        guard let file = FileDescriptor(creating: draft) else { return false }
        let isWritten = file.write(message.rendered(), unless: cancellation)
        let isKept = file.close()
        if isWritten, isKept, rename(draft, "\(path)/\(name)") == 0 { return true }
        unlink(draft)
        return false
    }

    /// The id, with `%` and two digits for each byte that a file system or a shell might not take for a letter.
    static func fileName(of id: MessageID) -> String {
        let plain = Set("-._@+=".utf8)
        let bytes = id.text.utf8.map { byte in
            byte.isASCIILetterOrDigit || plain.contains(byte)
                ? String(UnicodeScalar(byte)) : "%" + String(byte, radix: 16, uppercase: true)
        }
        // With .eml a name has 255 bytes at most. What begins with a hyphen would be taken for an option.
        let name = bytes.joined().prefix(250)
        return name.hasPrefix("-") ? "%2D" + name.dropFirst().prefix(247) : String(name)
    }
}
