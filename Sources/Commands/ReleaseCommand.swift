import ArgumentParser
import Automation
import Registry

struct ReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Change an image, with one commit.",
        discussion: """
            Without a tag the best one by the container's filter is taken, if it is not older than what git has; a tag that is
            named is taken as it is. Without --container every container of the workload that runs an image of the repository
            gets it. Exits with 0 when it is done or git says it already, 1 when it is refused (locked, written in more than
            one place), 2 when it could not be asked.

            Examples:
              martlet release deployment/front-end -n shop --image ghcr.io/shop/front-end:1.4.1
              martlet release deploy/front-end --image ghcr.io/shop/front-end --container web
              martlet release front-end --image nginx:1.27 --force --git-url git@git.example.com:shop.git --author "Ann <ann@example.com>"
            """)

    @OptionGroup var workload: WorkloadOptions

    @Option(help: ArgumentHelp("The image, with a tag or without.", valueName: "image[:tag]"))
    var image: String

    @Option(help: ArgumentHelp("Only this container.", valueName: "name"))
    var container: String?

    @Flag(help: "Go through a lock, take a tag that the registry does not have, and without a tag an older version than git has.")
    var force = false

    mutating func validate() throws {
        guard ImageReference(image) != nil else {
            throw ValidationError("--image is \"\(image)\", expected an image such as \"ghcr.io/shop/front-end:1.4.1\"")
        }
    }

    func run() async throws {
        guard let reference = ImageReference(image) else { return }
        try await workload.carryOut(Wish(action: .release(reference), container: container, force: force))
    }
}
