internal import Basics
internal import Document
internal import FoundationEssentials
internal import GRDB

extension TagStore {
    /// The last good list of a repository.
    package func list(of repository: ImageRepository) async -> TagList? {
        let name = repository.description
        return await access { database -> TagList? in
            guard let row = try Row.fetchOne(database, sql: "SELECT fetchedAt, tags FROM list WHERE repository = ?", arguments: [name]),
                let fetchedAt = Int64.fromDatabaseValue(row["fetchedAt"]), let bytes = Self.bytes(row["tags"]),
                let items = try JSON.parse(bytes, maxDepth: 10).sequence
            else { return nil }
            let tags = items.compactMap { item -> ImageTag? in
                guard let name = item[0]?.string else { return nil }
                return ImageTag(name, digest: item[1]?.string, builtAt: item[2]?.int.map { Timestamp(milliseconds: $0) })
            }
            return TagList(repository: repository, tags: tags, fetchedAt: Timestamp(milliseconds: fetchedAt))
        } ?? nil
    }

    /// Keeps a list in place of the one before.
    package func save(_ list: TagList) async {
        let rows = list.tags.prefix(Self.tagLimit).map { tag -> Value in
            [.string(tag.name), tag.digest.map { .string($0) } ?? .null, tag.builtAt.map { .int($0.milliseconds) } ?? .null]
        }
        let arguments: StatementArguments = [list.repository.description, list.fetchedAt.milliseconds, Self.blob(.sequence(rows))]
        await execute("INSERT OR REPLACE INTO list (repository, fetchedAt, tags) VALUES (?, ?, ?)", arguments)
    }

    /// What is known of an image.
    package func details(of digest: String, in repository: ImageRepository) async -> ImageDetails? {
        let name = repository.description
        return await access { database -> ImageDetails? in
            let row = try Row.fetchOne(
                database, sql: "SELECT builtAt, platforms FROM details WHERE repository = ? AND digest = ?", arguments: [name, digest])
            guard let row, let platforms = String.fromDatabaseValue(row["platforms"]) else { return nil }
            return ImageDetails(
                digest: digest, builtAt: Int64.fromDatabaseValue(row["builtAt"]).map { Timestamp(milliseconds: $0) },
                platforms: platforms.split(separator: ",").map(String.init))
        } ?? nil
    }

    /// Keeps what is known of an image; a digest's content never changes.
    package func save(_ details: ImageDetails, of repository: ImageRepository) async {
        await execute(
            "INSERT OR REPLACE INTO details (repository, digest, builtAt, platforms) VALUES (?, ?, ?, ?)",
            [repository.description, details.digest, details.builtAt?.milliseconds, details.platforms.joined(separator: ",")])
    }

    /// Forgets details of images that no tag of the repository names any more.
    package func dropDetails(of repository: ImageRepository, except digests: Set<String>) async {
        await drop("digest", from: "details", of: repository, except: digests)
    }

    /// Forgets all of the repositories that are not among these.
    package func dropRepositories(except repositories: Set<ImageRepository>) async {
        let kept = Set(repositories.map(\.description))
        _ = await access { database in
            for table in ["list", "details", "page"] {
                let names = try String.fetchAll(database, sql: "SELECT DISTINCT repository FROM \(table)")
                for name in names where !kept.contains(name) {
                    try database.execute(sql: "DELETE FROM \(table) WHERE repository = ?", arguments: [name])
                }
            }
        }
    }

    // MARK: pages

    func page(_ url: String) async -> KnownPage? {
        await access { database -> KnownPage? in
            let row = try Row.fetchOne(database, sql: "SELECT etag, lastModified, names, next FROM page WHERE url = ?", arguments: [url])
            guard let row, let bytes = Self.bytes(row["names"]), let items = try JSON.parse(bytes, maxDepth: 10).sequence else { return nil }
            return KnownPage(
                page: TagPage(names: items.compactMap(\.string), next: String.fromDatabaseValue(row["next"])),
                validator: PageValidator(etag: String.fromDatabaseValue(row["etag"]), lastModified: String.fromDatabaseValue(row["lastModified"])))
        } ?? nil
    }

    func save(_ known: KnownPage, url: String, repository: ImageRepository) async {
        await execute(
            "INSERT OR REPLACE INTO page (url, repository, etag, lastModified, names, next) VALUES (?, ?, ?, ?, ?, ?)",
            [
                url, repository.description, known.validator.etag, known.validator.lastModified,
                Self.blob(.sequence(known.page.names.map { .string($0) })), known.page.next,
            ])
    }

    /// Forgets pages that the last scan did not come by.
    func dropPages(of repository: ImageRepository, except urls: Set<String>) async {
        await drop("url", from: "page", of: repository, except: urls)
    }

    // MARK: statements

    private func execute(_ sql: String, _ arguments: StatementArguments) async {
        _ = await access { try $0.execute(sql: sql, arguments: arguments) }
    }

    private func drop(_ column: String, from table: String, of repository: ImageRepository, except kept: Set<String>) async {
        let name = repository.description
        _ = await access { database in
            let all = try String.fetchAll(database, sql: "SELECT \(column) FROM \(table) WHERE repository = ?", arguments: [name])
            for one in all where !kept.contains(one) {
                try database.execute(sql: "DELETE FROM \(table) WHERE repository = ? AND \(column) = ?", arguments: [name, one])
            }
        }
    }

    private static func blob(_ value: Value) -> Data { Data(JSON.write(value)) }

    private static func bytes(_ value: DatabaseValue) -> [UInt8]? { Data.fromDatabaseValue(value).map { Array($0) } }
}
