/// How many failures are let through, and in what time.
public struct GuessBudget: Sendable, Equatable {
    public let failures: Int
    public let window: Duration

    public init(failures: Int, window: Duration) {
        self.failures = failures
        self.window = window
    }
}

/// The guessing budgets of the service; a part that is nil isn't limited.
public struct GuessLimits: Sendable, Equatable {
    /// Failures on one account, from devices that are not recognised.
    public var account: GuessBudget?
    /// Failures on one account from one recognised device. All devices of a user together are let five times that; those from before
    /// the password, all together, are let once that.
    public var device: GuessBudget?
    /// Failures from one source address (IPv6 by /64).
    public var source: GuessBudget?
    /// Registrations from one source address.
    public var register: GuessBudget?
    /// Mails of one kind to one address that somebody asks for.
    public var mail: GuessBudget?
    /// Changes that one user makes of their own profile: each is an event, which stays for long.
    public var profile: GuessBudget?

    public static let off = GuessLimits()
    public static let standard = GuessLimits(
        account: GuessBudget(failures: 10, window: .seconds(15 * 60)),
        device: GuessBudget(failures: 10, window: .seconds(15 * 60)),
        source: GuessBudget(failures: 100, window: .seconds(15 * 60)),
        register: GuessBudget(failures: 600, window: .seconds(3600)),
        mail: GuessBudget(failures: 5, window: .seconds(15 * 60)),
        profile: GuessBudget(failures: 600, window: .seconds(3600)))

    public init(
        account: GuessBudget? = nil, device: GuessBudget? = nil, source: GuessBudget? = nil,
        register: GuessBudget? = nil, mail: GuessBudget? = nil, profile: GuessBudget? = nil
    ) {
        self.account = account
        self.device = device
        self.source = source
        self.register = register
        self.mail = mail
        self.profile = profile
    }

    /// Reads `account=10/15m,device=10/15m,source=100/15m,register=600/1h,mail=5/15m,profile=600/1h`; `off` for a part
    /// switches it off, and a part that isn't named keeps its standard. `off` alone switches all of them off.
    public init(parsing text: String) throws(FieldFault) {
        if text == "off" {
            self = .off
            return
        }
        self = .standard
        for part in text.split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, let member = Self.members[pair[0].trimmingASCIISpaceText] else {
                throw Self.malformed
            }
            self[keyPath: member] = try Self.budget(pair[1].trimmingASCIISpaceText)
        }
    }

    private static var members: [String: WritableKeyPath<GuessLimits, GuessBudget?>] {
        [
            "account": \.account, "device": \.device, "source": \.source, "register": \.register, "mail": \.mail,
            "profile": \.profile,
        ]
    }

    private static func budget(_ text: String) throws(FieldFault) -> GuessBudget? {
        if text == "off" { return nil }
        let pair = text.split(separator: "/", omittingEmptySubsequences: false)
        guard pair.count == 2, let failures = Int(pair[0]), (1...1_000_000).contains(failures),
            let window = Duration(parsing: String(pair[1])), window > .zero
        else { throw malformed }
        return GuessBudget(failures: failures, window: window)
    }

    private static let malformed = FieldFault(
        code: "invalid_format",
        message: "Limits are written account=10/15m,device=10/15m,source=100/15m,register=600/1h,mail=5/15m,"
            + "profile=600/1h, with off for a part or for all.")
}

extension Substring {
    fileprivate var trimmingASCIISpaceText: String { String(String(self).trimmingASCIISpace()) }
}
