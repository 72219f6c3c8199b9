import Gatehouse
import Mail

/// How mails leave.
struct MailSettings {
    /// How many mails are on their way at once: as many connections to the SMTP server.
    private static let connections = 4

    /// Nil where mails leave otherwise, or not at all.
    let smtpURL: SMTPURL?
    /// Empty where there is no way: mails wait in the queue until there is one.
    let transports: [any MailTransport]

    static let none = MailSettings(smtpURL: nil, transports: [])

    private init(smtpURL: SMTPURL?, transports: [any MailTransport]) {
        self.smtpURL = smtpURL
        self.transports = transports
    }

    init(sink: MailSink) {
        self.init(smtpURL: nil, transports: [sink])
    }

    init(smtpURL: SMTPURL, password: SMTPPassword?, caFile: String?) throws(MailValueFault) {
        var transports: [any MailTransport] = []
        for _ in 0..<Self.connections {
            transports.append(try SMTPTransport(smtpURL, password: password, caFile: caFile))
        }
        self.init(smtpURL: smtpURL, transports: transports)
    }
}

extension SettingsReader {
    /// A server, a sink for development, or neither.
    mutating func mail() -> MailSettings {
        if text(.smtpURL) != nil && text(.mailSink) != nil {
            report(.mailSink, "GATEHOUSE_SMTP_URL and GATEHOUSE_MAIL_SINK are both set; keep one")
            return .none
        }
        guard text(.smtpURL) != nil else {
            for setting in [Setting.smtpPasswordFile, .smtpCAFile] where text(setting) != nil {
                report(setting, "says nothing without GATEHOUSE_SMTP_URL")
            }
            let sink = value(.mailSink) { text throws(FieldFault) in
                do throws(MailValueFault) { return try MailSink(text) } catch { throw .setting(error.message) }
            }
            return sink.map(MailSettings.init(sink:)) ?? .none
        }
        return smtp() ?? .none
    }

    private mutating func smtp() -> MailSettings? {
        let password = value(.smtpPasswordFile) { path throws(FieldFault) in
            var bytes = try PrivateFile(path: path, contents: "the password").read()
            defer { bytes.wipe() }
            guard let text = String(validating: bytes, as: UTF8.self) else { throw .setting("\(path) isn't UTF-8") }
            do throws(MailValueFault) { return try SMTPPassword(text) } catch { throw .setting(error.message) }
        }
        let caFile = text(.smtpCAFile)
        return value(.smtpURL) { text throws(FieldFault) in
            do throws(MailValueFault) {
                return try MailSettings(smtpURL: try SMTPURL(text), password: password, caFile: caFile)
            } catch {
                throw .setting(error.message)
            }
        }
    }
}
