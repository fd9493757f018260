import Commands

@main
struct Martlet {
    static func main() async {}
}
