extension Duration {
    /// Reads `90s`, `15m`, `12h` or `30d`; nil for anything else, bare numbers included.
    public init?(parsing text: String) {
        guard let unit = text.utf8.last, let number = Int(text.utf8.dropLast().isEmpty ? "" : String(text.dropLast())),
            text.utf8.first.map({ (0x30...0x39).contains($0) }) == true, number <= 1_000_000_000
        else { return nil }
        switch unit {
        case UInt8(ascii: "s"): self = .seconds(number)
        case UInt8(ascii: "m"): self = .seconds(number * 60)
        case UInt8(ascii: "h"): self = .seconds(number * 3600)
        case UInt8(ascii: "d"): self = .seconds(number * 86_400)
        default: return nil
        }
    }
}
