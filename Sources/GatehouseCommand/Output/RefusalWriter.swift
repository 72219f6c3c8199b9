import Gatehouse

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Names each refused user: on standard error a line, in a file a JSON object.
final class RefusalWriter {
    private let descriptor: Int32?

    /// - Parameters:
    ///   - path: The file, which only its owner may read where it is made here; one that is there keeps its mode. Standard error when nil.
    ///   - input: What is being read, which the report never takes the place of.
    init(_ path: String?, besides input: InputFile) throws(Refusal) {
        guard let path else {
            descriptor = nil
            return
        }
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .invalidSetting("Can't write \(path): \(String(cString: strerror(errno))).") }
        descriptor = file
        guard !input.isFile(of: file) else {
            throw .invalidSetting("--report names the file that is read; name another.")
        }
        // What has no length, such as a pipe, can't be made shorter, and needn't be.
        ftruncate(file, 0)
    }

    deinit {
        if let descriptor { close(descriptor) }
    }

    /// Throws `invalidSetting` where the file can't be written.
    func write(_ user: RefusedUser) throws {
        if let descriptor {
            let file = OutputFile(descriptor)
            try file.write(Array("\(user.json.text)\n".utf8))
            try file.flush()
        } else {
            Terminal.printDiagnostic("gatehouse: \(user.line)")
        }
    }
}

extension RefusedUser {
    private var reason: String {
        problems.map { $0.field.isEmpty ? $0.message : "\($0.field): \($0.message)" }.joined(separator: " ")
    }

    fileprivate var line: String {
        "Line \(position.line), user \(position.number): \(reason) (\(problems.first?.code ?? ""))"
    }

    fileprivate var json: JSON {
        [
            "line": .integer(position.line), "user": .integer(position.number),
            "code": .string(problems.first?.code ?? ""),
            "field": problems.first.map { $0.field.isEmpty ? .null : .string($0.field) } ?? .null,
            "reason": .string(reason),
        ]
    }
}
