/// The 3,000 most common passwords of 8 characters or more, in lower case (OWASP ASVS 5.0, 6.2.4).
///
/// zxcvbn judges by patterns and lets some two hundred of them pass. The list is the beginning of the one that zxcvbn 4.5.0 for
/// Python (MIT licence) ranks passwords by.
enum CommonPasswords {
    private static let all = Set(
        PackageResources.common_passwords_txt.split(separator: UInt8(ascii: "\n")).map { Array($0) })

    static func contains(_ lowercased: [UInt8]) -> Bool {
        all.contains(lowercased)
    }
}
