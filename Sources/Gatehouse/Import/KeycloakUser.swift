import FoundationEssentials

/// A user of a realm's export of Keycloak. Roles, groups, attributes and second factors aren't taken over.
enum KeycloakUser {
    static func draft(_ text: [UInt8]) throws(Refusal) -> UserDraft {
        var members = try DraftMembers(parsing: text)
        let email = members.text("email")
        let names = [members.text("firstName"), members.text("lastName")].compactMap(\.self).filter { !$0.isEmpty }
        let draft = UserDraft(
            id: members.text("id").flatMap { try? CommonFields.id($0) }, email: email,
            username: members.text("username"),
            name: names.isEmpty ? nil : names.joined(separator: " "),
            isVerified: members.bool("emailVerified") ?? false, isDisabled: !(members.bool("enabled") ?? true),
            createdAt: members.integer("createdTimestamp").map(Date.init(milliseconds:)),
            passwordHash: passwordHash(among: members.array("credentials") ?? [], &members))
        try members.throwProblems()
        return draft
    }

    private static func passwordHash(among credentials: [JSON], _ members: inout DraftMembers) -> String? {
        let password = credentials.compactMap(\.objectValue).first { $0["type"] == "password" }
        guard let password else { return nil }
        guard let secret = embedded(password["secretData"]), let data = embedded(password["credentialData"]),
            let hash = KeycloakHash(secret: secret, data: data)?.text
        else {
            members.report(
                "credentials",
                FieldFault(
                    code: "invalid_format",
                    message: "The password must be hashed by pbkdf2, pbkdf2-sha256, pbkdf2-sha512, argon2 or bcrypt, "
                        + "with secretData and credentialData as Keycloak exports them."))
            return nil
        }
        return hash
    }

    /// An object that stands there as the text of one.
    private static func embedded(_ value: JSON?) -> JSONObject? {
        value?.stringValue.flatMap { try? JSON.parse($0) }?.objectValue
    }
}

/// A password of Keycloak's, in the form in which it is stored here.
private struct KeycloakHash {
    let text: String

    init?(secret: JSONObject, data: JSONObject) {
        guard let algorithm = data["algorithm"]?.stringValue, let value = secret["value"]?.stringValue else {
            return nil
        }
        if algorithm == "bcrypt" {
            text = value
            return
        }
        guard let salt = secret["salt"]?.stringValue.flatMap(StandardBase64.decode),
            let tag = StandardBase64.decode(value), let iterations = data["hashIterations"]?.integerValue
        else { return nil }
        switch algorithm {
        case "argon2":
            guard let parameters = Self.argon2(data["additionalParameters"]?.objectValue, iterations) else {
                return nil
            }
            text = "\(parameters)$\(PHCBase64.encode(salt))$\(PHCBase64.encode(tag))"
        case "pbkdf2": text = PBKDF2Hash.phc(.sha1, iterations: iterations, salt: salt, tag: tag)
        case "pbkdf2-sha256": text = PBKDF2Hash.phc(.sha256, iterations: iterations, salt: salt, tag: tag)
        case "pbkdf2-sha512": text = PBKDF2Hash.phc(.sha512, iterations: iterations, salt: salt, tag: tag)
        default: return nil
        }
    }

    /// Each parameter is an array of one text.
    private static func argon2(_ parameters: JSONObject?, _ passes: Int) -> String? {
        func parameter(_ name: String) -> String? { parameters?[name]?.arrayValue?.first?.stringValue }
        guard let type = parameter("type"), ["i", "d", "id"].contains(type), parameter("version") == "1.3",
            let memory = parameter("memory"), let lanes = parameter("parallelism")
        else { return nil }
        return "$argon2\(type)$v=19$m=\(memory),t=\(passes),p=\(lanes)"
    }
}
