import FoundationEssentials

/// The account whose password is being guessed, or devices of its owner's, as the digest under which its failures are counted.
///
/// An account that doesn't exist has one too, so that it behaves the same. What was typed can't be read back from it.
struct GuessedAccount: Sendable, Hashable {
    let digest: [UInt8]

    init(_ userID: UUID, in tenant: UUID) {
        self.init("user", userID.lowercaseString, in: tenant)
    }

    init(_ userID: UUID?, orElse name: LogInName, in tenant: UUID) {
        switch (userID, name) {
        case (let id?, _): self.init(id, in: tenant)
        case (nil, .email(let email)): self.init("email", email.key, in: tenant)
        case (nil, .username(let text)): self.init("username", text.foldingASCIICase, in: tenant)
        }
    }

    /// An address that somebody wants to change to. It is counted by itself whether or not it is somebody's, so that its counter and
    /// those of sign-ins don't tell by each other who has an account.
    init(newAddress address: TypedEmail, in tenant: UUID) {
        self.init("new_email", address.key, in: tenant)
    }

    /// A recognised device by itself.
    init(_ device: DeviceClaims) {
        self.init(
            "device", "\(device.subject.lowercaseString):\(device.deviceID.lowercaseString)", in: device.tenantID)
    }

    /// All that its user has, together. A new password has new devices, and what others have used up is no concern of theirs.
    init(devicesLike device: DeviceClaims) {
        self.init("devices", "\(device.subject.lowercaseString):\(device.passwordVersion)", in: device.tenantID)
    }

    /// All that its user has had under earlier passwords, together, however many and of whichever.
    init(staleDevicesLike device: DeviceClaims) {
        self.init("devices", "\(device.subject.lowercaseString):stale", in: device.tenantID)
    }

    private init(_ kind: String, _ value: String, in tenant: UUID) {
        digest = CountedSubject("\(kind):\(value)", in: tenant).digest
    }
}
