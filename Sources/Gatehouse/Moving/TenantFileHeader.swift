import FoundationEssentials

/// The first line of a tenant's file: what it is, of which tenant, and how its key is made.
struct TenantFileHeader: Sendable, Equatable {
    static let format = "gatehouse-tenant"
    static let version = 1

    let tenantID: UUID
    let slug: String
    /// The `iss` of the tokens that were out when the file was written.
    let issuer: String
    let exportedAt: String
    let seal: TenantFileSeal
    let keyID: String

    var json: JSON {
        [
            "format": .string(Self.format), "version": .integer(Self.version),
            "tenant": ["id": .string(tenantID.lowercaseString), "slug": .string(slug)],
            "issuer": .string(issuer), "exported_at": .string(exportedAt),
            "key": [
                "kdf": "argon2id", "parameters": .string("\(seal.parameters)"),
                "salt": .string(Base64URL.encode(seal.salt)), "id": .string(keyID),
            ],
        ]
    }
}

extension TenantFileHeader {
    /// Throws `invalidSetting` for what is no such file, or one of a version to come.
    init(line: [UInt8]) throws(Refusal) {
        let json = (try? JSON.parse(line))?.objectValue
        guard let json, json["format"]?.stringValue == Self.format else {
            throw .invalidSetting("This is no tenant's file: `gatehouse admin tenant export` writes them.")
        }
        guard json["version"]?.integerValue == Self.version else {
            throw .invalidSetting(
                "The file is of a version that this release doesn't know; import it with a later one.")
        }
        guard let tenant = json["tenant"]?.objectValue, let key = json["key"]?.objectValue,
            let id = tenant["id"]?.stringValue.flatMap(UUID.init(uuidString:)), let slug = tenant["slug"]?.stringValue,
            let issuer = json["issuer"]?.stringValue, let exportedAt = json["exported_at"]?.stringValue,
            key["kdf"]?.stringValue == "argon2id", let parameters = key["parameters"]?.stringValue,
            let salt = key["salt"]?.stringValue, let keyID = key["id"]?.stringValue,
            let seal = TenantFileSeal(parameters: parameters, salt: salt), (try? TenantSlug(slug)) != nil
        else { throw .invalidSetting("The first line of the file has been altered.") }
        self.init(
            tenantID: id, slug: slug, issuer: issuer, exportedAt: exportedAt, seal: seal, keyID: keyID)
    }
}
