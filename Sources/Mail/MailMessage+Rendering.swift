extension MailMessage {
    /// The message of RFC 5322, in ASCII, every line ended by CR LF and at most 998 bytes long. The same for the same message.
    ///
    /// Dots at the beginning of lines are doubled by whoever speaks SMTP.
    public func rendered() -> [UInt8] {
        var lines = head.map(\.text)
        lines += [
            "MIME-Version: 1.0", "Content-Type: multipart/alternative;\r\n boundary=\"\(boundary)\"", "",
        ]
        var bytes = Array(lines.joined(separator: "\r\n").utf8)
        // Readers show the last one that they can.
        append(text, ofType: "text/plain", to: &bytes)
        append(html, ofType: "text/html", to: &bytes)
        bytes.append(contentsOf: "\r\n--\(boundary)--\r\n".utf8)
        return bytes
    }

    private var head: [HeaderField] {
        var from = HeaderField("From")
        if let name = self.from.name { from.appendPhrase(name) }
        from.append(self.from.name == nil ? self.from.address.text : "<\(self.from.address.text)>")
        var subject = HeaderField("Subject")
        subject.appendText(self.subject)
        return [
            HeaderField("Date", date.inMailHead), from, HeaderField("To", to.text), subject,
            HeaderField("Message-ID", "<\(messageID.text)>"), HeaderField("Auto-Submitted", "auto-generated"),
        ]
    }

    private func append(_ body: String, ofType type: String, to bytes: inout [UInt8]) {
        let head = [
            "", "--\(boundary)", "Content-Type: \(type); charset=utf-8", "Content-Transfer-Encoding: quoted-printable",
            "", "",
        ]
        bytes.append(contentsOf: head.joined(separator: "\r\n").utf8)
        bytes.append(contentsOf: QuotedPrintable(body).bytes)
    }

    /// In quoted-printable an equals sign is never followed by an underscore, so that no body has it.
    private var boundary: String {
        "=_" + String(decoding: messageID.text.utf8.filter(\.isASCIILetterOrDigit).prefix(60), as: UTF8.self)
    }
}
