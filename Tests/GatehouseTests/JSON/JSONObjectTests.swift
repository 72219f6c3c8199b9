import Gatehouse
import Testing

@Suite struct JSONObjectTests {
    @Test("Members keep their order; setting replaces in place and nil removes")
    func order() {
        var object: JSONObject = ["b": 1, "a": 2, "c": 3]
        object["a"] = "two"
        object["b"] = nil
        object["d"] = .null
        object["missing"] = nil
        #expect(object.names == ["a", "c", "d"])
        #expect(object["a"] == "two")
        #expect(object["d"] == .null)
        #expect(object["b"] == nil)
        #expect(object.count == 3)
    }

    @Test("Objects are equal whatever the order of their members")
    func equality() {
        #expect(["a": 1, "b": 2] as JSONObject == ["b": 2, "a": 1])
        #expect(["a": 1, "b": 2] as JSONObject != ["b": 1, "a": 2])
        #expect(["a": 1] as JSONObject != ["a": 1, "b": 2])
        #expect(["a": 1, "b": 2] as JSONObject != ["a": 1])
        #expect(["a": .null] as JSONObject != [:])
    }

    @Test("A member is found by its exact name only")
    func exactNames() {
        let object: JSONObject = ["\u{212A}": 1, "e\u{301}": 2]
        #expect(object["K"] == nil)
        #expect(object["é"] == nil)
        #expect(object["\u{212A}"] == 1)
        #expect(JSON.string("K") != JSON.string("\u{212A}"))
    }

    @Test("Typed access answers only values of the type")
    func typedAccess() throws {
        let object = try #require(
            JSON.parse(#"{"t":"x","b":true,"i":5,"d":5.0,"big":9223372036854775808,"n":null,"a":[1],"o":{}}"#)
                .objectValue)
        #expect(object["t"]?.stringValue == "x")
        #expect(object["b"]?.boolValue == true)
        #expect(object["i"]?.integerValue == 5)
        #expect(object["d"]?.integerValue == nil)
        #expect(object["big"]?.integerValue == nil)
        #expect(object["n"]?.isNull == true)
        #expect(object["i"]?.boolValue == nil)
        #expect(object["b"]?.integerValue == nil)
        #expect(object["i"]?.stringValue == nil)
        #expect(object["a"]?.arrayValue == [1])
        #expect(object["o"]?.objectValue == [:])
        #expect(object["t"]?.isNull == false)
    }
}
