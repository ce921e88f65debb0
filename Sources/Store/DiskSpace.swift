import Foundation

/// The file system on which the Store's files are.
struct DiskSpace: Sendable {
  /// Below this an I/O error of SQLite is taken for a full disk: some of its calls do not tell.
  private static let nearlyNothing = 256 << 10

  let folder: String

  /// - Parameter file: need not exist.
  init(of file: String) { folder = (file as NSString).deletingLastPathComponent }

  /// Bytes that this process may still write; nil if the file system cannot be asked.
  var freeBytes: Int? { status.map { Int($0.f_bavail) * Int($0.f_frsize) } }

  /// Nothing worth mentioning can be written, or no file be created.
  var isFull: Bool {
    guard let status, let freeBytes else { return false }
    // Some file systems have no bound of files and say 0 of 0.
    return freeBytes < Self.nearlyNothing || status.f_files > 0 && status.f_favail == 0
  }

  private var status: statvfs? {
    var status = statvfs()
    return statvfs(folder.isEmpty ? "." : folder, &status) == 0 ? status : nil
  }
}
