import Foundation

/// How long experiments take: a short form in `make test`, a long one in `make faults`.
enum FaultForm {
    case short, long

    static let current: FaultForm = ProcessInfo.processInfo.environment["GATEHOUSE_FAULTS"] == "1" ? .long : .short

    func pick<Value>(short: Value, long: Value) -> Value { self == .short ? short : long }
}
