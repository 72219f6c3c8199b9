import FoundationEssentials

extension Date {
    /// Since 1970, as Keycloak and Firebase count time.
    init(milliseconds: Int) {
        self.init(timeIntervalSince1970: Double(milliseconds) / 1000)
    }
}
