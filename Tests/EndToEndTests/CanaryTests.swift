import Foundation
import Gatehouse
import TestSupport
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Secrets go in wherever a client or an operator can put one, at the most talkative level. What comes out is searched.
@Suite("Nothing secret is written", .timeLimit(.minutes(5)))
struct CanaryTests {
    /// What was written somewhere.
    private struct Output {
        let name: String
        let bytes: [UInt8]
    }

    @Test(
        "Whatever is sent to whichever route, no log, no span and no metric has a word of it",
        arguments: ["json", "text"])
    func canaries(format: String) async throws {
        try await TraceCollector.run { collector, endpoint in
            var place = try await Installation.migrated()
            place.settings = place.settings.merging([
                "GATEHOUSE_LOG_LEVEL": "trace", "GATEHOUSE_LOG_FORMAT": format, "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
            ]) { $1 }
            let installation = place
            var (secrets, written, decoy): ([Secret], [Output], String) = ([], [], "")
            let service = try await installation.serving { service in
                var story = TenantStory(place: installation, algorithm: .es256)
                try await story.live()
                var client = CanaryClient(url: installation.url, slug: "shop-es256")
                let routes = try await Self.routes(of: installation)
                #expect(routes.count >= 14)
                for (method, template) in routes {
                    let statuses = try await client.ask(method, template)
                    #expect(statuses.allSatisfy { (200..<500).contains($0) }, "\(method) \(template): \(statuses)")
                }
                written += try await Self.operatorsMistakes(&client, in: installation)
                secrets = story.secrets + client.secrets
                secrets.append(Secret("email of a user", story.email))
                secrets.append(Secret("master key", installation.masterKey))
                decoy = client.requestID
                written.append(try await Self.metrics(of: installation))
                return service
            }
            written.append(Output(name: "standard error", bytes: Array(service.errors.utf8)))
            written.append(Output(name: "standard output", bytes: Array(service.output.utf8)))
            written.append(Output(name: "spans", bytes: Array(collector.bodies.joined())))
            let search = SecretSearch(for: secrets)
            for output in written { #expect(search.hits(in: output.bytes).isEmpty, "in \(output.name)") }
            // A search that didn't find what is there on purpose would find nothing.
            let decoys = SecretSearch(for: [Secret("decoy", decoy)])
            for output in written where output.name == "standard error" || output.name == "spans" {
                #expect(
                    decoys.hits(in: output.bytes) == [
                        .init(secret: "decoy", form: .raw), .init(secret: "decoy", form: .percentEncoded),
                    ], "in \(output.name)")
            }
        }
    }

    /// Every route that the service describes, and methods that it has none for.
    private static func routes(of place: Installation) async throws -> [(method: String, template: String)] {
        let description = try await HTTP.get("\(place.url)/openapi.json")
        let paths = try #require(description.json["paths"] as? [String: [String: Any]])
        let methods: Set = ["get", "post", "put", "patch", "delete", "head", "options"]
        let described = paths.sorted { $0.key < $1.key }.flatMap { path, operations in
            operations.keys.filter(methods.contains).sorted().map { (method: $0.uppercased(), template: path) }
        }
        return described + [
            ("PUT", "/t/{tenant}/v1/me"), ("OPTIONS", "/t/{tenant}/v1/login"), ("GET", "/nothing/{id}"),
        ]
    }

    private static func metrics(of place: Installation) async throws -> Output {
        let operations = try #require(place.environment["GATEHOUSE_OPS_LISTEN"])
        let url = try #require(URL(string: "http://\(operations)/metrics"))
        return Output(name: "metrics", bytes: Array(try await URLSession.shared.data(from: url).0))
    }

    /// Secrets on standard input that are refused.
    private static func operatorsMistakes(
        _ client: inout CanaryClient, in place: Installation
    ) async throws -> [Output] {
        let mistakes: [(arguments: [String], input: String)] = [
            (["jws", "verify", client.slug], client.canary("a token to verify")),
            (
                ["user", "create", client.slug, "--email", "eve@example.com", "--password-hash-stdin"],
                "$argon2id$v=19$" + client.canary("a password hash")
            ),
            (
                ["user", "create", client.slug, "--email", "nowhere", "--password-stdin"],
                client.canary("the password of a refused user")
            ),
            (
                ["user", "update", client.slug, "bob@example.com", "--email", "nowhere", "--password-stdin"],
                client.canary("the password of a refused change")
            ),
            (
                ["user", "import", "--tenant", client.slug, "--format", "jsonl", "-"],
                "{\"email\":\"eve@example.com\",\"password_hash\":\"" + client.canary("the hash of a refused user")
                    + "\"}"
            ),
            (
                ["user", "import", "--tenant", client.slug, "--format", "csv", "-"],
                "email,password_hash\n" + client.canary("a hash in the wrong column") + ",\n"
            ),
        ]
        var outputs: [Output] = []
        for mistake in mistakes {
            let outcome = try await Program.run(
                ["admin"] + mistake.arguments + ["--json"], place.environment, input: mistake.input + "\n")
            #expect(outcome.status == 1, "\(mistake.arguments): \(outcome.errors)")
            let name = mistake.arguments.joined(separator: " ")
            outputs.append(Output(name: name, bytes: Array((outcome.output + outcome.errors).utf8)))
        }
        return outputs
    }
}
