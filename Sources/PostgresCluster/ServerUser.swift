#if canImport(Darwin)
    package import Darwin
#else
    package import Glibc
#endif

/// The user the server runs as: ours, or an unprivileged one when we are root, as whom PostgreSQL refuses to run.
package struct ServerUser: Sendable, Equatable {
    let name: String
    package let id: uid_t
    package let group: gid_t
    /// Whether we are root and have to step down for it.
    let isOther: Bool

    package static func current() throws(ClusterError) -> ServerUser {
        guard geteuid() == 0 else {
            return ServerUser(name: "", id: geteuid(), group: getegid(), isOther: false)
        }
        for name in ["postgres", "_postgres", "nobody"] {
            if let entry = getpwnam(name)?.pointee, entry.pw_uid != 0 {
                return ServerUser(name: name, id: entry.pw_uid, group: entry.pw_gid, isOther: true)
            }
        }
        throw .spawnFailed(
            program: "postgres",
            reason: "PostgreSQL doesn't run as root, and neither the user postgres nor nobody exists. Create one.")
    }

    /// The command line that runs `arguments` as this user.
    package func command(_ arguments: [String]) throws(ClusterError) -> [String] {
        guard isOther else { return arguments }
        func found(_ program: String) -> String? {
            ["/usr/bin", "/bin", "/usr/sbin", "/sbin"].lazy.map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
        }
        if let setpriv = found("setpriv") {
            return [setpriv, "--reuid=\(id)", "--regid=\(group)", "--clear-groups", "--"] + arguments
        }
        if let runuser = found("runuser") {
            return [runuser, "-u", name, "--"] + arguments
        }
        if let sudo = found("sudo") {
            return [sudo, "-n", "-u", name, "--"] + arguments
        }
        throw .spawnFailed(
            program: "postgres", reason: "root needs setpriv, runuser or sudo to run it as the user \(name).")
    }

    /// Whether this user may pass through every folder of `path` that exists (access lists aside).
    func canReach(_ path: String) -> Bool {
        var folder = ""
        for part in path.split(separator: "/") {
            folder += "/\(part)"
            var status = stat()
            guard stat(folder, &status) == 0 else { return true }
            let bit: mode_t = status.st_uid == id ? 0o100 : status.st_gid == group ? 0o010 : 0o001
            guard status.st_mode & bit != 0 else { return false }
        }
        return true
    }
}
