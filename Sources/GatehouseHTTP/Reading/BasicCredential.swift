import FoundationEssentials
import Gatehouse
import HTTPTypes

extension ClientCredential {
    /// The longest header that is looked at; a client's own is some 130 bytes.
    private static let maximumLength = 1024

    /// What `Authorization: Basic` says of an API client: id and secret, each form-encoded, with a colon between, in base64 (RFC
    /// 6749, section 2.3.1). Nil where it isn't there exactly once, or says nothing that an API client would.
    init?(_ headers: HTTPFields) {
        let values = headers[values: .authorization]
        guard values.count == 1, values[0].utf8.count <= Self.maximumLength else { return nil }
        let scheme = values[0].utf8.prefix { $0 != 0x20 && $0 != 0x09 }
        guard Substring(scheme).equalsASCIICaseInsensitively("basic"),
            let decoded = Data(base64Encoded: String(values[0][scheme.endIndex...].trimmingSpaces)),
            let colon = decoded.firstIndex(of: UInt8(ascii: ":")),
            let id = FormText.decode(decoded[..<colon]), let secret = FormText.decode(decoded[(colon + 1)...])
        else { return nil }
        self.init(id: id, secret: secret)
    }
}
