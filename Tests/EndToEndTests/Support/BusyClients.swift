#if os(Linux)
    import TestSupport

    /// Clients of the tenant `shop` that are never idle: each refreshes, asks who it is or signs in, again and again.
    enum BusyClients {
        static func register(_ count: Int, at place: Installation) async throws -> [KeptAliveClient] {
            var clients: [KeptAliveClient] = []
            for number in 0..<count {
                let email = "busy\(number)-\(UInt64.random(in: 0 ... .max))@example.com"
                let session = try await HTTP.post(
                    "\(place.url)/t/shop/v1/register", ["email": email, "password": goodPassword])
                let (access, refresh) = (session.text("access_token"), session.text("refresh_token"))
                clients.append(
                    KeptAliveClient(port: place.port) { last in
                        switch number % 3 {
                        case 0: post("refresh", #"{"refresh_token":"\#(refreshToken(in: last) ?? refresh)"}"#)
                        case 1: "GET /t/shop/v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(access)\r\n\r\n"
                        default: post("login", #"{"email":"\#(email)","password":"\#(goodPassword)"}"#)
                        }
                    })
            }
            return clients
        }

        private static func refreshToken(in body: String) -> String? {
            body.split(separator: #""refresh_token":""#).dropFirst().first.map { String($0.prefix { $0 != "\"" }) }
        }

        private static func post(_ route: String, _ body: String) -> String {
            """
            POST /t/shop/v1/\(route) HTTP/1.1\r
            Host: x\r
            Content-Type: application/json\r
            Content-Length: \(body.utf8.count)\r
            \r
            \(body)
            """
        }
    }
#endif
