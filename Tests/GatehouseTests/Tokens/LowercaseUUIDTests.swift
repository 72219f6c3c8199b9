import Foundation
import Gatehouse
import Testing

@Suite struct LowercaseUUIDTests {
    @Test("An id is written in lower case and read back")
    func lowercase() {
        for id in (0..<100).map({ _ in UUID() }) {
            #expect(id.lowercaseString == id.uuidString.lowercased())
            #expect(UUID(lowercaseString: id.lowercaseString) == id)
        }
    }

    @Test(
        "Nothing else is read as an id",
        arguments: [
            "", "6BA7B810-9DAD-11D1-80B4-00C04FD430C8", "6ba7b810-9dad-11d1-80b4-00c04fd430cA",
            "6ba7b8109dad11d180b400c04fd430c8", "6ba7b810-9dad-11d1-80b4-00c04fd430c8 ",
            "6ba7b810-9dad-11d1-80b4-00c04fd430c",
            "6ba7b810x9dad-11d1-80b4-00c04fd430c8", "6ba7b81-09dad-11d1-80b4-00c04fd430c8",
            "6ba7b810-9dad-11d1-80b4-00c04fd430cg", "{6ba7b810-9dad-11d1-80b4-00c04fd43}",
            "+ba7b810-9dad-11d1-80b4-00c04fd430c8",
        ])
    func refused(text: String) {
        #expect(UUID(lowercaseString: text) == nil)
    }
}
