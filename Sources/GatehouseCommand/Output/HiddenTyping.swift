#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The terminal of standard input doesn't show what is typed from here to `end()`, or to a signal that ends the program.
struct HiddenTyping {
    private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

    private let handlers: [(signal: Int32, before: SignalHandler?)]

    /// Nil where there is no terminal.
    init?() {
        guard isatty(STDIN_FILENO) == 1 else { return nil }
        // Only what POSIX allows in a handler, and no state but the terminal's own.
        handlers = Self.signals.map { number in
            let before = signal(number) { number in
                HiddenTyping.show(true)
                signal(number, SIG_DFL)
                // It waits for the end of its own handler otherwise.
                var itself = sigset_t()
                sigemptyset(&itself)
                sigaddset(&itself, number)
                pthread_sigmask(SIG_UNBLOCK, &itself, nil)
                raise(number)
                // The first process of a container isn't ended by that, and would show the password that is typed next.
                _exit(128 + number)
            }
            return (number, before)
        }
        Self.show(false)
    }

    func end() {
        Self.show(true)
        for handler in handlers { signal(handler.signal, handler.before) }
    }

    private static func show(_ shows: Bool) {
        var attributes = termios()
        guard tcgetattr(STDIN_FILENO, &attributes) == 0 else { return }
        if shows {
            attributes.c_lflag |= tcflag_t(ECHO)
        } else {
            attributes.c_lflag &= ~tcflag_t(ECHO)
        }
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &attributes)
    }
}

private typealias SignalHandler = @convention(c) (Int32) -> Void
