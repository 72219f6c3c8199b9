import FoundationEssentials

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The streams of the program: results on standard output, everything else on standard error.
enum Terminal {
    static func printResult(_ text: String) {
        write(text + "\n", to: STDOUT_FILENO)
    }

    static func printDiagnostic(_ text: String) {
        write(text + "\n", to: STDERR_FILENO)
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
        write(question, to: STDERR_FILENO)
        return readLine()
    }

    /// Like `ask`, without showing what is typed.
    static func askSecret(_ question: String) -> String? {
        guard let hiding = HiddenTyping() else { return nil }
        defer {
            hiding.end()
            write("\n", to: STDERR_FILENO)
        }
        return ask(question)
    }

    static func write(_ text: String, to descriptor: Int32) {
        write(Array(text.utf8), to: descriptor)
    }

    /// One system call a message where the kernel takes it whole, so that lines of several threads don't mix.
    static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            if count > 0 { rest = rest.dropFirst(count) }
            if count < 0 && errno == EAGAIN {
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&wait, 1, -1)
            } else if count < 0 && errno != EINTR {
                return
            }
        }
    }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
