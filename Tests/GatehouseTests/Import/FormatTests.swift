import FoundationEssentials
import Testing

@testable import Gatehouse

@Suite("Formats of files of users")
struct FormatTests {
    @Test("A JSON line and a CSV record say the same")
    func common() throws {
        let line = """
            {"id":"6F1C0F0E-2B5D-4C55-9D3E-000000000001","email":"ada@example.com","username":"ada","name":"Ada",\
            "email_verified":true,"disabled":true,"claims":{"roles":["admin"]},"created_at":"2024-03-01T09:30:00Z",\
            "password_hash":"$2a$05$x"}
            """
        let table = """
            password_hash,id,email,username,name,email_verified,disabled,claims,created_at
            $2a$05$x,6f1c0f0e-2b5d-4c55-9d3e-000000000001,ada@example.com,ada,Ada,t,TRUE,"{""roles"":[""admin""]}",2024-03-01 09:30:00+00
            """
        let users = try UserFile.read(line, as: .jsonl) + UserFile.read(table, as: .csv)
        let expected = UserDraft(
            id: UUID(uuidString: "6f1c0f0e-2b5d-4c55-9d3e-000000000001"), email: "ada@example.com", username: "ada",
            name: "Ada", isVerified: true, isDisabled: true, claims: ["roles": ["admin"]],
            createdAt: Date(timeIntervalSince1970: 1_709_285_400), passwordHash: "$2a$05$x")
        #expect(users.map(\.draft.user) == [expected, expected])
        #expect(users.map(\.line) == [1, 2])
    }

    @Test("Empty fields and nulls are as good as none")
    func empty() throws {
        let line = """
            {"email":"ada@example.com","username":null,"name":null,"claims":null,"created_at":null,"password_hash":null}
            """
        let table = "email,username,name,email_verified,claims,created_at,password_hash\nada@example.com,,,,,,\n"
        let expected = UserDraft(email: "ada@example.com")
        #expect(try UserFile.read(line, as: .jsonl).map(\.draft.user) == [expected])
        #expect(try UserFile.read(table, as: .csv).map(\.draft.user) == [expected])
    }

    @Test(
        "What isn't right is refused by its field",
        arguments: [
            ("{", ["malformed"]), ("[]", ["malformed"]), ("{\"email\":\"a\",\"email\":\"b\"}", ["malformed"]),
            ("{\"email\":1}", ["invalid_type"]), ("{\"email\":\"a\",\"email_verified\":\"yes\"}", ["invalid_type"]),
            ("{\"email\":\"a\",\"emailVerified\":true}", ["unknown_field"]),
            ("{\"email\":\"a\",\"claims\":\"{}\",\"created_at\":\"yesterday\"}", ["invalid_type", "invalid_format"]),
            ("{\"id\":\"00000000-0000-0000-0000-000000000000\"}", ["invalid_format"]),
            ("{\"id\":\"7\"}", ["invalid_format"]),
        ])
    func refused(line: String, codes: [String]) throws {
        #expect(try UserFile.read(line, as: .jsonl).map(\.draft.codes) == [codes])
    }

    @Test("A record with too many or too few fields is refused")
    func fieldCount() throws {
        let users = try UserFile.read("email,name\na@example.com\nb@example.com,B,b\nc@example.com,C\n", as: .csv)
        #expect(users.map(\.draft.codes) == [["malformed"], ["malformed"], []])
        #expect(users.map(\.line) == [2, 3, 4])
    }

    @Test(
        "In every format a username with an @ is left out, and another that can't be one is refused",
        arguments: [
            (.jsonl, "{\"email\":\"ada@example.com\",\"username\":\"NAME\"}"),
            (.csv, "email,username\nada@example.com,NAME\n"),
            (.auth0, "{\"email\":\"ada@example.com\",\"username\":\"NAME\"}"),
            (.keycloak, "{\"users\":[{\"email\":\"ada@example.com\",\"username\":\"NAME\"}]}"),
        ] as [(ImportFormat, String)])
    func usernames(format: ImportFormat, file: String) throws {
        func username(_ name: String) throws -> String? {
            let draft = try UserFile.read(file.replacing("NAME", with: name), as: format)[0].draft.get()
            let position = RecordPosition(line: 1, number: 1)
            return try ImportedUser(draft, at: position, now: Date(), newID: { UUID() }).profile.username?.text
        }
        #expect(try username("ada") == "ada")
        #expect(try username("Ada@Example.com") == nil)
        #expect(throws: Refusal.self) { try username("ada lovelace") }
    }

