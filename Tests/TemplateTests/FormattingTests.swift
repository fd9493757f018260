import Testing

@testable import Template

/// print, printf and println: fmt's verbs, flags, and its ways of saying that operands do not fit.
/// The answers are Helm's.
@Suite struct FormattingTests {
    private static let table: [(String, String)] = [
        ("{{ print nil }}", "<nil>"),
        (#"{{ print 1 2 "a" 3 4 "b" "c" true nil nil }}"#, "1 2a3 4bctrue <nil> <nil>"),
        (#"{{ println 1 "a" 2 }}|"#, "1 a 2\n|"),
        ("{{ print }}|", "|"),
        ("{{ print .Values.l .Values.m }}", "[a b 1 2.5 <nil> true] map[a:z b:map[c:1 d:[1 x]]]"),
        (#"{{ printf "%v %d %s %q" 1 2 "a" "b" }}"#, #"1 2 a "b""#),
        (
            #"{{ printf "%d" "a" }} {{ printf "%s" 1 }} {{ printf "%s" nil }} {{ printf "%d" nil }} {{ printf "%v" nil }} {{ printf "%d" .Values.n }} {{ printf "%s" .Values.n }} {{ printf "%s" true }} {{ printf "%t" 1 }}"#,
            "%!d(string=a) %!s(int=1) %!s(<nil>) %!d(<nil>) <nil> %!d(float64=3) %!s(float64=3) %!s(bool=true) %!t(int=1)"
        ),
        (
            #"{{ printf "%d %d" 1 }} {{ printf "%d" 1 2 "x" nil }} {{ printf "%!" }} {{ printf "%" }} {{ printf "%z" 1 }} {{ printf "100%" }} {{ printf "%%" }}"#,
            "1 %!d(MISSING) 1%!(EXTRA int=2, string=x, <nil>) %!!(MISSING) %!(NOVERB) %!z(int=1) 100%!(NOVERB) %"
        ),
        (
            #"{{ printf "[%5d|%-5d|%05d|%+d|% d|%x|%X|%o|%O|%b|%c|%q|%U|%#x|%#o|%#b|%#U]" 42 42 42 42 42 255 255 8 8 5 65 65 65 255 8 5 9731 }}"#,
            "[   42|42   |00042|+42| 42|ff|FF|10|0o10|101|A|'A'|U+0041|0xff|010|0b101|U+2603 '☃']"
        ),
        (
            #"{{ printf "[%5s|%-5s|%05s|%.2s|%5.1s|%q|%x|%X|% x|%#x|%#q|%+q]" "abc" "abc" "abc" "abc" "abc" "a\"\n☃" "abc" "abc" "abc" "abc" "abc" "☃" }}"#,
            #"[  abc|abc  |00abc|ab|    a|"a\"\n☃"|616263|616263|61 62 63|0x616263|`abc`|"\u2603"]"#
        ),
        (
            #"{{ printf "[%f|%.2f|%8.3f|%-8.1f|%08.2f|%+.1f|% .1f|%e|%.3e|%E|%g|%.3g|%G|%v]" 3.14159 3.14159 3.14159 3.14159 3.14159 3.14159 3.14159 314.159 314.159 314.159 314.159 314.159 314.159 1e21 }}"#,
            "[3.141590|3.14|   3.142|3.1     |00003.14|+3.1| 3.1|3.141590e+02|3.142e+02|3.141590E+02|314.159|314|314.159|1e+21]"
        ),
        (
            #"{{ printf "%v %+v %#v %T" .Values.m .Values.m .Values.m .Values.m }}"#,
            #"map[a:z b:map[c:1 d:[1 x]]] map[a:z b:map[c:1 d:[1 x]]] map[string]interface {}{"a":"z", "b":map[string]interface {}{"c":1, "d":[]interface {}{1, "x"}}} map[string]interface {}"#
        ),
        (
            #"{{ printf "%v %+v %#v %T" .Values.l .Values.l .Values.l .Values.l }}"#,
            #"[a b 1 2.5 <nil> true] [a b 1 2.5 <nil> true] []interface {}{"a", "b", 1, 2.5, interface {}(nil), true} []interface {}"#
        ),
        (
            #"{{ printf "%T %T %T %T %T %T %T" 1 1.5 "a" true nil (int64 1) (splitList "," "a,b") }}"#,
            "int float64 string bool <nil> int64 []string"
        ),
        (#"{{ printf "%#v %#v %#v %#v %#v %#v" 1 1.5 "a" true nil 1e21 }}"#, #"1 1.5 "a" true <nil> 1e+21"#),
        (
            #"{{ printf "%s" .Values.l }} {{ printf "%d" .Values.l }} {{ printf "%q" .Values.m }} {{ printf "%d" .Values.m }}"#,
            #"[a b %!s(float64=1) %!s(float64=2.5) <nil> %!s(bool=true)] [%!d(string=a) %!d(string=b) %!d(float64=1) %!d(float64=2.5) <nil> %!d(bool=true)] map["a":"z" "b":map["c":%!q(float64=1) "d":[%!q(float64=1) "x"]]] map[%!d(string=a):%!d(string=z) %!d(string=b):map[%!d(string=c):%!d(float64=1) %!d(string=d):[%!d(float64=1) %!d(string=x)]]]"#
        ),
        (
            #"{{ printf "%[2]d %[1]d" 1 2 }} {{ printf "%[3]d" 1 }} {{ printf "%[1]d %d" 1 2 }} {{ printf "%[x]d" 1 }} {{ printf "%[1" 1 }} {{ printf "%[1]*d" 5 }} {{ printf "%*d|%-*d|" 5 1 5 2 }} {{ printf "%.*f" 2 3.14159 }} {{ printf "%*d" "a" 1 }} {{ printf "%.*d" "a" 1 }} {{ printf "%*d" -5 1 }}|"#,
            "2 1 %!d(BADINDEX) 1 2 %!d(BADINDEX) %!(NOVERB) %!d(MISSING)     1|2    | 3.14 %!(BADWIDTH)1 %!(BADPREC)1 1    |"
        ),
        ("{{ printf 3 }}", #"template: t:1:10: executing "t" at <3>: expected string; found 3"#),
        (
            "{{ printf }}",
            #"template: t:1:3: executing "t" at <printf>: wrong number of args for printf: want at least 1 got 0"#
        ),
        (
            "{{ printf .Values.n }}",
            #"template: t:1:17: executing "t" at <.Values.n>: wrong type for value; expected string; got float64"#
        ),
        (#"{{ .Values.s | printf "%s-%s" "a" }}"#, "a-hello"),
        (#"{{ printf "%5t|%-7t|%q" true false true }}"#, " true|false  |%!q(bool=true)"),
        (
            #"{{ printf "%6.2f%%" 12.3456 }} {{ printf "%.0f" 2.5 }} {{ printf "%.0f" 3.5 }} {{ printf "%.1f" 0.25 }} {{ printf "%.2f" 1.005 }} {{ printf "%.20f" 0.1 }} {{ printf "%.0f" 1e22 }} {{ printf "%.3f" 1e-10 }}"#,
            " 12.35% 2 4 0.2 1.00 0.10000000000000000555 10000000000000000000000 0.000"
        ),
        (
            #"{{ printf "%g %g %g %g %g" 100000.0 1000000.0 1e20 1e21 1e-5 }} {{ printf "%.10g %.3g %#g %#.3g %#v" 1234567.0 1234567.0 1.0 1.0 1.0 }}"#,
            "100000 1e+06 1e+20 1e+21 1e-05 1234567 1.23e+06 1.00000 1.00 1"
        ),
        (
            #"{{ printf "%x %X %b" 1.5 1.5 1.5 }} {{ printf "%x" .Values.n }} {{ printf "%.2x" 1.999 }}"#,
            "0x1.8p+00 0X1.8P+00 6755399441055744p-52 0x1.8p+01 0x1.00p+01"
        ),
        (
            #"{{ printf "%x" -255 }} {{ printf "%08b" -5 }} {{ printf "%+05d" 7 }} {{ printf "%.3d" 7 }} {{ printf "%8.3d|%-8.3d|%08.3d" 7 7 7 }} {{ printf "%.0d|%5.0d|" 0 0 }}"#,
            "-ff -0000101 +0007 007      007|007     |     007 |     |"
        ),
        (
            #"{{ printf "%c%c" 9731 -1 }} {{ printf "%q %q %#q %+q" 10 9731 96 9731 }} {{ printf "%U" -1 }} {{ printf "%5c|%-5c|%05c" 65 65 65 }}"#,
            #"☃� '\n' '☃' '`' '\u2603' U+FFFFFFFFFFFFFFFF     A|A    |0000A"#
        ),
        (
            #"{{ printf "%-010d|" 5 }} {{ printf "%-05s|" "a" }} {{ printf "%0-5d|" 5 }} {{ printf "%010s" "☃" }} {{ printf "%5q|%-5q|%05q" "a" "a" "a" }}"#,
            #"5         | a    | 5    | 000000000☃   "a"|"a"  |00"a""#
        ),
        (
            #"{{ printf "%w" "a" }} {{ printf "%é" 1 }} {{ printf "%5%|" }} {{ printf "%-" }} {{ printf "%5" 1 }} {{ printf "%." 1 }} {{ printf "%.d" 0 }} {{ printf "%.f" 1.6 }}"#,
            "%!w(string=a) %!é(int=1) %| %!(NOVERB) %!(NOVERB)%!(EXTRA int=1) %!.(int=1)  2"
        ),
        (
            #"{{ printf "%5v|%-5v|%05v|%+v|% v|%x" 1 2 3 4 5 .Values.l }}"#,
            "    1|2    |00003|4| 5|[61 62 0x1p+00 0x1.4p+01 <nil> %!x(bool=true)]"
        ),
        (#"{{ printf "%6v|%6.2v|%v" .Values.l 3.14159 -0.0 }}"#, "[     a      b      1    2.5 <nil>   true]|   3.1|-0"),
        (
            #"{{ printf "%v %v" (list) (dict) }} {{ printf "%#v %#v" (list) (dict) }} {{ printf "%#v" (list nil 1 "a" (dict "b" (list 1.5))) }}"#,
            #"[] map[] []interface {}{} map[string]interface {}{} []interface {}{interface {}(nil), 1, "a", map[string]interface {}{"b":[]interface {}{1.5}}}"#
        ),
        (
            #"{{ printf "%s %v %d" (index "abc" 0) (index "abc" 0) (index "abc" 0) }} {{ printf "%T" (index "abc" 0) }} {{ printf "%#v" (index "abc" 0) }}"#,
            "%!s(uint8=97) 97 97 uint8 0x61"
        ),
        (#"{{ printf "%!d" 1 }}"#, "%!!(int=1)d"),
        (
            #"{{ printf "%p" 1 }} {{ printf "%t" "x" }} {{ printf "%e" 1 }} {{ printf "%c" "x" }} {{ printf "%U" "x" }}"#,
            "%!p(int=1) %!t(string=x) %!e(int=1) %!c(string=x) %!U(string=x)"
        ),
        (#"{{ printf "%s%s%s" "a" }}"#, "a%!s(MISSING)%!s(MISSING)"),
        (#"{{ printf "%99999999d" 1 }}"#, "%!(NOVERB)%!(EXTRA int=1)"),
        (
            #"{{ printf "%e %E %g" 0.0 -0.0 0.0 }} {{ printf "%6.1e|%-12e|%012e" 123.456 1.5 -1.5 }}"#,
            "0.000000e+00 -0.000000E+00 0 1.2e+02|1.500000e+00|-1.500000e+00"
        ),
        (
            "{{ print 1.0 }} {{ print 1e6 }} {{ print 1234567.0 }} {{ print 123456.0 }} {{ print 1e-4 }} {{ print 1e-5 }} {{ print 0.1 }} {{ print 1.7976931348623157e308 }} {{ print 5e-324 }} {{ .Values.huge }} {{ .Values.neg }} {{ print -0.0 }}",
            "1 1e+06 1.234567e+06 123456 0.0001 1e-05 0.1 1.7976931348623157e+308 5e-324 1.2345678901234568e+17 -7.25 -0"
        ),
        (
            #"{{ fail (printf "%s!" "x") }}"#,
            #"template: t:1:3: executing "t" at <fail (printf "%s!" "x")>: error calling fail: x!"#
        ),
    ]

    private static let table1: [(String, String)] = [
        (#"{{ upper (printf "%s" (upper 3)) }}"#, #"template: t:1:29: executing "t" at <3>: expected string; found 3"#),
        ("{{ print ($x := 3) $x }}", "3 3"),
        (
            #"{{ printf "%d" 0x10 | fail 0x10 }}"#,
            #"template: t:1:22: executing "t" at <fail>: wrong number of args for fail: want 1 got 2"#
        ),
        ("{{ print (and .Values.m .Values.missing) }}", "<nil>"),
        (#"{{ printf "%s" (or .Values.missing nil) }}"#, "%!s(<nil>)"),
        (#"{{ include (printf "%s" "a") . }}{{ define "a" }}ok{{ end }}"#, "ok"),
        (
            #"{{ eq (1i) 1i }} {{ 1i }} {{ -2.5i }} {{ 1+0i }} {{ print 1i }} {{ printf "%v" 2i }}"#,
            "true (0+1i) (0-2.5i) (1+0i) (0+1i) (0+2i)"
        ),
    ]

    @Test(arguments: table + table1)
    func isAsInGo(_ template: String, _ answer: String) {
        #expect(rendered(template) == answer)
    }
}
