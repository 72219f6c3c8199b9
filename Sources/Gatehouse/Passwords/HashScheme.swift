/// A stored password hash taken apart, of one of the schemes that can be verified.
enum HashScheme {
    init?(parsing stored: String) { return nil }
    func isWithin(_ ceiling: HashCeiling) -> Bool { false }
}
