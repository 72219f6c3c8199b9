import Gatehouse

@testable import GatehouseHTTP

private enum Choice: String, CaseIterable { case body, cookie }

/// Takes the object for the body of a request and compares what is refused with a plain list of what has to be.
func checkFields(of object: JSONObject) {
    var fields = RequestFields(object)
    let email = fields.text("email")
    let name = fields.takeIfAny("name") { $0 }
    let username = fields.change("username") { $0 }
    let delivery = fields.choice("delivery", default: Choice.body)
    // No field is called so; U+212A is canonically equivalent to it.
    _ = fields.takeIfAny("K") { $0 }

    var found: [FieldProblem] = []
    do throws(Refusal) {
        try fields.finish()
    } catch {
        guard case .validationFailed(let problems) = error else { return expect(false, "Fields fail validation only") }
        expect((1...20).contains(problems.count), "A refusal names between 1 and 20 problems")
        found = problems
    }
    let wanted = expectedProblems(of: object)
    expect(
        found.map { [Array($0.field.utf8), Array($0.code.utf8)] }
            == wanted.prefix(20).map { [Array($0.name.utf8), Array($0.code.utf8)] },
        "Exactly the wrong, missing and unknown fields are refused")
    guard wanted.isEmpty else { return }
    expect(same(email, object["email"]), "A text is taken as it stands")
    expect(same(name, object["name"]), "An optional text is taken as it stands")
    expect(same(delivery.rawValue, object["delivery"] ?? "body"), "A choice is the word that stands there")
    switch (username, object["username"]) {
    case (.keep, nil), (.clear, .null?): break
    case (.set(let text), let member?): expect(same(text, member), "A change sets the text that stands there")
    default: expect(false, "A change keeps, clears or sets as the member says")
    }
}

private func expectedProblems(of object: JSONObject) -> [(name: String, code: String)] {
    var problems: [(name: String, code: String)] = []
    let email = object["email"]
    if email == nil { problems.append(("email", "required")) }
    if let email, email.stringValue == nil { problems.append(("email", "invalid_type")) }
    for name in ["name", "username"] {
        if let value = object[name], !value.isNull, value.stringValue == nil { problems.append((name, "invalid_type")) }
    }
    if let delivery = object["delivery"], delivery != "body", delivery != "cookie" {
        problems.append(("delivery", "invalid_choice"))
    }
    if let value = object["K"], !value.isNull, value.stringValue == nil { problems.append(("K", "invalid_type")) }
    let known = ["email", "name", "username", "delivery", "K"].map { Array($0.utf8) }
    for name in object.names where !known.contains(Array(name.utf8)) { problems.append((name, "unknown_field")) }
    return problems
}

private func same(_ text: String?, _ member: JSON?) -> Bool {
    text.map { Array($0.utf8) } == member?.stringValue.map { Array($0.utf8) }
}

/// Plants forbidden characters in every second member and expects these members to be named, and no other.
func checkForbiddenMembers(of object: JSONObject) {
    let planted = object.members.enumerated().map { index, member in
        (name: JSON.string(member.name).text, value: member.value.text, isForbidden: index % 2 == 0)
    }
    let written = planted.map { name, value, isForbidden in
        isForbidden ? #"\#(name):[\#(value),{"k":"\ud800x"},"\u0000"]"# : "\(name): \(value)"
    }
    let names = ForbiddenCharacters.members(of: Array("{\(written.joined(separator: ","))}".utf8))
    let expected = planted.filter(\.isForbidden).map { Array($0.name.utf8.dropFirst().dropLast()) }
    expect(
        names.map { Array($0.utf8) } == expected,
        "Exactly the members that hold a forbidden character are named")
}
