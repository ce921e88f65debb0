/// Reads a configuration into a `Site`: templates resolved, defaults filled in, everything validated.
///
/// Relative paths, of the configuration and inside it, count from the current directory of the process.
public enum SiteLoader {
  /// Loads a configuration file.
  /// - Parameters:
  ///   - path: the YAML file.
  ///   - devices: template folders, besides those that the configuration names (`devices:`).
  ///   - checkFiles: whether password and certificate files must exist.
  /// - Throws: all mistakes at once.
  public static func load(
    path: String, devices: [String], checkFiles: Bool = true
  ) throws(ConfigurationErrors) -> Site {
    let diagnostics = Diagnostics()
    guard let source = SourceText.load(path, diagnostics) else {
      try diagnostics.throwIfAny()
      throw ConfigurationErrors([])
    }
    return try load(source, devices, checkFiles, diagnostics)
  }

  /// Loads a configuration from text, for example `Site.canonicalText` (which needs no template folder).
  /// - Parameter file: the name that errors show.
  public static func load(
    text: String, file: String, devices: [String], checkFiles: Bool = true
  ) throws(ConfigurationErrors) -> Site {
    try load(SourceText(file: file, text: text), devices, checkFiles, Diagnostics())
  }

  /// Reads the canonical text that a journal kept; files that it names may be gone.
  public static func load(canonicalText: String) throws(ConfigurationErrors) -> Site {
    try load(text: canonicalText, file: "configuration in the journal", devices: [], checkFiles: false)
  }

  private static func load(
    _ source: SourceText, _ devices: [String], _ checkFiles: Bool, _ diagnostics: Diagnostics
  ) throws(ConfigurationErrors) -> Site {
    let root = YAMLDocument.parse(source, diagnostics)
    var site: Site?
    if let root {
      var reader = SiteReader(source: source, diagnostics: diagnostics, checkFiles: checkFiles)
      site = reader.read(root, devices: devices)
    }
    try diagnostics.throwIfAny()
    guard let site else { throw ConfigurationErrors([]) }
    return site
  }
}
