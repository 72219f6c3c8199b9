/// Why a private PostgreSQL could not be found, made, started or stopped. The description is a sentence to act on.
public enum ClusterError: Error, Sendable, Equatable, CustomStringConvertible {
    /// No server binaries in PATH nor where the distributions put them.
    case binariesNotFound(program: String)
    /// Another process holds the folder.
    case alreadyRunning(directory: String, process: Int32?)
    /// The folder can't be used: not a folder, somebody else's, or not writable.
    case unusableDirectory(String, reason: String)
    /// A program could not be started at all.
    case spawnFailed(program: String, reason: String)
    /// `initdb` ended with an error.
    case initializationFailed(directory: String, output: String)
    /// The server ended, or wasn't ready in time; `log` is the end of its log.
    case startFailed(directory: String, log: String)
    /// `start()` was called on a cluster that runs.
    case startedTwice

    public var description: String {
        switch self {
        case .binariesNotFound(let program):
            """
            The PostgreSQL program \(program) was not found in PATH, /usr/lib/postgresql, /usr/pgsql-* or Homebrew. Install it: \
            "apt-get install postgresql" on Debian and Ubuntu, "brew install postgresql@17" on macOS.
            """
        case .alreadyRunning(let directory, let process):
            "\(directory) is already in use"
                + (process.map { " by process \($0)" } ?? "")
                + ": stop that one first, or choose another folder."
        case .unusableDirectory(let directory, let reason):
            "The folder \(directory) can't hold a PostgreSQL cluster: \(reason)"
        case .spawnFailed(let program, let reason):
            "\(program) could not be started: \(reason)"
        case .initializationFailed(let directory, let output):
            "initdb could not make a cluster in \(directory):\n\(output)"
        case .startFailed(let directory, let log):
            "The PostgreSQL in \(directory) did not start; the end of its log:\n\(log)"
        case .startedTwice:
            "The cluster is running already."
        }
    }
}
