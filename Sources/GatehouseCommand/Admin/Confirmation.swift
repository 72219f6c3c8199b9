import ArgumentParser
import Gatehouse

/// For what can't be undone: a question on a terminal, `--yes` without one.
struct Confirmation: ParsableArguments {
    @Flag(help: "Don't ask; needed where there is no terminal to ask on.")
    var yes = false

    /// Throws `Refusal.confirmationRequired` unless a person, or the flag, agreed to `consequence`.
    func require(_ consequence: String) throws {
        if yes { return }
        guard Terminal.isInteractive else {
            throw Refusal.confirmationRequired("\(consequence) Add --yes to confirm it.")
        }
        let answer = Terminal.ask("\(consequence) Go on? [y/N] ") ?? ""
        guard ["y", "yes"].contains(answer.lowercased()) else {
            throw Refusal.confirmationRequired("Not confirmed; nothing was done.")
        }
    }
}
