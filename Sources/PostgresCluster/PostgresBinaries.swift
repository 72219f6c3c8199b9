#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Where the programs of one PostgreSQL installation are.
public struct PostgresBinaries: Sendable, Equatable {
    /// The folder that holds `initdb`, `postgres` and `psql`.
    public let directory: String

    public init(directory: String) {
        self.directory = directory
    }

    /// The installation to use: the first folder of PATH that has a server, else the newest one a distribution
    /// (`/usr/lib/postgresql/*/bin`, `/usr/pgsql-*/bin`) or Homebrew put where PATH doesn't reach.
    public static func find(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ClusterError) -> PostgresBinaries {
        let path = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        guard let directory = (path + installed()).first(where: { has(["initdb", "postgres"], in: $0) }) else {
            throw .binariesNotFound(program: "initdb")
        }
        return PostgresBinaries(directory: resolved(directory))
    }

    /// A folder of links, as `/usr/local/bin` or Homebrew's, may lack the other programs.
    private static func resolved(_ directory: String) -> String {
        guard let program = realpath("\(directory)/postgres", nil) else { return directory }
        defer { free(program) }
        let path = String(cString: program)
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        return has(["initdb", "postgres"], in: folder) ? folder : directory
    }

    /// The path of one program of this installation.
    public func path(of program: String) -> String {
        "\(directory)/\(program)"
    }

    static func has(_ programs: [String], in directory: String) -> Bool {
        programs.allSatisfy { access("\(directory)/\($0)", X_OK) == 0 }
    }

    /// Newest first.
    private static func installed() -> [String] {
        let debian = versions(in: "/usr/lib/postgresql", prefix: "").map { "/usr/lib/postgresql/\($0)/bin" }
        let redHat = versions(in: "/usr", prefix: "pgsql-").map { "/usr/\($0)/bin" }
        let homebrew = ["/opt/homebrew/opt", "/usr/local/opt"].flatMap { root in
            versions(in: root, prefix: "postgresql").map { "\(root)/\($0)/bin" }
        }
        return debian + redHat + homebrew
    }

    private static func versions(in directory: String, prefix: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.filter { $0.hasPrefix(prefix) }.sorted { version($0) > version($1) }
    }

    /// 17 of `17`, `pgsql-17` and `postgresql@17`.
    private static func version(_ name: String) -> Int {
        Int(name.reversed().prefix { $0.isASCII && $0.isNumber }.reversed().map(String.init).joined()) ?? 0
    }
}
