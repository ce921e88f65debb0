extension SiteLoader {
  /// The templates that a configuration could use, sorted by name: its own (`templates:`), and those of the folders.
  ///
  /// - Parameters:
  ///   - text: the configuration; empty for the folders alone.
  ///   - file: the name that errors show.
  ///   - devices: template folders, besides those that the configuration names.
  /// - Throws: the mistakes of the templates; the rest of the configuration is not looked at.
  public static func templates(
    text: String, file: String, devices: [String]
  ) throws(ConfigurationErrors) -> [EquipmentTemplate] {
    let diagnostics = Diagnostics()
    let source = SourceText(file: file, text: text)
    let root =
      text.isEmpty
      ? YAMLNode(position: Position(line: 1, column: 1), content: .map([]))
      : YAMLDocument.parse(
        source, diagnostics)
    var found: [EquipmentTemplate] = []
    if let root, let top = Section(root, "the configuration", keys: [], source: source, diagnostics: diagnostics) {
      let catalogue = SiteReader(source: source, diagnostics: diagnostics, checkFiles: false)
        .templates(top, devices: devices)
      found = catalogue.names.compactMap { catalogue[$0] }
    }
    try diagnostics.throwIfAny()
    return found
  }
}
