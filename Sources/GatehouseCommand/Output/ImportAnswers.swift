import Gatehouse

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
