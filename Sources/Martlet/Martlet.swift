import ArgumentParser
import Commands

/// The executable: everything is in Commands.
@main
struct Martlet {
    static func main() async {
        await MartletCommand.main()
    }
}
