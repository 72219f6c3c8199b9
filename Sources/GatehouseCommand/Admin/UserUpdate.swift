import ArgumentParser
import Gatehouse

struct UserUpdate: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Change a user's email, username, name or password.",
        discussion: """
            The user isn't mailed: say it to them yourself. A new password ends their sessions and has failed sign-ins forgotten. Another \
            email isn't verified, unless you say that it is the user's; nothing mailed before changes it back.
            """)

    @OptionGroup var target: UserTarget
    @Option var email: String?
    @Option(help: "Username, or none.") var username: String?
    @Option(help: "Name for people, or none.") var name: String?
    @Flag(help: "The email is known to be the user's.") var verified = false
    @Flag(help: "The email isn't known to be the user's.") var unverified = false
    @Flag(help: "Read a new password from standard input.") var passwordStdin = false
    @OptionGroup var options: AdminOptions

    func validate() throws {
        if verified && unverified { throw ValidationError("--verified and --unverified exclude each other.") }
        guard email != nil || username != nil || name != nil || verified || unverified || passwordStdin else {
            throw ValidationError(
                "Nothing to change: give --email, --username, --name, --verified, --unverified or --password-stdin.")
        }
    }

    func perform(in office: AdminOffice) async throws -> Answer {
        let change = try UserChange(
            email: email, username: Self.change(to: username), name: Self.change(to: name),
            verified: verified || unverified ? verified : nil, password: try password())
        return .user(
            try await office.administration.updateUser(tenant: target.tenant, user: target.user, change: change))
    }

    private static func change(to text: String?) -> Change<String> {
        guard let text else { return .keep }
        return text == "none" ? .clear : .set(text)
    }

    private func password() throws(Refusal) -> Password? {
        guard passwordStdin else { return nil }
        do throws(FieldFault) {
            return try Password(try StandardInput.secret())
        } catch {
            throw .validationFailed([FieldProblem(field: "password", fault: error)])
        }
    }
}
