import Factors
import Foundation

/// Where the tables of factors are, and how they are read.
public enum FactorFolder {
  /// `$WEIR_FACTORS`, else `Config/factors` beside a folder of templates, in the working directory, beside the program, or
  /// where the Debian package puts it.
  public static func standard(devices: [String] = []) -> String {
    if let folder = ProcessInfo.processInfo.environment["WEIR_FACTORS"] { return folder }
    let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
    let beside = devices.map { "\($0)/../Config/factors" }
    let candidates = beside + ["Config/factors", "\(program)/Config/factors", "/usr/share/weir/Config/factors"]
    return candidates.first { FileManager.default.fileExists(atPath: $0) } ?? "Config/factors"
  }

  /// Every table of a folder, in the order of the file names, then the files.
  /// - Throws: all mistakes at once, with file, line and column.
  public static func load(folder: String?, files: [String] = []) throws(ConfigurationErrors) -> FactorLibrary {
    let diagnostics = Diagnostics()
    var library = FactorLibrary()
    if let folder { library.add(Self.folder(folder, diagnostics)) }
    for file in files { library.add(Self.file(file, diagnostics)) }
    check(library) { message, remedy in diagnostics.report(file: files.last ?? folder ?? "", message, remedy: remedy) }
    try diagnostics.throwIfAny()
    return library
  }

  static func folder(_ path: String, _ diagnostics: Diagnostics) -> FactorLibrary {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    } catch {
      diagnostics.report(
        file: path, "the folder with the tables of factors cannot be read",
        remedy: "Set WEIR_FACTORS to the folder Config/factors of the installation, or `built-in-factors: false`.")
      return FactorLibrary()
    }
    var library = FactorLibrary()
    for name in names where name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
      library.add(file(path.hasSuffix("/") ? path + name : "\(path)/\(name)", diagnostics))
    }
    return library
  }

  static func file(_ path: String, _ diagnostics: Diagnostics) -> FactorLibrary {
    guard let source = SourceText.load(path, diagnostics), let root = YAMLDocument.parse(source, diagnostics) else {
      return FactorLibrary()
    }
    return FactorReader.read(root, source: source, diagnostics: diagnostics)
  }

  /// Ids are what results and overrides name: each only once.
  static func check(_ library: FactorLibrary, _ report: (_ message: String, _ remedy: String) -> Void) {
    var seen: Set<String> = []
    for id in library.setIDs where !seen.insert(id).inserted {
      report("two tables of factors have the id \"\(id)\"", "Give the copy an id of its own.")
    }
  }
}
