import ArgumentParser
import Gatehouse

struct TenantCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenant", abstract: "Tenants: one app's world each.",
        subcommands: [
            Create.self, List.self, Show.self, Update.self, Enable.self, Disable.self, Delete.self, TenantExport.self,
            TenantImport.self,
        ])

    struct Create: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Create a tenant and its signing keys.")
        var needsMasterKey: Bool { true }

        @Argument(help: "2–40 of a-z, 0-9 and hyphen; it stands in URLs and can't be changed.")
        var slug: String
        @OptionGroup(title: "Tenant settings") var settings: TenantSettingFlags
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            let tenant = try await office.administration.createTenant(slug: slug, change: settings.change)
            return .tenant(tenant, publicURL: office.publicURL).noting(tenant.settings.noteOfShortSessions)
        }
    }

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "List all tenants.")
        var changesNothing: Bool { true }

        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            .tenants(try await office.administration.listTenants(), publicURL: office.publicURL)
        }
    }

    struct Show: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Show a tenant and its settings.")
        var changesNothing: Bool { true }

        @Argument var slug: String
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            .tenant(try await office.administration.showTenant(slug), publicURL: office.publicURL)
        }
    }

    struct Update: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change settings; running instances follow within a second.")

        @Argument var slug: String
        @OptionGroup(title: "Tenant settings") var settings: TenantSettingFlags
        @OptionGroup var options: AdminOptions

        /// Another algorithm brings another next key.
        var needsMasterKey: Bool { settings.algorithm != nil }

        func validate() throws {
            guard settings.change != TenantSettingsChange() else {
                throw ValidationError("Name at least one setting to change.")
            }
        }

        func perform(in office: AdminOffice) async throws -> Answer {
            let tenant = try await office.administration.updateTenant(slug, change: settings.change)
            return .tenant(tenant, publicURL: office.publicURL).noting(tenant.settings.noteOfShortSessions)
        }
    }

    struct Enable: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Serve a disabled tenant again.")

        @Argument var slug: String
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            .tenant(try await office.administration.enableTenant(slug), publicURL: office.publicURL)
        }
    }

    struct Disable: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Stop serving a tenant; nothing of it is deleted.")

        @Argument var slug: String
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            .tenant(try await office.administration.disableTenant(slug), publicURL: office.publicURL)
        }
    }

    struct Delete: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete a tenant with all its users, sessions and keys.",
            discussion: "The keys are destroyed first: from then on no token of the tenant verifies, whatever follows.")

        @Argument var slug: String
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            let tenant = try await office.administration.showTenant(slug)
            try confirmation.require("This deletes the tenant \(tenant.slug) with all its users, sessions and keys.")
            try await office.administration.deleteTenant(slug)
            return Answer(json: ["deleted": .string(slug)], text: "Deleted tenant \(slug).")
        }
    }
}
