/// What a connection is wanted for.
struct Errand: Sendable {
    /// Whom it is for; nil without a name and settings, for what a program does for nobody in particular. Statements of one name, and
    /// else those whose first setting is the same, are one party's: of one tenant, where that setting names it. Two parties that share
    /// a hash share what one may have of the pool, no more.
    let party: Int?
    /// Whether it may wait however many do already.
    let always: Bool

    init(settings: [LocalSetting], party name: String? = nil, always: Bool = false) {
        party = name?.hashValue ?? settings.first?.hashValue
        self.always = always
    }
}
