import Gatehouse

/// An OpenAPI description, as far as the page reads it.
struct DescribedAPI {
    /// A method of a path.
    struct Operation {
        let method: String
        let path: String
        let object: JSONObject
        /// Those of the path and its own, resolved.
        let parameters: [JSONObject]

        /// Names it in the page's addresses.
        var id: String { object.string("operationId") }
        var tags: [String] { object.array("tags").compactMap(\.stringValue) }
    }

    let root: JSONObject
    let operations: [Operation]

    init(_ root: JSONObject) {
        self.root = root
        let methods: Set = ["get", "post", "put", "patch", "delete"]
        var operations: [Operation] = []
        for path in root.object("paths").members {
            let item = path.value.objectValue ?? JSONObject()
            for member in item.members where methods.contains(member.name) {
                let object = member.value.objectValue ?? JSONObject()
                operations.append(
                    Operation(
                        method: member.name.uppercased(), path: path.name, object: object,
                        parameters: (item.array("parameters") + object.array("parameters")).map {
                            Self.resolved($0, in: root)
                        }))
            }
        }
        self.operations = operations
    }

    /// The object itself, or what it refers to.
    func resolved(_ value: JSON?) -> JSONObject {
        Self.resolved(value, in: root)
    }

    /// The last part of a reference: the component's name.
    static func name(ofReference value: JSON?) -> String? {
        value?.objectValue?["$ref"]?.stringValue?.split(separator: "/").last.map(String.init)
    }

    private static func resolved(_ value: JSON?, in root: JSONObject) -> JSONObject {
        guard let object = value?.objectValue else { return JSONObject() }
        guard let reference = object["$ref"]?.stringValue else { return object }
        return reference.split(separator: "/").dropFirst().reduce(root) { $0.object(String($1)) }
    }
}

extension JSONObject {
    /// The text of this name, empty where there is none.
    func string(_ name: String) -> String { self[name]?.stringValue ?? "" }

    /// The elements of this name, none where it is no array.
    func array(_ name: String) -> [JSON] { self[name]?.arrayValue ?? [] }

    /// The object of this name, without members where there is none.
    func object(_ name: String) -> JSONObject { self[name]?.objectValue ?? JSONObject() }
}
