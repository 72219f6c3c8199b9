/// How a Firebase project hashes passwords, as its console shows it: Authentication, Users, “Password hash parameters”.
///
/// The signer key is a secret of the project's: with it and an export passwords can be guessed.
public struct FirebaseHashConfig: Sendable, Redacted {
    let signerKey: [UInt8]
    let saltSeparator: [UInt8]
    let cost: ScryptCost

    /// Reads the text of the console, the members of `hash_config { … }` a line each.
    ///
    /// - Throws: `invalid_format`, with a message that repeats nothing of it.
    public init(parsing text: String) throws(FieldFault) {
        var members: [String: String] = [:]
        for line in text.split(whereSeparator: { $0.isNewline || $0 == "," }) {
            let pair = line.split(separator: ":", maxSplits: 1).map(Self.bare)
            if pair.count == 2 { members[pair[0]] = pair[1] }
        }
        guard members["algorithm"] == "SCRYPT", let key = members["base64_signer_key"].flatMap(StandardBase64.decode),
            (32...64).contains(key.count),
            let separator = members["base64_salt_separator"].flatMap(StandardBase64.decode), separator.count <= 64,
            let rounds = members["rounds"].flatMap(PHCParameters.decimal),
            let memory = members["mem_cost"].flatMap(PHCParameters.decimal),
            let cost = ScryptCost(logN: memory, blockSize: rounds, parallelism: 1)
        else {
            throw FieldFault(
                code: "invalid_format",
                message: "The hash configuration must be what Firebase's console shows: algorithm: SCRYPT, "
                    + "base64_signer_key, base64_salt_separator, rounds and mem_cost, a line each.")
        }
        signerKey = key
        saltSeparator = separator
        self.cost = cost
    }

    /// Without what stands around a name or a value, quotation marks for one.
    private static func bare(_ text: Substring) -> String {
        let isAround: (Character) -> Bool = { $0.isWhitespace || $0 == "\"" || $0 == "{" || $0 == "}" }
        let beginning = text.drop(while: isAround)
        return beginning.lastIndex { !isAround($0) }.map { String(beginning[...$0]) } ?? ""
    }
}
