import Basics
import Document
import Template
import Testing

@testable import Chart

/// Small templates with the answers Helm 4.2 gave to them.
@Suite("Functions, as Helm has them")
struct FunctionTests {
    @Test(arguments: [
        (
            #"{{ camelcase "HTTPServer" }}|{{ camelcase "http_SERVER_x" }}|{{ camelcase "_foo__bar" }}|{{ camelcase "foo bar" }}|{{ camelcase "FOO" }}|{{ camelcase "foo-" }}|{{ camelcase "x1y2_z" }}|{{ camelcase "_" }}"#,
            #"Httpserver|HttpServerX|_Foo_Bar|FooBar|Foo|Foo-|X1y2Z|__"#
        ),
        (
            #"{{ snakecase "foo-bar" }}|{{ snakecase "HTTP2xx" }}|{{ snakecase "Bld4Floor" }}|{{ snakecase "a.b c" }}|{{ kebabcase "FooBar_baz" }}|{{ snakecase "A1B2" }}|{{ kebabcase "foo1Bar" }}"#,
            #"foo_bar|http_2xx|bld4_floor|a.b_c|foo-bar-baz|a1_b2|foo1-bar"#
        ),
        (
            #"{{ wrap 3 "abcdefgh ij kl" }}|{{ wrapWith 3 "-" "abcdefgh ij kl" }}|{{ wrap 0 "a b" }}"#,
            #"""
            abcdefgh
            ij
            kl|abc-def-gh-ij-kl|a
            b
            """#
        ),
        (
            #"{{ abbrev 5 "abcdefgh" }}|{{ abbrev 3 "abcdefgh" }}|{{ abbrevboth 5 10 "1234 5678 9123 4567" }}|{{ abbrevboth 5 7 "1234 5678 9123" }}|{{ abbrevboth 12 10 "1234 5678 9123 4567" }}"#,
            #"ab...|abcdefgh|...5678...|...5...|...23 4567"#
        ),
        (
            #"{{ title "hello wORLD foo_bar a-b a'b" }}|{{ untitle "Hello World-Foo" }}|{{ initials "first Try_x y" }}|{{ swapcase "This Is a.Test" }}"#,
            #"Hello WORLD Foo_bar A-B A'B|hello world-Foo|fTy|tHIS iS A.tEST"#
        ),
        (
            #"{{ substr 0 9 "abc" }}|{{ substr 2 -1 "abcdef" }}|{{ trunc 2 "éa" }}|{{ trunc -3 "abcdef" }}"#,
            #"abc|cdef|é|def"#
        ),
        (
            #"{{ first (list) }}|{{ rest (list) }}|{{ last (list) }}|{{ initial (list) }}|{{ sortAlpha "b" }}|{{ uniq (list 1 "1" 1.0 1) }}"#,
            #"|[]||[]|[b]|[1 1 1]"#
        ),
        (
            #"{{ merge (dict) (dict "a" nil) | toJson }}|{{ merge (dict "a" (list)) (dict "a" (list 1)) | toJson }}|{{ merge (dict "a" "x") (dict "a" (dict "x" 1)) | toJson }}|{{ merge (dict "a" (dict "x" 1)) (dict "a" "y") | toJson }}"#,
            #"{}|{"a":[1]}|{"a":"x"}|{"a":{"x":1}}"#
        ),
        (
            #"{{ mergeOverwrite (dict "a" (list 1)) (dict "a" (list)) | toJson }}|{{ mergeOverwrite (dict "a" (dict "x" 1)) (dict "a" nil) | toJson }}|{{ mergeOverwrite (dict "a" (dict "x" 1)) (dict "a" (dict)) | toJson }}|{{ mergeOverwrite (dict "a" 1) (dict "a" (list)) | toJson }}"#,
            #"{"a":[]}|{"a":null}|{"a":{"x":1}}|{"a":[]}"#
        ),
        (
            #"{{ merge (dict "a" (dict "x" nil)) (dict "a" (dict "x" 1 "y" nil)) | toJson }} {{ mergeOverwrite (dict "a" (dict "x" nil)) (dict "a" (dict "x" 1 "y" nil)) | toJson }}"#,
            #"{"a":{"x":1}} {"a":{"x":1,"y":null}}"#
        ),
        (
            #"{{ pick (dict "a" 1 "b" 2) "a" "z" }}{{ omit (dict "a" 1 "b" 2) "a" }}{{ pluck "a" (dict "a" 1) (dict "b" 1) }}{{ dict "a" }}{{ dict 1 2 }}"#,
            #"map[a:1]map[b:2][1]map[a:]map[1:2]"#
        ),
        (
            #"{{ add 1.9 "2" true nil "x" }}|{{ add1f 1.5 }}|{{ round 2.5 0 }}|{{ round -2.5 0 }}|{{ round 1.005 2 }}|{{ divf 10 4 }}|{{ mulf 0.1 3 }}|{{ subf 0.3 0.1 }}|{{ addf }}|{{ divf 1 3 }}"#,
            #"4|2.5|3|-3|1|2.5|0.3|0.2|0|0.3333333333333333"#
        ),
        (
            #"{{ int64 1e300 }}|{{ int "1_000" }}|{{ int "1.0" }}|{{ int " 1" }}|{{ float64 "abc" }}|{{ int true }}|{{ int (list 1) }}|{{ int "-0x1f" }}|{{ int "+5" }}|{{ int "1e3" }}|{{ int "0755" }}|{{ int "08" }}"#,
            #"-9223372036854775808|1000|1|0|0|1|0|-31|5|0|493|0"#
        ),
        (
            #"{{ max 1.9 "3" }}|{{ minf 1 -2.5 }}|{{ floor "1.5" }}|{{ ceil nil }}|{{ floor -0.5 }}|{{ atoi "12a" }}|{{ toDecimal "0777" }}"#,
            #"3|-2.5|1|0|-1|0|511"#
        ),
        (
            #"{{ seq }}|{{ seq 3 }}|{{ seq 0 }}|{{ seq -2 }}|{{ seq 1 2 7 }}|{{ seq 5 1 }}|{{ until -3 }}|{{ untilStep 3 0 -1 }}|{{ untilStep 0 3 0 }}"#,
            #"|1 2 3|1 0|1 0 -1 -2|1 3 5 7|5 4 3 2 1|[0 -1 -2]|[3 2 1]|[]"#
        ),
        (
            #"{{ default "x" }}|{{ default "x" nil }}|{{ default 5 0 }}|{{ coalesce 0 "" nil 3 }}|{{ all 1 0 }}|{{ any "" 1 }}|{{ empty (dict) }}|{{ ternary 1 2 true }}"#,
            #"x|x|5|3|false|true|true|1"#
        ),
        (
            #"{{ quote 1 nil "a\"b\n" true }}|{{ squote nil 1 }}|{{ cat 1 "a b" (list 1) }}|{{ nospace " a b\tc\n" }}|{{ trimAll "ab" "abcab" }}|{{ plural "a" "b" 1 }}|{{ repeat 3 "ab" }}"#,
            #""1" "a\"b\n" "true"|'1'|1 a b [1]|abc|c|a|ababab"#
        ),
        (
            #"{{ join "," nil }}|{{ join "," (list 1 nil "b" true 1.5) }}|{{ toStrings 5 }}|{{ (split "," "a,b")._1 }}|{{ (split "," "a,b")._5 }}|{{ splitn "," 2 "a,b,c" }}|{{ splitList "" "abc" }}"#,
            #"|1,b,true,1.5|[5]|b||map[_0:a _1:b,c]|[a b c]"#
        ),
        (
            #"{{ upper "straße é" }}|{{ lower "ÀÉİ" }}|{{ contains "" "a" }}|{{ replace "" "-" "ab" }}"#,
            #"STRAßE É|àéi|true|-a-b-"#
        ),
        (
            #"{{ b64dec "YQ" }}|{{ b32dec "a" }}|{{ b32enc "hello" | b32dec }}|{{ b64dec "gIE=" | b64enc }}|{{ b64dec "YQ==\n" }}|{{ b64dec "YQ=" }}|{{ b64enc "a b" }}"#,
            #"illegal base64 data at input byte 0|illegal base32 data at input byte 0|hello|gIE=|a|illegal base64 data at input byte 3|YSBi"#
        ),
        (
            #"{{ regexMatch "(" "a" }}|{{ regexFindAll "a" "aaa" -1 }}|{{ regexSplit "a" "bab" 1 }}|{{ regexReplaceAll "(?<x>a)" "ab" "$x-" }}|{{ regexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W" }}|{{ regexQuoteMeta "1.2" }}"#,
            #"false|[a a a]|[bab]|a-b|-W-xxW-|1\.2"#
        ),
        (
            #"{{ urlParse "http://u:p@[::1]:80/a%20b?b#c" | toJson }}|{{ urlJoin (dict "host" "h" "path" "p q" "scheme" "https" "userinfo" "u:p" "query" "a=b" "fragment" "f") }}|{{ urlJoin (dict) }}"#,
            #"{"fragment":"c","host":"[::1]:80","hostname":"::1","opaque":"","path":"/a b","query":"b","scheme":"http","userinfo":"u:p"}|https://u:p@h/p%20q?a=b#f|"#
        ),
        (
            #"{{ ext "a.tar.gz" }} {{ base "" }} {{ dir "" }} {{ dir "/a" }} {{ clean "" }} {{ clean "/../a" }} {{ clean "../a/./b" }} {{ base "/" }} {{ dir "a/b/" }}"#,
            #".gz . . / . /a ../a/b / a/b"#
        ),
        (
            #"{{ sha1sum "" }} {{ sha256sum "a" }} {{ sha512sum "a" | trunc 8 }} {{ adler32sum "abc" }} {{ derivePassword 1 "long" "pw" "user" "ex.com" }} {{ htpasswd "a:b" "x" }}"#,
            #"da39a3ee5e6b4b0d3255bfef95601890afd80709 ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb 1f40fc92 38600999 Gecp2$CedhZifa invalid username: a:b"#
        ),
        (
            #"{{ encryptAES "k" "x" | decryptAES "k" }}|{{ uuidv4 | len }}|{{ randAlphaNum 7 | len }}"#,
            #"x|36|7"#
        ),
        (
            #"{{ duration "95" }} {{ duration (int64 90) }} {{ durationRound "2h10m5s" }} {{ durationRound "2400h" }} {{ toDate "2006-01-02" "2020-03-04" | date "Jan 2, 2006" }} {{ toDate "2006-01-02" "2020-03-04" | unixEpoch }} {{ htmlDate 0 }}"#,
            #"1m35s 1m30s 2h 3mo Mar 4, 2020 1583280000 1970-01-01"#
        ),
        (
            #"{{ toDate "2006-01-02" "2020-03-04" | dateModify "-1h" | date "2006-01-02 15" }}|{{ (toDate "2006-01-02" "2020-03-04").AddDate 0 1 30 }}|{{ toDate "2006-01-02" "x" }}|{{ toDate "2006-01-02T15:04:05Z07:00" "2020-03-04T17:06:07.123456+02:00" }}"#,
            #"2020-03-03 23|2020-05-04 00:00:00 +0000 UTC|0001-01-01 00:00:00 +0000 UTC|2020-03-04 17:06:07.123456 +0200 +0200"#
        ),
        (
            #"{{ date "Mon Jan _2 15:04:05.000 PM 3 Z07:00 -0700 MST 002" (toDate "2006-01-02T15:04:05Z07:00" "2020-03-04T17:06:07.123456+02:00") }}"#,
            #"Wed Mar  4 15:06:07.123 PM 3 Z +0000 UTC 064"#
        ),
        (
            #"{{ semver "v1.2.3-a.1+b" }} {{ (semver "1.2.3").Minor }} {{ (semver "1.2.3").IncMinor }} {{ (semver "1.2.3").Compare (semver "1.2.4") }} {{ semverCompare ">=1.19-0" .Capabilities.KubeVersion.GitVersion }}"#,
            #"1.2.3-a.1+b 2 1.3.0 -1 true"#
        ),
        (
            #"{{ toToml (dict "f" 1.0 "s" "a\"b\nc\t\\é" "n" nil "l" (list) "b" true "x y" 1) }}{{ toToml (dict "m" (dict "a" (dict "b" 1) "z" 1) "e" (dict) "t" (list (dict "a" 1) (dict "b" (dict "c" 2))) "u" (list 1 (dict "a" 1)) "q" 1) }}"#,
            #"""
            b = true
            f = 1.0
            l = []
            s = "a\"b\nc\t\\é"
            "x y" = 1
            q = 1
            u = [1, {a = 1}]
            
            [e]
            
            [m]
              z = 1
              [m.a]
                b = 1
            
            [[t]]
              a = 1
            
            [[t]]
              [t.b]
                c = 2
            
            """#
        ),
        (
            #"{{ fromToml "a = 1\nb = 1.5\nc = [1,\n 2]\nd = {x = 1, y.z = 'q'}\n[e.f]\ng = true\n[[h]]\ni=1\n[[h]]\ni=2\n" | toJson }}"#,
            #"{"a":1,"b":1.5,"c":[1,2],"d":{"x":1,"y":{"z":"q"}},"e":{"f":{"g":true}},"h":[{"i":1},{"i":2}]}"#
        ),
        (
            #"{{ toYaml (dict "a" "yes" "b" "1" "h" "multi\nline\n" "n" 1 "l" (list 1 (list 2 (dict "x" nil)))) }}"#,
            #"""
            a: "yes"
            b: "1"
            h: |
              multi
              line
            l:
            - 1
            - - 2
              - x: null
            "n": 1
            """#
        ),
        (
            #"{{ toYamlPretty (dict "a" (list 1 (dict "b" 2 "c" (list))) "s" "multi\nline\n" "n" nil "f" 1.5 "e" (dict) "y" 1) }}"#,
            #"""
            a:
              - 1
              - b: 2
                c: []
            e: {}
            f: 1.5
            "n": null
            s: |
              multi
              line
            "y": 1
            """#
        ),
        (
            #"{{ toJson (dict "a" "<b>&" "c" 1.0 "d" 1e21) }} {{ toRawJson (dict "a" "<b>&") }} {{ toPrettyJson (dict "a" (list 1)) }} {{ fromJson "{\"a\":1}" }} {{ fromJsonArray "[1]" }} {{ fromYamlArray "- 1\n- a" }} {{ fromYaml "- 1" }}"#,
            #"""
            {"a":"\u003cb\u003e\u0026","c":1,"d":1e+21} {"a":"<b>&"} {
              "a": [
                1
              ]
            } map[a:1] [1] [1 a] map[Error:error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}]
            """#
        ),
        (
            #"{{ typeOf (splitList "," "a") }} {{ typeOf (until 1) }} {{ typeOf (split "," "a") }} {{ typeOf (add 1 2) }} {{ typeOf (len "a") }} {{ typeOf .Values }} {{ kindOf .Capabilities }} {{ kindOf nil }} {{ typeOf nil }} {{ kindIs "map" .Values }} {{ typeIsLike "semver.Version" (semver "1.2") }}"#,
            #"[]string []int map[string]string int64 int common.Values ptr invalid <nil> true true"#
        ),
        (
            #"{{ .Chart.Name }} {{ .Chart.Foo }} {{ .Release.Name }} {{ .Release.IsInstall }} {{ .Template.Name }} {{ .Capabilities.KubeVersion }} {{ .Capabilities.KubeVersion.Major }} {{ .Capabilities.APIVersions.Has "apps/v1" }} {{ has "v1" .Capabilities.APIVersions }} {{ .Capabilities.HelmVersion.Version }} {{ .Files.Get "nope" }} {{ .Files.Lines "nope" }} {{ .Foo }}"#,
            #"c  rel true c/templates/main.yaml v1.36.0 1 true true v4.2  [] "#
        ),
        (
            #"{{ tpl "{{ .Chart.Name }}{{ define \"x\" }}q{{ end }}{{ include \"x\" . }}" . }}{{ tpl "a" "b" }}{{ required "x" 0 }}{{ lookup "v1" "Pod" "" "" }}|{{ getHostByName "localhost" }}|{{ hello }}"#,
            #"cqa0map[]||Hello!"#
        ),
        (
            #"{{ $m := dict "a" 1 }}{{ $_ := set $m "b" 2 }}{{ $n := deepCopy $m }}{{ $_ := unset $m "a" }}{{ $m }}{{ $n }}{{ hasKey $m "b" }}{{ dig "a" "b" "d" (dict "a" (dict "b" 1)) }}{{ keys (dict "b" 1) }}{{ chunk 2 (list 1 2 3) }}{{ concat (list 1) (list 2) }}{{ without (list 1 2) 2 }}{{ slice (list 1 2 3) 1 2 }}"#,
            #"map[b:2]map[a:1 b:2]true1[b][[1 2] [3]][1 2][1][2]"#
        )
    ])
    func prints(template: String, expected: String) throws { #expect(try Probe.output(template) == expected) }

    @Test(arguments: [
        (
            #"{{ first "abc" }}"#,
            #"template: c/templates/main.yaml:1:3: executing "c/templates/main.yaml" at <first "abc">: error calling first: Cannot find first on type string"#
        ),
        (
            #"{{ first nil }}"#,
            #"template: c/templates/main.yaml:1:3: executing "c/templates/main.yaml" at <first nil>: error calling first: runtime error: invalid memory address or nil pointer dereference"#
        ),
        (
            #"{{ append "a" "b" }}"#,
            #"template: c/templates/main.yaml:1:3: executing "c/templates/main.yaml" at <append "a" "b">: error calling append: Cannot push on type string"#
        ),
        (
            #"{{ concat (list 1) "x" }}"#,
            #"template: c/templates/main.yaml:1:3: executing "c/templates/main.yaml" at <concat (list 1) "x">: error calling concat: Cannot concat type string as list"#
        ),
        (
            #"{{ chunk 0 (list 1 2) }}"#,
            #"template: c/templates/main.yaml:1:3: executing "c/templates/main.yaml" at <chunk 0 (list 1 2)>: error calling chunk: runtime error: makeslice: len out of range"#
        ),
        (
            #"{{ slice (list 1 2 3) 2 1 }}"#,
            #"template: c/templates/main.yaml:1:3: executing "c/templates/main.yaml" at <slice (list 1 2 3) 2 1>: error calling slice: reflect.Value.Slice: slice index out of bounds"#
        ),
        (
            #"{{ slice "abc" 1 2 }}"#,
            #"template: c/templates/main.yaml:1:3: executing "c/templates/main.yaml" at <slice "abc" 1 2>: error calling slice: list should be type of slice or array but string"#
        ),
        (
            #"{{ dig "a" "b" "d" (dict "a" "x") }}"#,
            #"template: c/templates/main.yaml:1:3: executing "c/templates/main.yaml" at <dig "a" "b" "d" (dict "a" "x")>: error calling dig: interface conversion: interface {} is string, not map[string]interface {}"#
        ),
        (
            #"{{ dig "a" "d" .Values }}"#,
            #"template: c/templates/main.yaml:1:3: executing "c/templates/main.yaml" at <dig "a" "d" .Values>: error calling dig: interface conversion: interface {} is common.Values, not map[string]interface {}"#
        ),
        (
            #"{{ div 1 0 }}"#,
            #"template: c/templates/main.yaml:1:3: executing "c/templates/main.yaml" at <div 1 0>: error calling div: runtime error: integer divide by zero"#
        ),
        (
            #"{{ repeat -1 "a" }}"#,
            #"template: c/templates/main.yaml:1:3: executing "c/templates/main.yaml" at <repeat -1 "a">: error calling repeat: strings: negative Repeat count"#
        ),
        (
            #"{{ substr 3 2 "abcdef" }}"#,
            #"template: c/templates/main.yaml:1:3: executing "c/templates/main.yaml" at <substr 3 2 "abcdef">: error calling substr: runtime error: slice bounds out of range [3:2]"#
        ),
        (
            #"{{ regexFind "(" "a" }}"#,
            #"template: c/templates/main.yaml:1:3: executing "c/templates/main.yaml" at <regexFind "(" "a">: error calling regexFind: regexp: Compile(`(`): error parsing regexp: missing closing ): `(`"#
        ),
        (
            #"{{ mustRegexMatch "[z-a]" "a" }}"#,
            #"template: c/templates/main.yaml:1:3: executing "c/templates/main.yaml" at <mustRegexMatch "[z-a]" "a">: error calling mustRegexMatch: error parsing regexp: invalid character class range: `z-a`"#
        ),
        (
            #"{{ urlParse "::a" }}"#,
            #"template: c/templates/main.yaml:1:3: executing "c/templates/main.yaml" at <urlParse "::a">: error calling urlParse: unable to parse url: parse "::a": missing protocol scheme"#
        ),
        (
            #"{{ randInt 1 1 }}"#,
            #"template: c/templates/main.yaml:1:3: executing "c/templates/main.yaml" at <randInt 1 1>: error calling randInt: invalid argument to Intn"#
        ),
        (
            #"{{ semverCompare "abc" "1.2.3" }}"#,
            #"template: c/templates/main.yaml:1:3: executing "c/templates/main.yaml" at <semverCompare "abc" "1.2.3">: error calling semverCompare: improper constraint: "abc""#
        ),
        (
            #"{{ semver "1.2.3-01" }}"#,
            #"template: c/templates/main.yaml:1:3: executing "c/templates/main.yaml" at <semver "1.2.3-01">: error calling semver: version segment starts with 0"#
        ),
        (
            #"{{ genSelfSignedCert "a" (list 1) nil 1 }}"#,
            #"template: c/templates/main.yaml:1:3: executing "c/templates/main.yaml" at <genSelfSignedCert "a" (list 1) nil 1>: error calling genSelfSignedCert: error parsing ip: 1 is not a string"#
        ),
        (
            #"{{ mustToDate "2006" "x" }}"#,
            #"template: c/templates/main.yaml:1:3: executing "c/templates/main.yaml" at <mustToDate "2006" "x">: error calling mustToDate: parsing time "x" as "2006": cannot parse "x" as "2006""#
        ),
        (
            #"{{ fail "a\nb" }}"#,
            #"""
            execution error at (c/templates/main.yaml:1:3): a
            b
            """#
        ),
        (
            #"{{ required "gone" .Values.nope }}"#,
            #"execution error at (c/templates/main.yaml:1:3): gone"#
        ),
        (
            #"{{ include "nope" . }}"#,
            #"""
            c/templates/main.yaml:1:3
              executing "c/templates/main.yaml" at <include "nope" .>:
                error calling include:
            template: no template "nope" associated with template "gotpl"
            """#
        ),
        (
            #"{{ tpl "{{ .Foo.Bar }}" . }}"#,
            #"template: c/templates/main.yaml:1:3: executing "c/templates/main.yaml" at <tpl "{{ .Foo.Bar }}" .>: error calling tpl: error during tpl function execution for "{{ .Foo.Bar }}": template: gotpl:1:7: executing "gotpl" at <.Foo.Bar>: nil pointer evaluating interface {}.Bar"#
        ),
        (
            #"{{ tpl "{{ .Foo " . }}"#,
            #"template: c/templates/main.yaml:1:3: executing "c/templates/main.yaml" at <tpl "{{ .Foo " .>: error calling tpl: cannot parse template "{{ .Foo ": template: gotpl:1: unclosed action"#
        ),
        (
            #"{{ .Foo.Bar }}"#,
            #"""
            c/templates/main.yaml:1:7
              executing "c/templates/main.yaml" at <.Foo.Bar>:
                nil pointer evaluating interface {}.Bar
            """#
        ),
        (
            #"{{ env "HOME" }}"#,
            #"parse error at (c/templates/main.yaml:1): function "env" not defined"#
        ),
        (
            #"{{ .Capabilities.Foo }}"#,
            #"""
            c/templates/main.yaml:1:16
              executing "c/templates/main.yaml" at <.Capabilities.Foo>:
                can't evaluate field Foo in type interface {}
            """#
        )
    ])
    func fails(template: String, expected: String) {
        let error = #expect(throws: ChartError.self) { try Probe.output(template) }
        #expect(error?.description == expected)
    }
}

/// Input that once ended the process.
@Suite struct HostileArgumentTests {
    @Test(arguments: [Int.max, Int.min, 106_751, -106_751])
    func certificatesForAges(_ days: Int) throws {
        let output = try Probe.output("{{ (genSelfSignedCertWithKey \"a\" nil nil \(days) (genPrivateKey \"ecdsa\")).Cert }}")
        #expect(output.hasPrefix("-----BEGIN CERTIFICATE-----"))
    }
}

/// A chart of one template.
enum Probe {
    static func output(
        _ template: String, values: Value = [:], set: [SetValue] = [], files: [ChartFile] = [], environment: RenderEnvironment = .fixed
    ) throws -> String {
        let chart = try Chart.load(files: [
            ChartFile(path: "Chart.yaml", text: "apiVersion: v2\nname: c\nversion: 0.1.0\n"),
            ChartFile(path: "templates/main.yaml", text: template),
        ] + files)
        let outputs = try renderTemplates(
            chart, values: [values], set: set, release: ReleaseOptions(name: "rel", namespace: "ns"), environment: environment)
        return outputs["c/templates/main.yaml"] ?? ""
    }
}

extension RenderEnvironment {
    static var fixed: RenderEnvironment {
        RenderEnvironment(now: Timestamp(milliseconds: 1_700_000_000_000), random: RandomSource(seed: 7))
    }
}
