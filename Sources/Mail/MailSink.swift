/// Where mails go that nobody is to get: for development, and for looking at them.
///
/// `stdout` writes what a person would read, and `file:FOLDER` a file for each mail, named after its message id, that mail programs
/// open.
public actor MailSink: MailTransport {
    private enum Destination {
        case stream(FileDescriptor)
        case folder(MailFolder)
    }

    private nonisolated let executor = BlockingExecutor("gatehouse.mail.sink")
    private let destination: Destination

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Makes the folder where there is none.
    public init(_ text: String) throws(MailValueFault) {
        if text == "stdout" {
            destination = .stream(.standardOutput)
        } else if text.hasPrefix("file:"), text.utf8.count > "file:".utf8.count {
            destination = .folder(try MailFolder(String(text.dropFirst("file:".count))))
        } else {
            throw MailValueFault("A mail sink is stdout, or file: and the name of a folder.")
        }
    }

    init(stream: FileDescriptor) { destination = .stream(stream) }

    public func send(_ message: MailMessage) async throws(MailFault) {
        let cancellation = Cancellation()
        let isWritten = await withTaskCancellationHandler {
            write(message, unless: cancellation)
        } onCancel: {
            cancellation.raise()
        }
        guard isWritten else { throw cancellation.isRaised ? .cancelled : .sink }
    }

    /// Blocks, and never suspends: no mail comes between the lines of another.
    private func write(_ message: MailMessage, unless cancellation: Cancellation) -> Bool {
        switch destination {
        case .stream(let stream): stream.write(Array(message.readable.utf8), unless: cancellation)
        case .folder(let folder): folder.write(message, unless: cancellation)
        }
    }
}

extension MailMessage {
    /// The head and the text as a person reads them, without what a terminal would obey.
    var readable: String {
        let head = ["From: \(from)", "To: \(to)", "Subject: \(subject)", "Message-ID: <\(messageID)>", ""]
        let shown = text.replacing("\r\n", with: "\n").unicodeScalars.map { scalar in
            scalar == "\n" || scalar == "\t" || scalar.properties.generalCategory != .control ? scalar : "\u{FFFD}"
        }
        let rule = String(repeating: "-", count: 72)
        let body = String(String.UnicodeScalarView(shown))
        return "\(rule)\n\(head.joined(separator: "\n"))\n\(body)\(body.hasSuffix("\n") ? "" : "\n")\(rule)\n"
    }
}
