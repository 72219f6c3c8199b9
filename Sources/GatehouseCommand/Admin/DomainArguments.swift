public import ArgumentParser
public import Gatehouse

// A conformance of a public type is public itself, and so is what it is made of.

extension ReusePolicy: ExpressibleByArgument {}
extension SigningAlgorithm: ExpressibleByArgument {}
extension RotationUse: ExpressibleByArgument {}
extension EmailLogin: ExpressibleByArgument {}
extension MailKind: ExpressibleByArgument {}
extension KeyUse: ExpressibleByArgument {}
extension ImportState: ExpressibleByArgument {}
extension ImportFormat: ExpressibleByArgument {}
