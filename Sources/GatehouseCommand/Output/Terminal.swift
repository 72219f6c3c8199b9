import FoundationEssentials

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The streams of the program: results on standard output, everything else on standard error.
enum Terminal {
    static let harmlessLoss = "Nothing else was to be done."

    /// Throws a `Failure` when not all of it arrived.
    ///
    /// - Parameter loss: What that means, as a sentence.
    static func printResult(_ text: String, orElse loss: String = Terminal.harmlessLoss) throws(Failure) {
        do throws(LostOutput) {
            try write(text + "\n", to: STDOUT_FILENO)
        } catch {
            throw Failure(code: "invalid_setting", "Standard output can't be written: \(error.reason). \(loss)")
        }
    }

    /// Where nobody can be told there is nobody to tell that to.
    static func printDiagnostic(_ text: String) {
        try? write(text + "\n", to: STDERR_FILENO)
    }

    static var isInteractive: Bool {
        isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1
    }

    /// Colour only on a terminal that can show it, and not where `NO_COLOR` is set to anything (no-color.org).
    static func hasColour(_ descriptor: Int32) -> Bool {
        let environment = ProcessInfo.processInfo.environment
        return isatty(descriptor) == 1 && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    /// A line from standard input, after a question on standard error; nil at the end of the input.
    static func ask(_ question: String) -> String? {
        try? write(question, to: STDERR_FILENO)
        return readLine()
    }

    /// Like `ask`, without showing what is typed.
    static func askSecret(_ question: String) -> String? {
        guard let hiding = HiddenTyping() else { return nil }
        defer {
            hiding.end()
            try? write("\n", to: STDERR_FILENO)
        }
        return ask(question)
    }

    static func write(_ text: String, to descriptor: Int32) throws(LostOutput) {
        try write(Array(text.utf8), to: descriptor)
    }

    /// One system call a message where the kernel takes it whole, so that lines of several threads don't mix.
    static func write(_ bytes: [UInt8], to descriptor: Int32) throws(LostOutput) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count < 0 && errno == EAGAIN {
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&wait, 1, -1)
            } else if count == 0 || errno != EINTR {
                throw LostOutput(reason: String(cString: strerror(errno)), written: bytes.count - rest.count)
            }
        }
    }
}

/// Not all of something was written: the disk is full, for instance.
struct LostOutput: Error {
    let reason: String
    /// How many bytes were written before.
    let written: Int
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
