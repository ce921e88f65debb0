import Foundation

/// Finds and opens tables that ship with the product or that a site has written: tariffs, coefficients.
///
/// A name (`chongqing`) is looked for in the folder `Config/<kind>` beside each template folder, in the working directory
/// and where the Debian package puts it; whatever has a "/" or ends in `.yaml` is a path.
struct TableFolders {
  /// The template folders of this load.
  var devices: [String]

  /// The folders in which names of a kind (`tariffs`, `coefficients`) are looked for.
  func folders(_ kind: String) -> [String] {
    let beside = devices.map {
      URL(fileURLWithPath: $0).standardizedFileURL.deletingLastPathComponent().appendingPathComponent("Config/\(kind)")
        .path
    }
    return beside + ["Config/\(kind)", "/usr/share/weir/Config/\(kind)"]
  }

  /// Opens the table that a key names.
  ///
  /// - Parameters:
  ///   - keys: that may stand in the file.
  /// - Returns: the file's top group; nil after a report.
  func open(_ name: String, kind: String, keys: [String], from section: Section, key: String) -> Section? {
    let position = section[key]?.position ?? section.position
    guard let path = path(name, kind: kind) else {
      let known = names(kind)
      section.report(
        position, "there is no table \"\(name)\"",
        remedy: known.isEmpty
          ? "Write the path of a table file, as those in Config/\(kind)."
          : NearestWord.remedy(name, in: known, noun: "table") + " Or write the path of your own file.")
      return nil
    }
    guard let source = SourceText.load(path, section.diagnostics),
      let root = YAMLDocument.parse(source, section.diagnostics)
    else { return nil }
    return Section(
      root, "table \"\(name)\"", keys: ["table", "title", "document"] + keys, source: source,
      diagnostics: section.diagnostics)
  }

  private func path(_ name: String, kind: String) -> String? {
    if name.contains("/") || name.hasSuffix(".yaml") {
      return FileManager.default.fileExists(atPath: name) ? name : nil
    }
    return folders(kind).map { "\($0)/\(name).yaml" }.first { FileManager.default.fileExists(atPath: $0) }
  }

  private func names(_ kind: String) -> [String] {
    for folder in folders(kind) {
      // A folder that is not there has no names; the next one may.
      let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      let names = files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
      if !names.isEmpty { return names }
    }
    return []
  }
}
