import FoundationEssentials
public import Gatehouse

/// The description of the HTTP API as what requests and answers are held to.
public struct APIContract: Sendable {
    /// An operation, and what the path says for its parameters.
    struct Operation {
        let object: JSONObject
        let parameters: [(parameter: JSONObject, value: String)]
    }

    public let root: JSONObject

    public init(root: JSONObject) {
        self.root = root
    }

    /// What this repository's `openapi.json` says.
    public static let gatehouse: APIContract = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        let file = folder.appending(path: "Sources/GatehouseHTTP/Description/openapi.json")
        guard let text = try? Data(contentsOf: file), let root = try? JSON.parse(Array(text)).objectValue else {
            preconditionFailure("\(file.path) can't be read")
        }
        return APIContract(root: root)
    }()

    public var schema: JSONSchema { JSONSchema(root: root) }

    /// Every operation as method and path template.
    public var operations: [(method: String, path: String, object: JSONObject)] {
        paths.members.flatMap { path in
            (path.value.objectValue ?? JSONObject()).members.compactMap { member in
                guard Self.methods.contains(member.name), let object = member.value.objectValue else { return nil }
                return (member.name.uppercased(), path.name, object)
            }
        }
    }

    private static let methods: Set = ["get", "put", "post", "delete", "options", "head", "patch", "trace"]

    private var paths: JSONObject { root["paths"]?.objectValue ?? JSONObject() }

    /// What may be answered to this method at this path, by status.
    func answers(to method: String, at path: String) -> (answers: JSONObject, operation: Operation?) {
        let others = root["x-other-requests"]?.objectValue ?? JSONObject()
        guard let (item, values) = item(at: path) else {
            return (others["unknownPath"]?.objectValue ?? JSONObject(), nil)
        }
        // HEAD is answered as GET, without the body.
        guard let object = item[method == "HEAD" ? "get" : method.lowercased()]?.objectValue else {
            return (others[method == "OPTIONS" ? "options" : "unknownMethod"]?.objectValue ?? JSONObject(), nil)
        }
        let declared = (item["parameters"]?.arrayValue ?? []) + (object["parameters"]?.arrayValue ?? [])
        let parameters = declared.map(resolved).compactMap { parameter -> (JSONObject, String)? in
            guard parameter["in"] == "path", let name = parameter["name"]?.stringValue else { return nil }
            return (parameter, values[name] ?? "")
        }
        return (object["responses"]?.objectValue ?? JSONObject(), Operation(object: object, parameters: parameters))
    }

    /// The path's item, and the values of the variable segments.
    private func item(at path: String) -> (item: JSONObject, values: [String: String])? {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        for candidate in paths.members {
            let template = candidate.name.split(separator: "/", omittingEmptySubsequences: false)
            guard template.count == segments.count else { continue }
            var values: [String: String] = [:]
            let fits = zip(template, segments).allSatisfy { expected, segment in
                guard expected.hasPrefix("{") else { return expected.utf8.elementsEqual(segment.utf8) }
                values[String(expected.dropFirst().dropLast())] = String(segment)
                return !segment.isEmpty
            }
            if fits, let item = candidate.value.objectValue { return (item, values) }
        }
        return nil
    }

    /// The object itself, or what it refers to.
    public func resolved(_ value: JSON) -> JSONObject {
        guard let reference = value.objectValue?["$ref"]?.stringValue else { return value.objectValue ?? JSONObject() }
        return schema.resolved(reference)?.objectValue ?? JSONObject()
    }
}
