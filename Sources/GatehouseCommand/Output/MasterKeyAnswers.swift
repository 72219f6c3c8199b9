import Gatehouse

/// How the state of all sealed keys is shown.

extension Answer {
    /// It has failed where a key, or a webhook's secret, could not be opened, though the others are done.
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
            "keys": .integer(keys.count), "unchanged": .integer(keys.unchanged),
            "unopened": .integer(keys.unopened.count), "unopened_revoked": .integer(keys.disregarded),
            "tenants": .integer(tenants), "failures": .array(keys.unopened.map(\.json)),
        ]
        counts[name] = .integer(keys.resealed)
        counts["webhook_secrets"] = webhookSecrets.json(resealed: name)
        if !isComplete {
            counts["error"] = ["code": .string(Refusal.keysUnavailable.code), "message": .string(complaint)]
        }
        return .object(counts)
    }

    private var complaint: String {
        keys.unopened.isEmpty ? "Some secrets of webhooks can't be opened." : "Some keys can't be opened."
    }

    /// Webhooks have their lines where there are any.
    fileprivate func card(resealed: String, unchanged name: String) -> Card {
        func members<Unopened>(
            _ what: String, _ report: ResealingReport<Unopened>
        ) -> [(name: String, value: Table.Cell)] {
            let unopened = report.unopened.count
            return [
                (what, .init(String(report.count))), (resealed, .init(String(report.resealed))),
                (name, .init(String(report.unchanged))),
                ("can't be opened", .init(String(unopened), unopened == 0 ? .good : .bad)),
            ]
        }
        return Card(
            members: members("keys", keys)
                + (webhookSecrets.count == 0 ? [] : members("webhook secrets", webhookSecrets)))
    }

    fileprivate func nameUnopened() {
        for key in keys.unopened {
            Terminal.printDiagnostic(
                "gatehouse: The \(key.state.rawValue) \(key.use.rawValue) key \(key.kid) of \(key.tenant) can't be opened: \(key.failure.sentence)"
            )
        }
        for secret in webhookSecrets.unopened {
            Terminal.printDiagnostic(
                "gatehouse: The secret of the webhook \(secret.endpointID.lowercaseString) of \(secret.tenant) can't be opened: \(secret.failure.sentence)"
            )
        }
    }
}

extension ResealingReport<UnopenedWebhookSecret> {
    fileprivate func json(resealed name: String) -> JSON {
        var counts: JSONObject = [
            "secrets": .integer(count), "unchanged": .integer(unchanged), "unopened": .integer(unopened.count),
            "failures": .array(unopened.map(\.json)),
        ]
        counts[name] = .integer(resealed)
        return .object(counts)
    }
}

extension UnopenedWebhookSecret {
    fileprivate var json: JSON {
        ["tenant": .string(tenant), "webhook": .id(endpointID), "reason": .string(failure.code)]
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
