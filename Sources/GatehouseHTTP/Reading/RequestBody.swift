import Gatehouse
import HTTPTypes
import NIOCore

extension Request {
    /// Whether the head says that more is coming than is read of a body. What says nothing of its length is refused by whoever reads it.
    var announcesTooMuch: Bool { announcedLength ?? 0 > IncomingBody.maximumSize }

    /// Digits, as the decoder has seen to; more of them than fit are too many bytes.
    private var announcedLength: Int? { headers.text(of: .contentLength).map { Int($0) ?? .max } }

    /// The body as an object whose fields can be taken; nil when there is no body.
    ///
    /// Throws what is wrong with it as a whole: too large (as soon as it is), not declared as JSON, not JSON, or no object.
    func fieldsIfAny() async throws -> RequestFields? {
        guard let bytes = try await bodyBytes(as: .json) else { return nil }
        do {
            guard case .object(let object) = try JSON.parse(bytes) else { throw RequestFault.noObject }
            return RequestFields(object)
        } catch let fault as JSONFault {
            throw Self.error(for: fault, in: bytes)
        }
    }

    /// As `fieldsIfAny`, where there has to be a body.
    func fields() async throws -> RequestFields {
        guard let fields = try await fieldsIfAny() else { throw RequestFault.malformedJSON }
        return fields
    }

    /// The parameters of a form; none where there is no body.
    ///
    /// Throws what is wrong with the body as a whole, as `fieldsIfAny` does, and `OAuthFault.invalidRequest` for a broken form.
    func formFields() async throws -> FormFields {
        guard let bytes = try await bodyBytes(as: .form) else { return FormFields() }
        return try FormFields(bytes)
    }

    private func bodyBytes(as type: MediaType) async throws -> [UInt8]? {
        guard announcedLength ?? 0 > 0 || headers.contains(.transferEncoding) else { return nil }
        let buffer: ByteBuffer
        do {
            buffer = try await body.whole()
        } catch {
            switch error {
            case .tooLarge: throw RequestFault.payloadTooLarge
            case .cutShort: throw RequestFault.malformedRequest("The body ended before its length.")
            case .broken(let error): throw error
            }
        }
        guard buffer.readableBytes > 0 else { return nil }
        guard type.isDeclared(in: headers) else { throw RequestFault.unsupportedMediaType(expected: type) }
        return Array(buffer.readableBytesView)
    }

    private static func error(for fault: JSONFault, in bytes: [UInt8]) -> any Error {
        switch fault {
        case .malformed:
            RequestFault.malformedJSON
        case .duplicateMember:
            RequestFault.malformedRequest("A member of the body is there twice.")
        case .forbiddenCharacter:
            forbiddenCharacters(in: bytes)
        }
    }

    private static func forbiddenCharacters(in bytes: [UInt8]) -> any Error {
        let names = ForbiddenCharacters.members(of: bytes)
        guard !names.isEmpty else { return RequestFault.noObject }
        return Refusal.validationFailed(
            names.prefix(RequestFields.maximumProblems).map { name in
                FieldProblem(
                    field: name, code: "invalid_format", message: "The text contains NUL or half of a surrogate pair.")
            })
    }
}

extension RequestFault {
    fileprivate static let noObject = RequestFault.malformedRequest("The body must be a JSON object.")
}
