/// Why a text was not accepted as JSON.
///
/// A text with several faults reports the first of this order.
public enum JSONFault: Error, Sendable, Equatable {
    /// Not the grammar of RFC 8259, not UTF-8, a byte order mark, something after the value, nested too deeply or a
    /// number of absurd length.
    case malformed
    /// An object names a member twice, escapes resolved.
    case duplicateMember(String)
    /// A string or a name contains `\u0000` or half of a surrogate pair, which no text in PostgreSQL can hold.
    case forbiddenCharacter
}
