import Gatehouse

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// How an import of users is shown.

extension Answer {
    /// It has failed where a user was refused, though the others are done.
    static func userImport(_ report: ImportReport) -> Answer {
        Answer(json: report.json, isSuccess: report.refused == 0) { coloured in
            Card(members: [
                (report.isDryRun ? "to import" : "imported", .init(String(report.imported))),
                ("already there", .init(String(report.skipped))),
                ("refused", .init(String(report.refused), report.refused == 0 ? .good : .bad)),
            ]).rendered(coloured: coloured)
        }
    }
}

extension ImportReport {
    var progress: String {
        "\(imported) users \(isDryRun ? "to import" : "imported"), \(skipped) already there, \(refused) refused"
    }

    fileprivate var json: JSON {
        var counts: JSONObject = [
            "imported": .integer(imported), "skipped": .integer(skipped), "refused": .integer(refused),
            "dry_run": .bool(isDryRun),
        ]
        if refused > 0 {
            let message = refused == 1 ? "One user was refused." : "\(refused) users were refused."
            counts["error"] = ["code": "users_refused", "message": .string(message)]
        }
        return .object(counts)
    }
}

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
