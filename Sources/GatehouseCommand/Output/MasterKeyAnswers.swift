import Gatehouse

/// How the state of all sealed keys is shown.

extension Answer {
    /// It has failed where a key could not be opened, though the others are done.
    static func masterKeyRotation(_ report: MasterKeyReport, dryRun: Bool) -> Answer {
        report.nameUnopened()
        return Answer(
            json: report.json(resealed: dryRun ? "to_reseal" : "resealed"), isSuccess: report.isComplete
        ) { coloured in
            report.card(resealed: dryRun ? "to seal anew" : "sealed anew", unchanged: "unchanged")
                .rendered(coloured: coloured)
        }
    }

    static func masterKeyVerification(_ report: MasterKeyReport) -> Answer {
        report.nameUnopened()
        return Answer(json: report.json(resealed: "under_older_keys"), isSuccess: report.isComplete) { coloured in
            report.card(resealed: "under older keys", unchanged: "under the first key").rendered(coloured: coloured)
        }
    }
}

extension MasterKeyReport {
    fileprivate func json(resealed name: String) -> JSON {
        var counts: JSONObject = [
            "keys": .integer(keys), "unchanged": .integer(unchanged), "unopened": .integer(unopened.count),
            "unopened_revoked": .integer(unopenedRevoked), "tenants": .integer(tenants),
            "failures": .array(unopened.map(\.json)),
        ]
        counts[name] = .integer(resealed)
        if !isComplete {
            counts["error"] = ["code": .string(Refusal.keysUnavailable.code), "message": "Some keys can't be opened."]
        }
        return .object(counts)
    }

    fileprivate func card(resealed: String, unchanged name: String) -> Card {
        Card(members: [
            ("keys", .init(String(keys))),
            (resealed, .init(String(self.resealed))),
            (name, .init(String(unchanged))),
            ("can't be opened", .init(String(unopened.count), unopened.isEmpty ? .good : .bad)),
        ])
    }

    fileprivate func nameUnopened() {
        for key in unopened {
            Terminal.printDiagnostic(
                "gatehouse: The \(key.state.rawValue) \(key.use.rawValue) key \(key.kid) of \(key.tenant) can't be opened: \(key.failure.sentence)"
            )
        }
    }
}

extension UnopenedKey {
    fileprivate var json: JSON {
        [
            "tenant": .string(tenant), "kid": .string(kid), "use": .string(use.rawValue),
            "state": .string(state.rawValue), "reason": .string(failure.code),
        ]
    }
}

extension UnsealFailure {
    fileprivate var code: String {
        switch self {
        case .unknownMasterKey: "unknown_master_key"
        case .damaged: "damaged"
        }
    }

    fileprivate var sentence: String {
        switch self {
        case .unknownMasterKey(let id): "it was sealed under the master key \(id), which is not set."
        case .damaged: "its stored form has been altered."
        }
    }
}
