import Glibc
import Templates

/// Reads a secret from where the configuration says that it is.
struct SecretSource: Sendable {
  enum Failure: Error, Hashable, CustomStringConvertible {
    case unreadable(source: String, why: String)
    case empty(source: String)
    /// It contains bytes that cannot stand in a header.
    case malformed(source: String)

    var description: String {
      switch self {
      case .unreadable(let source, let why): "cannot read the secret from \(source): \(why)"
      case .empty(let source): "the secret in \(source) is empty"
      case .malformed(let source): "the secret in \(source) is not one line of printable ASCII"
      }
    }
  }

  let secret: Secret
  /// Looks up an environment variable.
  let environment: @Sendable (String) -> String?

  init(
    _ secret: Secret,
    environment: @escaping @Sendable (String) -> String? = { name in getenv(name).map { String(cString: $0) } }
  ) {
    self.secret = secret
    self.environment = environment
  }

  /// Where the secret is: never the secret itself.
  var description: String {
    switch secret {
    case .file(let path): "file \(path)"
    case .environment(let name): "environment variable \(name)"
    case .credential(let name): "systemd credential \(name)"
    }
  }

  /// The secret without surrounding white space (editors end files with a newline).
  func read() throws(Failure) -> SecretValue {
    let bytes: [UInt8]
    switch secret {
    case .environment(let name):
      guard let value = environment(name) else { throw .unreadable(source: description, why: "it is not set") }
      bytes = Array(value.utf8)
    case .file(let path):
      bytes = try contents(path)
    case .credential(let name):
      guard let directory = environment("CREDENTIALS_DIRECTORY") else {
        throw .unreadable(source: description, why: "CREDENTIALS_DIRECTORY is not set")
      }
      guard !name.isEmpty, !name.contains("/"), name != "..", name != "." else {
        throw .unreadable(source: description, why: "a credential's name is a plain file name")
      }
      bytes = try contents(directory + "/" + name)
    }
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
    guard let first = bytes.firstIndex(where: { !isSpace($0) }), let last = bytes.lastIndex(where: { !isSpace($0) })
    else { throw .empty(source: description) }
    let value = bytes[first...last]
    guard value.allSatisfy({ (0x20..<0x7F).contains($0) }) else { throw .malformed(source: description) }
    return SecretValue(String(decoding: value, as: UTF8.self))
  }

  private func contents(_ path: String) throws(Failure) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .unreadable(source: description, why: systemError(errno)) }
    defer { close(file) }
    // No token is longer; a wrong path to something huge must not fill the memory.
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    var count = 0
    while count < bytes.count {
      let got = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress! + count, $0.count - count) }
      if got < 0 {
        if errno == EINTR { continue }
        throw .unreadable(source: description, why: systemError(errno))
      }
      if got == 0 { break }
      count += got
    }
    return Array(bytes[..<count])
  }
}

/// The text of an error number.
func systemError(_ code: Int32) -> String {
  var buffer = [CChar](repeating: 0, count: 128)
  return buffer.withUnsafeMutableBufferPointer { text in
    strerror_r(code, text.baseAddress!, text.count) == 0 ? String(cString: text.baseAddress!) : "error \(code)"
  }
}
