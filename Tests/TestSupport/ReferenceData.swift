import Glibc

/// Where the reference data and vectors are: `WEIR_TEST_DATA`, else `../shared` beside the package.
///
/// In CI (`CI` set) they must be there; on a clean clone elsewhere tests that need them are skipped:
/// `@Test(.enabled(if: ReferenceData.isExpected, ReferenceData.explanation))`.
public enum ReferenceData {
  public static let root: String = {
    if let path = getenv("WEIR_TEST_DATA") { return String(cString: path) }
    // Tests/TestSupport/ReferenceData.swift
    let package = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    return package.joined(separator: "/") + "/../shared"
  }()

  /// True also where the data are missing but must not be: the test then runs, and fails.
  public static let isExpected: Bool = getenv("CI") != nil || access(root + "/rules/vectors", R_OK) == 0

  public static let explanation = "\(root) is missing; set WEIR_TEST_DATA"

  /// `rules/vectors/energy.json` → its full path.
  public static func path(_ relative: String) -> String { root + "/" + relative }

  /// The whole file.
  public static func bytes(_ relative: String) throws -> [UInt8] {
    let file = path(relative)
    let descriptor = open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw TestSupportError("cannot read \(file): error \(errno)") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw TestSupportError("cannot read \(file): error \(errno)") }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var offset = 0
    while offset < bytes.count {
      let count = bytes[offset...].withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { throw TestSupportError("cannot read \(file): error \(errno)") }
      offset += count
    }
    return bytes
  }
}
