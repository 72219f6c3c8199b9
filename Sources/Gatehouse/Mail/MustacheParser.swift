extension Mustache {
    /// Throws where something else stands than variables, sections and comments, well nested.
    ///
    /// - Parameter names: What variables there are, in the order in which they are told; nil takes any.
    init(_ text: String, of names: [String]? = nil) throws(MustacheFault) {
        var parser = MustacheParser(text, names: names)
        parts = try parser.parts()
    }
}

/// Reads a text once from its beginning to its end; what is open meanwhile is a stack, not recursion.
private struct MustacheParser {
    /// How deep sections may nest, so that rendering can't exhaust a thread's stack.
    static let greatestDepth = 16

    private struct OpenSection {
        let tag: MustacheTag
        var parts: [Mustache.Part] = []
    }

    private let bytes: [UInt8]
    private let names: [String]?
    private var outer: [Mustache.Part] = []
    private var open: [OpenSection] = []
    /// The end of what has been read.
    private var position = 0

    init(_ text: String, names: [String]?) {
        bytes = Array(text.utf8)
        self.names = names
    }

    mutating func parts() throws(MustacheFault) -> [Mustache.Part] {
        while let start = bytes[position...].firstPair(of: UInt8(ascii: "{")) {
            let tag = try tag(at: start)
            take(tag)
            try follow(tag)
        }
        if let section = open.last { throw fault(.noEnd(section.tag.name), section.tag) }
        append(text: position..<bytes.endIndex)
        return outer
    }

    /// The tag whose braces open here. Another pair of them within is a fault, not a part of its name or comment.
    private func tag(at start: Int) throws(MustacheFault) -> MustacheTag {
        let inside = start + 2
        guard let end = bytes[inside...].firstPair(of: UInt8(ascii: "}")),
            bytes[inside..<end].firstPair(of: UInt8(ascii: "{")) == nil
        else { throw fault(.unclosed, at: start) }
        let range = start..<end + 2
        guard let tag = MustacheTag(String(decoding: bytes[inside..<end], as: UTF8.self), range: range) else {
            throw fault(.notTaken(String(decoding: bytes[range], as: UTF8.self)), at: start)
        }
        return tag
    }

    /// Takes the text before a tag, and with a tag that has its line to itself the whole line.
    private mutating func take(_ tag: MustacheTag) {
        let line = tag.kind == .variable ? nil : bytes.line(holdingOnly: tag.range)
        append(text: position..<(line ?? tag.range).lowerBound)
        position = (line ?? tag.range).upperBound
    }

    private mutating func follow(_ tag: MustacheTag) throws(MustacheFault) {
        // What closes a section is compared with what has opened it.
        if let names, tag.kind != .comment, tag.kind != .end, !names.contains(tag.name) {
            throw fault(.unknown(tag.name, known: names), tag)
        }
        switch tag.kind {
        case .comment: break
        case .variable: append(.variable(tag.name))
        case .section, .inverted:
            guard open.count < Self.greatestDepth else { throw fault(.tooDeep, tag) }
            open.append(OpenSection(tag: tag))
        case .end:
            guard let section = open.popLast() else { throw fault(.noBeginning(tag.name), tag) }
            guard section.tag.name == tag.name else {
                throw fault(.otherEnd(tag.name, expected: section.tag.name), tag)
            }
            append(
                section.tag.kind == .section
                    ? .section(tag.name, section.parts) : .inverted(tag.name, section.parts))
        }
    }

    private mutating func append(text range: Range<Int>) {
        guard !range.isEmpty else { return }
        append(.text(String(decoding: bytes[range], as: UTF8.self)))
    }

    private mutating func append(_ part: Mustache.Part) {
        if open.isEmpty {
            outer.append(part)
        } else {
            open[open.endIndex - 1].parts.append(part)
        }
    }

    private func fault(_ reason: MustacheFault.Reason, _ tag: MustacheTag) -> MustacheFault {
        fault(reason, at: tag.range.lowerBound)
    }

    private func fault(_ reason: MustacheFault.Reason, at index: Int) -> MustacheFault {
        MustacheFault(reason: reason, line: 1 + bytes[..<index].count { $0 == UInt8(ascii: "\n") })
    }
}

extension ArraySlice<UInt8> {
    /// Where a byte first stands twice.
    fileprivate func firstPair(of byte: UInt8) -> Int? {
        guard count > 1 else { return nil }
        return (startIndex..<endIndex - 1).first { self[$0] == byte && self[$0 + 1] == byte }
    }
}

extension [UInt8] {
    /// The line or lines, with their end, on which there is nothing else but white space; nil where there is.
    fileprivate func line(holdingOnly range: Range<Int>) -> Range<Int>? {
        let isSpace: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        let start = self[..<range.lowerBound].lastIndex { !isSpace($0) }.map { $0 + 1 } ?? startIndex
        guard start == startIndex || self[start - 1] == UInt8(ascii: "\n") else { return nil }
        let rest = self[range.upperBound...].drop(while: isSpace)
        if rest.isEmpty { return start..<endIndex }
        if rest.first == UInt8(ascii: "\n") { return start..<rest.startIndex + 1 }
        return rest.starts(with: "\r\n".utf8) ? start..<rest.startIndex + 2 : nil
    }
}
