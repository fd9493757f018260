internal import CZLib

/// gzip (RFC 1952), through zlib.
package enum Gzip {
    /// Unpacks one or more gzip members; stops with an error as soon as the result passes `limit` bytes.
    package static func decompress(_ bytes: [UInt8], limit: Int) throws(ArchiveError) -> [UInt8] {
        var stream = z_stream()
        guard czlib_inflate_init_gzip(&stream) == Z_OK else { throw .corruptCompression("out of memory") }
        defer { inflateEnd(&stream) }
        var input = bytes
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let capacity = buffer.count
        var failure: ArchiveError?
        input.withUnsafeMutableBufferPointer { source in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(clamping: source.count)
            while true {
                let status = buffer.withUnsafeMutableBufferPointer { target in
                    stream.next_out = target.baseAddress
                    stream.avail_out = UInt32(clamping: capacity)
                    return inflate(&stream, Z_NO_FLUSH)
                }
                output += buffer[..<(capacity - Int(stream.avail_out))]
                if output.count > limit {
                    failure = .tooLarge("bytes", limit: limit)
                    return
                }
                if status == Z_STREAM_END {
                    if stream.avail_in == 0 { return }
                    // Another member follows, or padding that gzip itself ignores.
                    guard stream.next_in.pointee == 0x1f, inflateReset(&stream) == Z_OK else { return }
                } else if status != Z_OK {
                    failure = .corruptCompression(stream.msg.map { String(cString: $0) } ?? "unexpected end of file")
                    return
                }
            }
        }
        if let failure { throw failure }
        return output
    }

    /// Packs bytes into one gzip member without name and time, so that equal bytes give equal files.
    package static func compress(_ bytes: [UInt8]) throws(ArchiveError) -> [UInt8] {
        var stream = z_stream()
        guard czlib_deflate_init_gzip(&stream, 6) == Z_OK else { throw .corruptCompression("out of memory") }
        defer { deflateEnd(&stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 32)
        let capacity = output.count
        let status = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(clamping: source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(clamping: capacity)
                return deflate(&stream, Z_FINISH)
            }
        }
        guard status == Z_STREAM_END else { throw .corruptCompression("cannot compress \(bytes.count) bytes") }
        return Array(output.prefix(capacity - Int(stream.avail_out)))
    }
}
