import Postgres
import TestSupport

/// Secrets that were written down on purpose: a search that doesn't find them finds nothing.
struct Canaries {
    /// Bytes that are no text and in which both kinds of base64 differ, and a text as a password is.
    let secrets = [
        Secret("canary in bytes", [0xFB, 0xEF, 0xFF, 0] + (0..<28).map { _ in UInt8.random(in: .min ... .max) }),
        Secret("canary in text", "canary>>>???~~~\(UInt64.random(in: .min ... .max))"),
    ]

    private static let insert = Statement<(text: String?, bytes: [UInt8]), Void>(
        "insert into canary.forms values ($1, $2)", bind: { ($0.text, $0.bytes) })

    /// Writes them into a table of their own, in every form that the type of a column can hold. They travel as parameters,
    /// as everything does that the service writes.
    func write(to place: Installation) async throws {
        try await place.asSuperuser("create schema canary; create table canary.forms (text text, bytes bytea)")
        let superuser = try await Connection.open(place.database.superuserURL)
        do {
            for secret in secrets {
                for form in Secret.Form.allCases {
                    let bytes = secret.traces(of: form)[0]
                    let text = bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
                    _ = try await superuser.execute(Self.insert, (text, bytes))
                }
            }
        } catch {
            await superuser.close()
            throw error
        }
        await superuser.close()
    }

    /// What has to be found in files of pages and of the log of writes.
    var everyForm: Set<SecretSearch.Hit> {
        Set(secrets.flatMap { secret in Secret.Form.allCases.map { .init(secret: secret.name, form: $0) } })
    }

    /// What has to be found in texts, where bytes are written in hexadecimal.
    var printableForms: Set<SecretSearch.Hit> {
        everyForm.subtracting([.init(secret: secrets[0].name, form: .raw)])
    }
}
