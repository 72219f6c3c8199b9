import FoundationEssentials

/// The commands that `gatehouse dev` prints once it serves; each works as it stands in another terminal.
struct DevTour {
    let publicURL: String
    let environmentFile: String
    var program = Self.program(CommandLine.arguments.first ?? "gatehouse")

    static let password = "vivid-Otter47-lintel"

    /// What finds the program from any folder: its name alone, where the shell has found it by that, or its whole path.
    static func program(_ name: String, in folder: String = FileManager.default.currentDirectoryPath) -> String {
        name.contains("/") && !name.hasPrefix("/") ? "\(folder)/\(name)" : name
    }

    var text: String {
        let url = "\(publicURL)/t/\(DevDatabase.tenant)"
        let json = "-H 'Content-Type: application/json'"
        let credentials = #"{"email":"ada@example.com","password":"\#(Self.password)"}"#
        return """

            Gatehouse serves the tenant “demo” at \(url)
            Copy these into another terminal; Ctrl-C here stops everything.

              # register, then sign in and keep both tokens
              curl -sw '\\n' \(url)/v1/register \(json) -d '\(credentials)'
              session=$(curl -s \(url)/v1/login \(json) -d '\(credentials)')
              access=$(echo "$session" | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
              refresh=$(echo "$session" | sed 's/.*"refresh_token":"\\([^"]*\\)".*/\\1/')

              # who am I? and the next pair of tokens
              curl -sw '\\n' \(url)/v1/me -H "Authorization: Bearer $access"
              curl -sw '\\n' \(url)/v1/refresh \(json) -d '{"refresh_token":"'$refresh'"}'

              # what apps verify access tokens with; rotate it while everything runs
              curl -sw '\\n' \(url)/.well-known/jwks.json
              . \(environmentFile.quotedForShell)
              \(program.quotedForShell) admin keys rotate demo --force
              \(program.quotedForShell) admin tenant create shop

            """
    }
}
