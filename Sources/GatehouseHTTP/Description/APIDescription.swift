import Crypto
import FoundationEssentials
import Gatehouse

/// The HTTP API as it describes itself: in OpenAPI 3.1 at `/openapi.json`, and as a page at `/docs`.
///
/// Both are made of `openapi.json`, once in a process; an instance adds where it is reached.
struct APIDescription: Sendable {
    /// The description in JSON, without white space.
    let document: [UInt8]
    /// The page in HTML.
    let page: [UInt8]

    init(publicURL: String) {
        document = Self.documentTemplate.filled(with: JSON.string(publicURL).serialized())
        page = Self.pageTemplate.filled(with: Array(HTMLText.escaped(publicURL).utf8))
    }

    /// The page runs nothing and loads nothing; its one style sheet is known by its hash.
    static let pagePolicy: String = {
        let hash = Data(SHA256.hash(data: PackageResources.docs_css)).base64EncodedString()
        return
            "default-src 'none'; style-src 'sha256-\(hash)'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    }()

    /// What `openapi.json` names as the server, in whose place every instance names itself.
    private static let placeholder = "https://login.example"

    private static let documentTemplate: Template = {
        let url = JSON.string(placeholder).serialized()
        return Template(
            JSON.object(source).serialized(), gapAt: Array("\"url\":".utf8) + url, keeping: "\"url\":".utf8.count)
    }()

    private static let pageTemplate = Template(
        DescriptionPage(DescribedAPI(source), server: placeholder, style: PackageResources.docs_css).html(),
        gapAt: Array(placeholder.utf8), keeping: 0)

    private static let source: JSONObject = {
        // The text is compiled in, and every start of the service reads it, in each test of the HTTP API as well.
        guard let source = try? JSON.parse(PackageResources.openapi_json).objectValue else {
            preconditionFailure("openapi.json is no JSON object")
        }
        return source
    }()
}

/// A text with a gap.
private struct Template: Sendable {
    private let before: ArraySlice<UInt8>
    private let after: ArraySlice<UInt8>

    /// The gap is where `marker` first occurs, without the bytes at its beginning that are kept.
    init(_ text: [UInt8], gapAt marker: [UInt8], keeping kept: Int) {
        // As with the source: whoever starts the service sees to it.
        guard let found = text.firstRange(of: marker) else { preconditionFailure("openapi.json names no server") }
        before = text[..<(found.lowerBound + kept)]
        after = text[found.upperBound...]
    }

    func filled(with content: [UInt8]) -> [UInt8] {
        before + content + after
    }
}
