import CZlib

/// Compression of request bodies (RFC 1952).
enum Gzip {
  struct Failure: Error, Hashable, CustomStringConvertible {
    /// zlib's return code.
    var code: Int32
    var description: String { "zlib cannot compress (code \(code))" }
  }

  static func compress(_ input: [UInt8]) throws(Failure) -> [UInt8] {
    var stream = z_stream()
    // 15 bits of window, + 16: with the gzip header and trailer instead of zlib's.
    let started = deflateInit2_(
      &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    guard started == Z_OK else { throw Failure(code: started) }
    defer { deflateEnd(&stream) }
    // The bound holds for everything in one call, so one call is enough.
    var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(input.count))))
    let code = input.withUnsafeBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        // zlib's interface is not const-correct; it only reads.
        stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(target.count)
        return deflate(&stream, Z_FINISH)
      }
    }
    guard code == Z_STREAM_END else { throw Failure(code: code) }
    output.removeLast(Int(stream.avail_out))
    return output
  }
}
