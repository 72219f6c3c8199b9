/// What is sent where a tenant has no wording of its own.
extension MailTemplate {
    static func standard(_ kind: MailKind) -> MailTemplate {
        let wording = Wording(kind)
        let invites = kind.purpose != nil
        return MailTemplate(
            kind: kind, locale: "", subject: wording.subject,
            text: "\(wording.text)\n\n\(invites ? action(wording.invitation) : "")\(wording.ending)\n\n{{app}}\n",
            html: """
                <!doctype html><html><body style="font-family:sans-serif;line-height:1.5">
                <p>\(wording.text)</p>
                \(invites ? htmlAction(wording.invitation) : "")<p>\(wording.ending)</p>
                <p>{{app}}</p>
                </body></html>

                """)
    }

    private static func action(_ invitation: String) -> String {
        """
        {{#link}}\(invitation):

        {{link}}

        {{/link}}{{#token}}\(invitation) with this token:

        {{token}}

        {{/token}}{{#code}}{{#has_link}}Or type this code{{/has_link}}{{^has_link}}Type this code{{/has_link}}, which is good for {{code_minutes}} minutes:

        {{code}}

        {{/code}}
        """
    }

    private static func htmlAction(_ invitation: String) -> String {
        """
        {{#link}}<p><a href="{{link}}">\(invitation)</a></p>
        <p>If that does nothing, copy this address into your browser: {{link}}</p>
        {{/link}}{{#token}}<p>\(invitation) with this token: <code>{{token}}</code></p>
        {{/token}}{{#code}}<p>{{#has_link}}Or type this code{{/has_link}}{{^has_link}}Type this code{{/has_link}}, \
        which is good for {{code_minutes}} minutes:</p>
        <p style="font-size:1.5em;letter-spacing:0.1em"><strong>{{code}}</strong></p>
        {{/code}}
        """
    }

    private struct Wording {
        let subject: String
        let text: String
        var invitation = ""
        let ending: String

        /// How much time there is, as its reader would say it.
        private static let limit = """
            {{#link_minutes}} within {{#link_hours}}{{link_hours}} hours{{/link_hours}}\
            {{^link_hours}}{{link_minutes}} minutes{{/link_hours}}{{/link_minutes}}
            """

        init(_ kind: MailKind) {
            switch kind {
            case .verifyEmail:
                subject = "Confirm your email address for {{app}}"
                text = "Please confirm that {{email}} is your address."
                invitation = "Confirm the address\(Self.limit)"
                ending = "If you have no account at {{app}}, you need do nothing."
            case .passwordReset:
                subject = "Choose a new password for {{app}}"
                text = "Somebody, hopefully you, has asked for a new password for the account {{email}}."
                invitation = "Choose a new password\(Self.limit)"
                ending = "If that wasn't you, you need do nothing: your password stays as it is."
            case .logIn:
                subject = "Sign in to {{app}}"
                text = "Somebody, hopefully you, wants to sign in to {{app}} as {{email}}."
                invitation = "Sign in\(Self.limit)"
                ending = "If that wasn't you, you need do nothing. Never tell anybody what stands above."
            case .confirmEmail:
                subject = "Confirm your new email address for {{app}}"
                text = "Please confirm that {{new_email}} is to be the address of your account at {{app}}."
                invitation = "Confirm the new address\(Self.limit)"
                ending = "If you have asked for no such change, you need do nothing."
            case .emailChanged:
                subject = "The email address of your account at {{app}} has been changed"
                text = "The address of your account is no longer {{email}} but {{new_email}}."
                invitation = "If that wasn't you, take the change back within 7 days"
                ending = "If you have changed it yourself, you need do nothing."
            case .unverifiedEmailChanged:
                subject = "{{email}} is no longer the address of an account at {{app}}"
                text = "An account at {{app}} had been given the address {{email}}, and has another one now."
                ending = """
                    Nobody had confirmed that the address was theirs. If the account isn't yours, or you have changed its address \
                    yourself, you need do nothing. If it is yours and that wasn't you, tell {{app}}.
                    """
            case .emailChangeUndone:
                subject = "The email address of your account at {{app}} has been changed back"
                text =
                    "The address of your account is no longer {{email}}: the account has one again that it had before."
                ending = "If you have changed it back yourself, you need do nothing. If that wasn't you, tell {{app}}."
            case .alreadyRegistered:
                subject = "You have an account at {{app}} already"
                text =
                    "Somebody, hopefully you, wanted to register {{email}} at {{app}}, where it has an account already."
                ending =
                    "You can sign in as before, or choose a new password if you have forgotten yours. If that wasn't you, you need do nothing."
            case .passwordChanged:
                subject = "Your password at {{app}} has been changed"
                text =
                    "The password of the account {{email}} has just been changed, and all its sessions have been ended."
                ending = "If that wasn't you, choose a new password at once: whoever did it can read your mail."
            }
        }
    }
}
