import FoundationEssentials

/// What has to be known to hand in mail.
struct SMTPServer: Sendable {
    let url: SMTPURL
    let password: SMTPPassword?
    /// Certificates to trust instead of the system's.
    let caFile: String?

    init(_ url: SMTPURL, password: SMTPPassword?, caFile: String?) throws(MailValueFault) {
        if url.user != nil, password == nil {
            throw MailValueFault("The mail server's URL names a user, and there is no file with the password.")
        }
        if url.user == nil, password != nil {
            throw MailValueFault("There is a file with the mail server's password, and the URL names no user.")
        }
        if let caFile {
            guard let file = try? String(contentsOfFile: caFile, encoding: .utf8),
                file.contains("-----BEGIN CERTIFICATE-----")
            else {
                throw MailValueFault("The file with the certificates to trust can't be read, or has none in PEM form.")
            }
        }
        self.url = url
        self.password = password
        self.caFile = caFile
    }

    /// How long things may take.
    struct Patience: Sendable {
        /// For an answer to everything that comes before the first mail.
        var connect = Duration.seconds(10)
        /// For one mail, connecting included.
        var mail = Duration.seconds(60)
        /// For the next mail, before the connection is closed.
        var idle = Duration.seconds(10)
    }
}
