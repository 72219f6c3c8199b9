/// Looks for many secrets at once, in every form, in time that hardly depends on how many they are.
struct SecretSearch {
    struct Hit: Hashable, CustomStringConvertible {
        let secret: String
        let form: Secret.Form

        var description: String { "\(secret) as \(form.rawValue)" }
    }

    private struct Trace {
        let bytes: [UInt8]
        let hit: Hit
    }

    /// By their first four bytes.
    private var traces: [UInt32: [Trace]] = [:]
    /// Whether a trace may begin with four bytes of this hash.
    private var mayBegin = [Bool](repeating: false, count: 1 << 20)

    init(for secrets: [Secret]) {
        for secret in secrets {
            for form in Secret.Form.allCases {
                for bytes in secret.traces(of: form) {
                    precondition(bytes.count >= 8, "\(secret.name) is too short to be told from chance.")
                    let beginning = bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
                    traces[beginning, default: []].append(
                        Trace(bytes: bytes, hit: Hit(secret: secret.name, form: form)))
                    mayBegin[Self.hash(beginning)] = true
                }
            }
        }
    }

    func hits(in haystack: [UInt8]) -> Set<Hit> {
        var hits: Set<Hit> = []
        haystack.withUnsafeBufferPointer { haystack in
            mayBegin.withUnsafeBufferPointer { mayBegin in
                guard let bytes = haystack.baseAddress, let filter = mayBegin.baseAddress else { return }
                var window: UInt32 = 0
                var index = 0
                // Tests are built without optimisation: bare pointers keep a hundred megabytes a matter of seconds.
                while index < haystack.count {
                    window = window << 8 | UInt32(bytes[index])
                    if filter[Self.hash(window)], index >= 3 {
                        for trace in traces[window] ?? [] where Self.is(trace.bytes, at: index - 3, of: haystack) {
                            hits.insert(trace.hit)
                        }
                    }
                    index += 1
                }
            }
        }
        return hits
    }

    private static func hash(_ beginning: UInt32) -> Int {
        Int((beginning &* 2_654_435_761) >> 12)
    }

    private static func `is`(_ trace: [UInt8], at index: Int, of haystack: UnsafeBufferPointer<UInt8>) -> Bool {
        index + trace.count <= haystack.count && haystack[index..<index + trace.count].elementsEqual(trace)
    }
}
