internal import Basics
internal import HTTP

/// What makes the next request for a page a conditional one (RFC 9110 13).
struct PageValidator: Sendable, Hashable {
    var etag: String?
    var lastModified: String?

    init(etag: String?, lastModified: String?) { (self.etag, self.lastModified) = (etag, lastModified) }

    /// Nil where the answer has none. A `Last-Modified` of the last minute is none:
    /// the page may change again within the same second (RFC 9110 8.8.2.2).
    init?(_ headers: HTTPHeaders, now: Timestamp) {
        etag = headers["ETag"].flatMap { $0.isEmpty || $0.utf8.count > 1024 ? nil : $0 }
        lastModified = headers["Last-Modified"].flatMap { text in
            guard let date = HTTPDate.parse(text), now.duration(since: date) >= .seconds(60) else { return nil }
            return text
        }
        if etag == nil, lastModified == nil { return nil }
    }

    func fill(_ headers: inout HTTPHeaders) {
        if let etag { headers["If-None-Match"] = etag } else if let lastModified { headers["If-Modified-Since"] = lastModified }
    }
}

/// A page as it was, and how to ask whether it still is.
struct KnownPage: Sendable, Hashable {
    var page: TagPage
    var validator: PageValidator
}
