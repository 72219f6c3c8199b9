import Gatehouse

/// The reader of request bodies, given any bytes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSON(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let oracle = FoundationOracle(bytes)
    do throws(JSONFault) {
        let value = try JSON.parse(bytes)
        oracle.checkAgreement(with: value)
        checkBounds(of: value, in: bytes)
        checkWriting(of: value)
        JSONVariants(of: value, in: bytes).check()
        if let object = value.objectValue {
            checkFields(of: object)
            checkForbiddenMembers(of: object)
        }
    } catch {
        switch error {
        case .malformed: oracle.checkIsMalformed()
        case .duplicateMember: oracle.checkHasDuplicate()
        case .forbiddenCharacter: oracle.checkIsWellFormed()
        }
    }
    return 0
}

private func checkBounds(of value: JSON, in bytes: [UInt8]) {
    expect(value.depth <= JSON.maximumDepth, "No value is nested deeper than is allowed")
    expect(value.memberCount == countMembers(in: bytes), "Every member that is written is there")
    expect(value.hasDistinctNames, "No object has a name twice")
    expect(String(validating: bytes, as: UTF8.self) != nil, "What is read is UTF-8")
    expect(value.numbersAreBounded, "No number is longer than is allowed")
}

private func checkWriting(of value: JSON) {
    let written = value.serialized()
    expect(!written.contains { $0 < 0x20 }, "Control characters are written escaped")
    do throws(JSONFault) {
        let again = try JSON.parse(written)
        expect(again == value, "A value that is written and read again is the same")
        expect(again.serialized() == written, "A value has one written form")
    } catch {
        expect(false, "What is written can be read, but: \(error)")
    }
}

/// Counts the colons outside strings of a text that is well-formed.
func countMembers(in bytes: [UInt8]) -> Int {
    var count = 0
    var isInString = false
    var isEscaped = false
    for byte in bytes {
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\"") {
            isInString.toggle()
        } else if isInString {
            isEscaped = byte == UInt8(ascii: "\\")
        } else if byte == UInt8(ascii: ":") {
            count += 1
        }
    }
    return count
}
