import Gatehouse
import Testing

@testable import GatehouseHTTP

@Suite struct RequestFieldsTests {
    private func problems(_ object: JSONObject, _ take: (inout RequestFields) -> Void) -> [String] {
        var fields = RequestFields(object)
        take(&fields)
        do throws(Refusal) {
            try fields.finish()
            return []
        } catch {
            guard case .validationFailed(let problems) = error else { return ["\(error)"] }
            return problems.map { "\($0.field) \($0.code)" }
        }
    }

    @Test func `All problems are answered together`() {
        let found = problems(["email": 7, "role": "admin", "delivery": "pigeon"]) { fields in
            _ = fields.text("email")
            _ = fields.text("password")
            _ = fields.choice("delivery", default: Delivery.body)
        }
        #expect(
            found == ["email invalid_type", "password required", "delivery invalid_choice", "role unknown_field"])
    }

    @Test func `A member that differs in case is unknown`() {
        #expect(problems(["Email": "x"]) { _ = $0.takeIfAny("email") { $0 } } == ["Email unknown_field"])
    }

    @Test func `A member is not taken for one whose name compares alike`() {
        let found = problems(["K": "x", "\u{212A}": "x"]) { _ = $0.takeIfAny("K") { $0 } }
        #expect(found.map { Array($0.utf8) } == [Array("\u{212A} unknown_field".utf8)])
    }

    @Test func `An optional field may be null, a required one and a choice may not`() {
        #expect(problems(["name": nil]) { _ = $0.takeIfAny("name") { $0 } }.isEmpty)
        #expect(problems(["name": nil]) { _ = $0.text("name") } == ["name invalid_type"])
        #expect(problems(["d": nil]) { _ = $0.choice("d", default: Delivery.body) } == ["d invalid_choice"])
    }

    @Test func `A change keeps, clears or sets`() {
        var fields = RequestFields(["a": nil, "b": "x"])
        guard case .clear = fields.change("a", { $0 }), case .set("x") = fields.change("b", { $0 }),
            case .keep = fields.change("c", { $0 })
        else {
            Issue.record("a change was misread")
            return
        }
    }

    @Test func `No more than twenty problems are listed`() {
        var object = JSONObject()
        for index in 0..<100 { object["x\(index)"] = 1 }
        #expect(problems(object) { _ in }.count == 20)
    }

    @Test(arguments: [
        (#"{"a":"\u0000"}"#, ["a"]), (#"{"a":"x","b":"\ud800"}"#, ["b"]),
        (#"{"a":"\udc00\ud800","b":"\u0000"}"#, ["a", "b"]),
        (#"{"a":"\ud83d\ude00","b":"\u0000"}"#, ["b"]), (#"{"a":"\\u0000","b":["\u0000"]}"#, ["b"]),
        (#"{"a":{"x":"\u0000"},"b":"\""}"#, ["a"]), (#"{"\u0000":"x"}"#, [#"\u0000"#]),
        (#"["\u0000"]"#, []), (#" [{"a":"\u0000"}]"#, []), (#" {"a":"\ud800","\ud800":"\u0000"}"#, ["a", #"\ud800"#]),
        (#"{"a":"\"","b":"\ud800x\ude00"}"#, ["b"]), (#"{"a":["\u0000",1,"\u0000"]}"#, ["a"]),
        ("{\"é\":\"\\u0000\",\"e\u{301}\":\"\\u0000\"}", ["é", "e\u{301}"]),
    ])
    func `The member that holds a forbidden character is found`(text: String, names: [String]) throws {
        #expect(throws: JSONFault.forbiddenCharacter) { try JSON.parse(text) }
        #expect(ForbiddenCharacters.members(of: Array(text.utf8)) == names)
    }
}
