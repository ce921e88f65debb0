import Glibc
import Templates

/// Reads a secret at the moment it is needed. Errors name the place, never the content.
enum SecretReader {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  static func read(_ secret: Secret) throws(Failure) -> String {
    switch secret {
    case .environment(let name):
      guard let value = getenv(name) else {
        throw Failure(description: "the environment variable \(name) with the password is not set")
      }
      return String(cString: value)
    case .file(let path): return try readFile(path)
    case .credential(let name):
      guard let directory = getenv("CREDENTIALS_DIRECTORY") else {
        throw Failure(
          description: "the systemd credential \(name) is not available: CREDENTIALS_DIRECTORY is not set")
      }
      return try readFile(String(cString: directory) + "/" + name)
    }
  }

  /// The content without the newline that editors put at the end.
  private static func readFile(_ path: String) throws(Failure) -> String {
    do {
      var bytes = try FileBytes.read(path)
      while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { bytes.removeLast() }
      return String(decoding: bytes, as: UTF8.self)
    } catch {
      throw Failure(description: "the password file cannot be read: \(error)")
    }
  }
}
