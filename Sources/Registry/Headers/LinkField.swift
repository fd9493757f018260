/// `Link` fields (RFC 8288) as registries use them: where the next page is.
enum LinkField {
    /// The target of `rel="next"`, as written; nil where there is none.
    static func next(_ fields: [String]) -> String? {
        for field in fields {
            var reader = FieldReader(field)
            for _ in 0..<32 {
                reader.skip(where: { $0 == UInt8(ascii: ",") || FieldReader.isSpace($0) })
                guard reader.skip(UInt8(ascii: "<")) else { break }
                let target = reader.take { $0 != UInt8(ascii: ">") }
                guard reader.skip(UInt8(ascii: ">")) else { break }
                var isNext = false
                while reader.skippingSpace(then: UInt8(ascii: ";")) {
                    reader.skip(where: FieldReader.isSpace)
                    let name = reader.token().lowercased()
                    guard reader.skippingSpace(then: UInt8(ascii: "=")) else { continue }
                    reader.skip(where: FieldReader.isSpace)
                    guard let value = reader.value() else { break }
                    if name == "rel", value.lowercased().split(separator: " ").contains("next") { isNext = true }
                }
                if isNext { return target }
            }
        }
        return nil
    }
}
