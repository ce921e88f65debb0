/// The templates of some folders, and of a configuration, for people: to list, to check, to show.
public struct TemplateLibrary {
  public struct Entry: Hashable, Sendable {
    public var name: String
    public var summary: String
    /// Where it is defined: `Devices/pump.yaml`.
    public var file: String
    /// The template that it extends.
    public var parent: String?
    public var signals: Int
  }

  private let catalogue: TemplateCatalogue

  private init(_ catalogue: TemplateCatalogue) { self.catalogue = catalogue }

  /// - Parameters:
  ///   - devices: template folders.
  ///   - file: one more template file.
  /// - Throws: all mistakes in them at once.
  public static func load(devices: [String], file: String? = nil) throws(ConfigurationErrors) -> TemplateLibrary {
    let diagnostics = Diagnostics()
    var catalogue = TemplateCatalogue()
    if let file { catalogue.add(file: file, diagnostics) }
    catalogue.add(folders: devices, diagnostics)
    catalogue.resolve()
    try diagnostics.throwIfAny()
    return TemplateLibrary(catalogue)
  }

  /// Checks a template file as if it were in one of the folders; what it extends is looked for there.
  /// - Returns: the template's entry.
  /// - Throws: the mistakes in the file, without those of others in the folders.
  public static func check(file: String, devices: [String]) throws(ConfigurationErrors) -> Entry {
    let diagnostics = Diagnostics()
    var catalogue = TemplateCatalogue()
    let name = catalogue.add(file: file, diagnostics)
    // The file may lie in one of the folders already, under this or another path.
    catalogue.add(folders: devices, diagnostics)
    catalogue.resolve()
    let own = diagnostics.errors.filter { $0.file == file }
    if !own.isEmpty { throw ConfigurationErrors(own) }
    guard let name, let entry = TemplateLibrary(catalogue).entries.first(where: { $0.name == name }) else {
      // A parent is broken.
      try diagnostics.throwIfAny()
      throw ConfigurationErrors([])
    }
    return entry
  }

  /// By name.
  public var entries: [Entry] {
    catalogue.names.compactMap { name in
      guard let template = catalogue[name], let source = catalogue.sources[name] else { return nil }
      return Entry(
        name: name, summary: template.summary, file: source.section.source.file,
        parent: source.section["extends"]?.text, signals: template.signals.count)
    }
  }

  /// The template with everything inherited; nil if there is none of this name.
  public func effective(_ name: String) -> EffectiveTemplate? {
    catalogue[name].map { EffectiveTemplate($0, lineage: catalogue.lineage(of: name)) }
  }

  /// The known name that a mistyped one probably means.
  public func nearest(_ name: String) -> String? { NearestWord.of(name, in: catalogue.names) }
}

extension TemplateCatalogue {
  fileprivate mutating func add(folders: [String], _ diagnostics: Diagnostics) {
    for folder in folders {
      if let problem = add(folder: folder, diagnostics) {
        diagnostics.report(file: folder, problem, remedy: "Check the path; it counts from the current directory.")
      }
    }
  }
}

extension SiteLoader {
  /// What an asset of a configuration has made of its template; nil if there is no such asset.
  /// - Throws: the mistakes of the configuration.
  public static func effectiveTemplate(
    ofAsset id: String, path: String, devices: [String]
  ) throws(ConfigurationErrors) -> (template: EffectiveTemplate?, nearest: String?) {
    let diagnostics = Diagnostics()
    guard let source = SourceText.load(path, diagnostics) else {
      try diagnostics.throwIfAny()
      throw ConfigurationErrors([])
    }
    return try effectiveTemplate(ofAsset: id, source, devices, diagnostics)
  }

  /// - Parameter file: the name that origins show.
  public static func effectiveTemplate(
    ofAsset id: String, text: String, file: String, devices: [String]
  ) throws(ConfigurationErrors) -> (template: EffectiveTemplate?, nearest: String?) {
    try effectiveTemplate(ofAsset: id, SourceText(file: file, text: text), devices, Diagnostics())
  }

  private static func effectiveTemplate(
    ofAsset id: String, _ source: SourceText, _ devices: [String], _ diagnostics: Diagnostics
  ) throws(ConfigurationErrors) -> (template: EffectiveTemplate?, nearest: String?) {
    var site: Site?
    var reader = SiteReader(source: source, diagnostics: diagnostics, checkFiles: false)
    reader.wantedAsset = id
    if let root = YAMLDocument.parse(source, diagnostics) { site = reader.read(root, devices: devices) }
    try diagnostics.throwIfAny()
    guard let site, let asset = site.assets.first(where: { $0.id == id }), let section = reader.wantedSection,
      let template = reader.catalogue[asset.template]
    else { return (nil, NearestWord.of(id, in: site?.assets.map(\.id) ?? [])) }
    let lineage = reader.catalogue.lineage(of: asset.template)
    return (EffectiveTemplate(asset, template, section: section, lineage: lineage), nil)
  }
}
