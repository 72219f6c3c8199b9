import Webhooks

/// Why a message has not reached its endpoint.
enum WebhookFailure: Error {
    /// The endpoint's secret doesn't open, so that nothing can be signed. It is the operator's to mend, and another instance may have
    /// the master key.
    case secretUnavailable
    case post(WebhookFault)

    /// A short name for logs and tables.
    var code: String {
        switch self {
        case .secretUnavailable: "secret_unavailable"
        case .post(let fault): fault.code
        }
    }

    /// The receiver wants no more messages, ever. After everything else the same message may be taken later.
    var isGone: Bool {
        if case .post(let fault) = self { fault.isGone } else { false }
    }

    /// Nothing has been attempted: this instance had no room for it.
    var isLackOfRoom: Bool {
        if case .post(.overloaded) = self { true } else { false }
    }

    /// This instance ends.
    var isCancellation: Bool {
        if case .post(.cancelled) = self { true } else { false }
    }
}
