internal import Template

extension FunctionTable {
    /// What calls cost beside a step, by measurement: a step stands for some 50 ns, so that
    /// a render that may take so many ends within a second or little more.
    mutating func weighCalls() {
        weighTexts()
        weighLists()
        weighDocuments()
        weighCryptography()
        weigh("semver", "semverCompare", cost: FunctionCost(steps: 100))
        weigh(
            "date", "dateInZone", "date_in_zone", "htmlDate", "htmlDateInZone", "toDate", "mustToDate", "dateModify", "date_modify", "mustDateModify", "ago",
            cost: FunctionCost(steps: 40))
        // Asks the cluster.
        weigh("lookup", cost: FunctionCost(steps: 50_000))
    }

    private mutating func weighTexts() {
        weigh(
            "upper", "lower", "title", "untitle", "swapcase", "initials", "nospace", "snakecase", "kebabcase", "camelcase", "trim",
            "trimAll", "trimall", "abbrev", "abbrevboth", "shuffle", "regexQuoteMeta", "urlParse", "urlJoin", "indent", "nindent",
            "contains", "adler32sum", cost: FunctionCost(bytesPerStep: 8))
        weigh("b64enc", "b64dec", "b32enc", "b32dec", "sha1sum", "sha256sum", "sha512sum", cost: FunctionCost(steps: 10, bytesPerStep: 16))
        weigh("encryptAES", "decryptAES", cost: FunctionCost(steps: 60, bytesPerStep: 16))
        weigh("uuidv4", cost: FunctionCost(steps: 20))
        weigh("replace", cost: FunctionCost(bytesPerStep: 16) { a in
            let text = a.string(2), old = a.string(0), new = a.string(1)
            // Only where it may be too much are the places counted.
            let most = (text.utf8.count + 1).multipliedClamped(by: new.utf8.count)
            guard most > 8 << 20 else { return 0 }
            return (goCount(text, old)).multipliedClamped(by: new.utf8.count)
        })
        weigh("wrap", cost: FunctionCost(bytesPerStep: 4))
        weigh("wrapWith", cost: FunctionCost(bytesPerStep: 4) { a in
            (a.string(2).utf8.count / max(1, a.int(0))).multipliedClamped(by: a.string(1).utf8.count)
        })
        for name in ["", "must"] {
            let functions = ["RegexMatch", "RegexFind", "RegexFindAll", "RegexReplaceAll", "RegexReplaceAllLiteral", "RegexSplit"]
            for function in functions {
                weigh(
                    name.isEmpty ? function.prefix(1).lowercased() + function.dropFirst() : name + function,
                    cost: FunctionCost(steps: 10, bytesPerStep: 4))
            }
        }
        weigh("randAlphaNum", "randAlpha", "randNumeric", "randAscii", "randBytes", cost: FunctionCost(more: { 20 + max(0, $0.int(0)) / 4 }))
    }

    private mutating func weighLists() {
        weigh("quote", "squote", "cat", "toString", "toStrings", "sortAlpha", "has", "mustHas", cost: FunctionCost(walks: true))
        weigh("join", cost: FunctionCost(walks: true) { a in (a.datum(1).items?.count ?? 0).multipliedClamped(by: a.string(0).utf8.count) })
        weigh("dict", cost: FunctionCost(walksKeys: true))
        weigh("uniq", "mustUniq", cost: FunctionCost(walks: true, squares: true))
        weigh("without", "mustWithout", cost: FunctionCost(walks: true, more: { a in a.list(0).count.multipliedClamped(by: a.count) }))
        weigh("split", "splitn", "splitList", cost: FunctionCost(bytesPerStep: 8, memoryPerByte: 1))
    }

    private mutating func weighDocuments() {
        for prefix in ["", "must"] {
            for name in ["toYaml", "toYamlPretty", "toJson", "toPrettyJson", "toRawJson", "toToml", "merge", "mergeOverwrite", "deepCopy"] {
                let name = prefix.isEmpty ? name : prefix + name.prefix(1).uppercased() + name.dropFirst()
                weigh(name, cost: FunctionCost(steps: 20, walks: true))
            }
            for name in ["fromYaml", "fromYamlArray", "fromJson", "fromJsonArray", "fromToml"] {
                let name = prefix.isEmpty ? name : prefix + name.prefix(1).uppercased() + name.dropFirst()
                weigh(name, cost: FunctionCost(steps: 150, bytesPerStep: 2, memoryPerByte: 8))
            }
        }
        weigh("deepEqual", cost: FunctionCost(walks: true))
    }

    private mutating func weighCryptography() {
        weigh("bcrypt", "htpasswd", cost: FunctionCost(steps: 1_500_000))
        weigh("derivePassword", cost: FunctionCost(steps: 4_000_000))
        weigh("genPrivateKey", cost: FunctionCost(more: { ["", "rsa"].contains($0.string(0)) ? 7_000_000 : 10_000 }))
        weigh("genCA", "genSelfSignedCert", "genSignedCert", cost: FunctionCost(steps: 1_500_000))
        weigh("genCAWithKey", "genSelfSignedCertWithKey", "genSignedCertWithKey", "buildCustomCert", cost: FunctionCost(steps: 60_000))
    }
}

/// Go's `strings.Count`.
func goCount(_ text: String, _ part: String) -> Int {
    if part.isEmpty { return text.unicodeScalars.count + 1 }
    let needle = Array(part.utf8)
    var count = 0
    var start = 0
    while let found = firstIndex(of: needle, in: text, from: start) {
        count += 1
        start = found + needle.count
    }
    return count
}
