/// What a connection of the pool is wanted for, as far as it decides who may wait for one.
struct Errand: Sendable {
    /// Statements with the same settings are one party's: of one tenant, where the setting names that.
    let settings: [LocalSetting]
    /// Whether it may wait however many do already.
    var always = false

    /// Nil without settings: what a program does for nobody in particular. Two parties that share a hash share their part of the
    /// waiting room, no more.
    var party: Int? { settings.isEmpty ? nil : settings.hashValue }
}
