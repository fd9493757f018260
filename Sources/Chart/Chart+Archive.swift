extension Chart {
    /// Builds a chart from what `helm package` made of it; `.helmignore` had its say back then.
    package static func load(archive bytes: [UInt8]) throws(ChartError) -> Chart {
        try build(try ChartArchive.unpack(bytes), depth: 0)
    }
}