    @Test("Keycloak's realm: names, ids and times are kept, disabled stays disabled, unknown hashes are refused")
    func keycloak() throws {
        let users = try UserFile.read(try sampleExport("shop-realm.json"), as: .keycloak)
        let emails = users.map(\.draft.user?.email)
        #expect(emails == ["jane@example.com", "user1@example.com", "user2@example.com", "mary@example.com", nil, nil])
        let jane = try #require(users[0].draft.user)
        #expect(jane.id == UUID(uuidString: "6f1c0f0e-2b5d-4c55-9d3e-000000000001"))
        #expect(jane.username == "jane" && jane.name == "Jane Doe" && jane.isVerified && !jane.isDisabled)
        #expect(jane.createdAt == Date(milliseconds: 1_740_654_292_336))
        #expect(
            jane.passwordHash
                == "$argon2id$v=19$m=7168,t=5,p=1$LRScGShC7shkdoU5B1UgUQ$xKjWvB9+0sSP6wTqI1JoEI7w+iA0x9VDhPgmrOHRG80")
        #expect(users[2].draft.user?.isDisabled == true)
        #expect(users[4].draft.codes == ["invalid_format"])
        // The service account has no email, which is found later.
        #expect(users[5].draft.user?.username == "service-account-backend")
    }

    @Test("Supabase's table: verified, banned and deleted users are told apart")
    func supabase() throws {
        let users = try UserFile.read(try sampleExport("supabase-users.csv"), as: .supabase)
        let ada = try #require(users[0].draft.user)
        #expect(ada.isVerified && !ada.isDisabled && ada.name == "Ada Lovelace")
        #expect(ada.id == UUID(uuidString: "7d1e3bb5-52c5-4bd7-8c4e-27f5a3a8f4b1"))
        #expect(ada.createdAt == Date(timeIntervalSince1970: 1_709_285_398.5))
        let grace = try #require(users[1].draft.user)
        #expect(!grace.isVerified && grace.isDisabled && grace.passwordHash == nil)
        #expect(users[2].draft.codes == ["deleted"])
    }

    @Test("Supabase's metadata gives a name where there is one in it, and keeps nobody out")
    func metadata() throws {
        let examples = [
            ("no JSON", nil), ("{\"name\":\"Ada\",\"name\":\"Ada\"}", nil), ("[\"Ada\"]", nil),
            ("{\"full_name\":\"\",\"name\":\"Ada\"}", "Ada"), ("{\"full_name\":7,\"name\":\"Ada\"}", "Ada"),
            ("{\"full_name\":\"Ada L\",\"name\":\"Ada\"}", "Ada L"), ("{\"name\":\"\\u0007\"}", nil),
        ]
        let rows = examples.map { "ada@example.com,,\"\($0.0.replacing("\"", with: "\"\""))\"\n" }
        let users = try UserFile.read("email,encrypted_password,raw_user_meta_data\n\(rows.joined())", as: .supabase)
        #expect(try users.map { try $0.draft.get().name } == examples.map(\.1))
    }

    @Test("A ban that is over or has no end")
    func bans() throws {
        let table =
            "email,encrypted_password,banned_until\na@example.com,,2020-01-01 00:00:00+00\nb@example.com,,infinity\n"
        #expect(try UserFile.read(table, as: .supabase).map(\.draft.user?.isDisabled) == [false, true])
    }

    @Test("Auth0's lines: bcrypt and the custom hashes that can be verified")
    func auth0() throws {
        let users = try UserFile.read(try sampleExport("auth0-users.jsonl"), as: .auth0)
        #expect(users[0].draft.user?.passwordHash?.hasPrefix("$2b$05$") == true)
        #expect(users[1].draft.user?.passwordHash?.hasPrefix("$pbkdf2-sha256$i=80000") == true)
        #expect(users[1].draft.user?.name == "Grace Hopper")
        #expect(
            users[2].draft.user?.passwordHash
                == "$scrypt$ln=10,r=8,p=16$TmFDbA"
                + "$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWIurzDZLiKjiG/xCSedmDDaxyevuUqD7m2DYMvfoswGQA")
        #expect(users[3].draft.codes == ["invalid_format"])
        #expect(users[4].draft.user?.email == "barbara@example.com" && users[4].draft.user?.isVerified == true)
    }

    @Test(
        "Auth0's email is that of the user, or the first among the identifiers where they have none",
        arguments: [
            ("\"email\":\"a@example.com\",\"email_verified\":true", "a@example.com", true),
            (
                "\"email\":\"a@example.com\",\"identifiers\":[{\"type\":\"email\",\"value\":\"b@example.com\",\"verified\":true}]",
                "a@example.com", false
            ),
            (
                "\"identifiers\":[1,{\"type\":\"username\",\"value\":\"b\"},{\"type\":\"email\",\"value\":\"b@example.com\"}],"
                    + "\"email_verified\":true", "b@example.com", false
            ),
            ("\"identifiers\":[{\"type\":\"phone_number\",\"value\":\"+15555550100\",\"verified\":true}]", nil, false),
            ("\"identifiers\":[]", nil, false),
        ])
    func identifiers(members: String, email: String?, isVerified: Bool) throws {
        let user = try UserFile.read("{\(members)}", as: .auth0)[0].draft.get()
        #expect(user.email == email && user.isVerified == isVerified)
    }

    @Test("Firebase's document: the signer key is used and isn't kept")
    func firebase() throws {
        let project = try FirebaseHashConfig(parsing: try sampleExport("firebase-hash-config.txt"))
        let users = try UserFile.read(try sampleExport("firebase-users.json"), as: .firebase, project: project)
        let ada = try #require(users[0].draft.user)
        #expect(ada.claims == ["roles": ["admin"]] && ada.createdAt == Date(milliseconds: 1_709_285_398_000))
        let hash = try #require(ada.passwordHash)
        #expect(hash.hasPrefix("$firebase-scrypt$ln=14,r=8,p=1$"))
        #expect(!hash.contains(PHCBase64.encode(project.signerKey)))
        #expect(users[1].draft.user?.passwordHash == nil && users[1].draft.user?.name == "Grace Hopper")
        #expect(users[2].draft.user?.email == nil)
        #expect("\(project)" == "<redacted>")
    }

    @Test("A hash of Firebase's without its salt, or a salt alone, is refused; neither is no password")
    func firebaseWithoutSalt() throws {
        let project = try FirebaseHashConfig(parsing: try sampleExport("firebase-hash-config.txt"))
        let members = [
            "\"passwordHash\":\"UkVEQUNURUQ=\"", "\"passwordHash\":\"UkVEQUNURUQ=\",\"salt\":\"\"",
            "\"salt\":\"42xEC+ixf3L2lw==\"", "\"passwordHash\":\"\",\"salt\":\"\"", "\"disabled\":false",
        ]
        let file = "{\"users\":[\(members.map { "{\"email\":\"ada@example.com\",\($0)}" }.joined(separator: ","))]}"
        let users = try UserFile.read(file, as: .firebase, project: project)
        #expect(users.map(\.draft.codes) == [["invalid_format"], ["invalid_format"], ["invalid_format"], [], []])
    }

    @Test("The name of a file says its format where it can")
    func names() {
        #expect(ImportFormat(ofFile: "users.jsonl") == .jsonl)
        #expect(ImportFormat(ofFile: "/some.where/users.CSV") == .csv)
        #expect(ImportFormat(ofFile: "users.json") == nil)
        #expect(ImportFormat(ofFile: "-") == nil)
    }
}
