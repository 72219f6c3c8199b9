import CZxcvbn

/// How hard a password is to guess, by zxcvbn: its dictionaries are compiled in, and it shares no state between threads.
enum Guessability {
    /// Bytes looked at. The costliest text of this length (`0o0o…`) takes a few milliseconds, growing with the fourth power.
    static let prefixLength = 64

    /// 10⁸ guesses, zxcvbn's boundary between "somewhat guessable" and "safely unguessable" (score 3).
    static let minimumBits = 26.575

    private static let wordLimit = 32
    private static let shortestWord = 3

    /// Whether it is one of the most common passwords, or fewer than 10⁸ guesses find it, with the user's own words tried first.
    ///
    /// Everything is compared in lower case, so that letter case by itself makes nothing safe.
    static func isGuessable(_ password: Password, userInputs: [String]) -> Bool {
        password.withBytes { bytes in
            var text = lowercased(bytes)
            defer { text.wipe() }
            return CommonPasswords.contains(text) || bits(of: text, words: words(in: userInputs)) < minimumBits
        }
    }

    private static func bits(of lowercased: [UInt8], words: [String]) -> Double {
        var phrase = Array(lowercased.prefix(prefixLength)) + [0]
        defer { phrase.wipe() }
        return phrase.withUnsafeBytes { match($0.assumingMemoryBound(to: CChar.self), words: words) }
    }

    /// The user's words: each input whole, and its parts between anything but letters and digits.
    static func words(in inputs: [String]) -> [String] {
        var words: [String] = []
        for input in inputs {
            let text = input.normalizedNFC().lowercased()
            let upToAt = text.prefix { $0 != "@" }
            let parts = text.split { !$0.isLetter && !$0.isNumber }
            for word in [text[...], upToAt] + parts
            where word.utf8.count >= shortestWord && !word.utf8.contains(0) && words.count < wordLimit {
                let prefix = String(decoding: word.utf8.prefix(prefixLength), as: UTF8.self)
                if !words.contains(prefix) { words.append(prefix) }
            }
        }
        return words
    }

    private static func lowercased(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.allSatisfy({ $0 < 0x80 }) else {
            return Array(String(decoding: bytes, as: UTF8.self).lowercased().utf8)
        }
        return bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    }

    private static func match(_ phrase: UnsafeBufferPointer<CChar>, words: [String]) -> Double {
        let text = words.map { Array($0.utf8CString) }
        let starts = text.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) }.dropLast()
        return text.flatMap { $0 }.withUnsafeBufferPointer { characters in
            var dictionary = starts.map { start in characters.baseAddress.map { $0 + start } } + [nil]
            return ZxcvbnMatch(phrase.baseAddress, &dictionary, nil)
        }
    }
}
