import Foundation

/// What Linux tells of a running process.
struct ProcessFacts {
    let id: pid_t

    /// Resident memory in MiB.
    var memory: Int {
        line("VmRSS:", of: "status").flatMap { Int($0.filter(\.isNumber)) }.map { $0 / 1024 } ?? 0
    }

    var threads: Int { line("Threads:", of: "status").flatMap { Int($0.filter(\.isNumber)) } ?? 0 }

    /// How many files and sockets it has open.
    var descriptors: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/fd").count) ?? 0
    }

    /// How many it may have open: the soft and the hard limit.
    var descriptorLimits: [String] {
        line("Max open files", of: "limits")?.split(separator: " ").prefix(2).map(String.init) ?? []
    }

    /// Processor time so far.
    var work: Duration {
        let fields = text("stat").split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 13, let user = Int(fields[11]), let system = Int(fields[12]) else { return .zero }
        return .milliseconds((user + system) * 10)
    }

    private func line(_ beginning: String, of name: String) -> String? {
        text(name).split(separator: "\n").first { $0.hasPrefix(beginning) }.map {
            String($0.dropFirst(beginning.count))
        }
    }

    private func text(_ name: String) -> String {
        (try? String(contentsOfFile: "/proc/\(id)/\(name)", encoding: .utf8)) ?? ""
    }
}
