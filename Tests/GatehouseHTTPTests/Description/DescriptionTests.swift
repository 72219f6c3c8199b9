import Gatehouse
import HTTPTypes
import TestSupport
import Testing

@testable import GatehouseHTTP

/// What `openapi.json` says beside what the exchanges of all tests are held to.
@Suite struct DescriptionTests {
    private let contract = APIContract.gatehouse

    @Test func `Every route is described, and nothing else is`() {
        let routes = Set(
            RouteTable.gatehouse(APIDescription(publicURL: "https://login.example")).routes.map {
                "\($0.method.rawValue) \($0.template)"
            })
        #expect(routes == Set(contract.operations.map { "\($0.method) \($0.path)" }))
    }

    @Test func `A route asks for a bearer token where the description says so`() throws {
        for route in RouteTable.gatehouse(APIDescription(publicURL: "https://login.example")).routes {
            let operation = try #require(
                contract.operations.first { $0.method == route.method.rawValue && $0.path == route.template })
            let schemes = (operation.object["security"]?.arrayValue ?? []).compactMap(\.objectValue).flatMap(\.names)
            #expect(schemes.contains("bearer") == route.expectsBearer, "\(route.template)")
        }
    }

    @Test func `Every code of an error is described with its status, and none that there isn't`() throws {
        var problems: [String: Set<Int>] = ["internal": [500]]
        for problem in everyRefusal.filter({ OAuthFault($0) == nil }).compactMap({ Problem($0) })
            + everyFault.map({ Problem($0) })
        {
            problems[problem.code, default: []].insert(problem.status.code)
        }
        try expectWords(of: "ProblemCode", problems)
        var faults: [String: Set<Int>] = ["invalid_request": [400]]
        for refusal in everyRefusal where OAuthFault(refusal) != nil {
            faults[refusal.code] = try [#require(Problem(refusal)).status.code]
        }
        try expectWords(of: "OAuthErrorCode", faults)
    }

    @Test func `Every code is one that some operation or other request answers, by its status`() throws {
        let answers =
            contract.operations.flatMap { $0.object["responses"]?.objectValue?.members ?? [] }
            + (contract.root["x-other-requests"]?.objectValue?.members ?? [])
            .flatMap { $0.value.objectValue?.members ?? [] }
        var codes: Set<String> = []
        for answer in answers {
            for media in contract.resolved(answer.value)["content"]?.objectValue?.members ?? [] {
                let parts = media.value.objectValue?["schema"]?.objectValue?["allOf"]?.arrayValue ?? []
                for part in parts.compactMap({ $0.objectValue?["properties"]?.objectValue }) {
                    if media.name == "application/problem+json" {
                        #expect(part["status"]?.objectValue?["const"]?.integerValue == Int(answer.name))
                    }
                    let words = (part["code"] ?? part["error"])?.objectValue?["enum"]?.arrayValue ?? []
                    codes.formUnion(words.compactMap(\.stringValue))
                }
            }
        }
        let described = try words(of: "ProblemCode") + words(of: "OAuthErrorCode")
        #expect(codes == Set(described.map(\.word)))
    }

    @Test func `Every example conforms to the schema it stands beside`() {
        var count = 0
        Self.walk(.object(contract.root), at: "#") { object, place in
            guard let schema = object["schema"] else { return }
            let named = (object["examples"]?.objectValue?.members ?? []).map {
                ($0.name, $0.value.objectValue?["value"])
            }
            for (name, example) in named + [("example", object["example"])] {
                guard let example, example.stringValue == nil || schema.objectValue?["pattern"] != nil else { continue }
                count += 1
                #expect(contract.schema.violations(of: example, by: schema).isEmpty, "\(place): \(name)")
            }
        }
        #expect(count > 40)
    }

    @Test func `Every reference leads somewhere, and every component is referred to`() {
        var references: Set<String> = []
        Self.walk(.object(contract.root), at: "#") { object, _ in
            if let reference = object["$ref"]?.stringValue { references.insert(reference) }
        }
        var components: Set<String> = []
        for kind in contract.root["components"]?.objectValue?.members ?? [] where kind.name != "securitySchemes" {
            for name in kind.value.objectValue?.names ?? [] { components.insert("#/components/\(kind.name)/\(name)") }
        }
        #expect(references == components)
    }

    /// Where unknown members are passed over.
    private static let open: Set = ["schemas/TokenForm"]

    @Test func `An object of a request or an answer has no other members than those described`() {
        Self.walk(contract.root["components"]?.objectValue?["schemas"] ?? .null, at: "schemas") { object, place in
            guard object["type"] == "object", object["properties"] != nil else { return }
            #expect(object["additionalProperties"] == .bool(Self.open.contains(place)), "\(place)")
        }
    }

    private func expectWords(of schema: String, _ statuses: [String: Set<Int>]) throws {
        let words = try words(of: schema)
        #expect(Set(words.map(\.word)) == Set(statuses.keys))
        for (word, meaning) in words {
            #expect(statuses[word]?.contains { meaning.hasPrefix("\($0). ") } == true, "\(word): \(meaning)")
        }
    }

    private func words(of schema: String) throws -> [(word: String, meaning: String)] {
        let object = try #require(contract.schema.resolved("#/components/schemas/\(schema)")?.objectValue)
        return (object["oneOf"]?.arrayValue ?? []).compactMap(\.objectValue).map {
            ($0["const"]?.stringValue ?? "", $0["description"]?.stringValue ?? "")
        }
    }

    private static func walk(_ value: JSON, at place: String, _ visit: (JSONObject, String) -> Void) {
        if let object = value.objectValue {
            visit(object, place)
            for member in object.members { walk(member.value, at: "\(place)/\(member.name)", visit) }
        }
        for (index, element) in (value.arrayValue ?? []).enumerated() { walk(element, at: "\(place)/\(index)", visit) }
    }
}
