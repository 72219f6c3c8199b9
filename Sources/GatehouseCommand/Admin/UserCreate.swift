import ArgumentParser
import Gatehouse

struct UserCreate: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Create a user.",
        discussion: "The password is read from standard input, or asked for on a terminal; it is never an argument.")

    @Argument var tenant: String
    @Option var email: String
    @Option var username: String?
    @Option(help: "Name for people.") var name: String?
    @Flag(help: "Read the password from standard input.") var passwordStdin = false
    @Flag(help: "Read a password hash (Argon2, bcrypt, PBKDF2 or scrypt) from standard input.")
    var passwordHashStdin = false
    @Flag(help: "The email is known to be the user's.") var verified = false
    @OptionGroup var options: AdminOptions

    func validate() throws {
        if passwordStdin && passwordHashStdin {
            throw ValidationError("--password-stdin and --password-hash-stdin exclude each other.")
        }
    }

    func perform(in office: AdminOffice) async throws -> Answer {
        let (password, hash) = try credential()
        let user = try await office.administration.createUser(
            tenant: tenant, email: email, username: username, name: name, password: password, passwordHash: hash,
            verified: verified)
        // Whoever was asked knows.
        let isForgotten = password == nil && hash == nil && !Terminal.isInteractive
        return .user(user).noting(isForgotten ? "The user has no password; --password-stdin reads one." : nil)
    }

    private func credential() throws -> (Password?, PasswordHash?) {
        do {
            if passwordStdin { return (try Password(try StandardInput.secret()), nil) }
            if passwordHashStdin { return (nil, try PasswordHash.importing(try StandardInput.secret())) }
            guard Terminal.isInteractive, let text = try chosenPassword() else { return (nil, nil) }
            return (try Password(text), nil)
        } catch let fault as FieldFault {
            let field = passwordHashStdin ? "password_hash" : "password"
            throw Refusal.validationFailed([FieldProblem(field: field, fault: fault)])
        }
    }

    private func chosenPassword() throws -> String? {
        guard let first = Terminal.askSecret("Password (empty for none): "), !first.isEmpty else { return nil }
        guard Terminal.askSecret("The same again: ") == first else {
            throw Refusal.invalidSetting("The two passwords differ; nothing was done.")
        }
        return first
    }
}
