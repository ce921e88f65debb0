import Telemetry

/// Service that machines need after so many hours of running: oil, grease, filters, as their manuals say.
public struct ServiceInterval: Hashable, Sendable {
  /// Its id: `oil-change`.
  public var service: String
  /// Patterns of asset ids.
  public var assets: [String]
  /// Only what stands there; nil = anywhere.
  public var place: String?
  /// Only machines of this template; nil = of any.
  public var template: String?
  /// Hours of running between two of them.
  public var every: Span64
  /// Share of the interval from which on it is told, in percent.
  public var warn: ExactDecimal
  public var parts: [String]
  /// Where the interval is from; empty = not said.
  public var source: String

  public init(
    service: String, assets: [String], place: String? = nil, template: String? = nil, every: Span64,
    warn: ExactDecimal = Self.usualWarning, parts: [String] = [], source: String = ""
  ) {
    self.service = service
    self.assets = assets
    self.place = place
    self.template = template
    self.every = every
    self.warn = warn
    self.parts = parts
    self.source = source
  }

  /// 90 %: the product's choice.
  public static let usualWarning = ExactDecimal(90)

  public func holds(for asset: Asset) -> Bool {
    (template.map { $0 == asset.template } ?? true)
      && (place.map { asset.place == $0 || asset.place.hasPrefix($0 + "/") } ?? true)
      && assets.contains { Wildcard.matches(asset.id, $0) }
  }
}

extension Asset {
  /// What is done on a machine after hours of running, as its own entry and its template say.
  public struct Services: Hashable, Sendable {
    /// `services:` of its entry; nil = not said, empty = none of the template's.
    public var own: [ServiceInterval]?
    /// Of its template.
    public var usual: [ServiceInterval]

    public init(own: [ServiceInterval]? = nil, usual: [ServiceInterval] = []) {
      self.own = own
      self.usual = usual
    }
  }
}

extension MaintenanceSettings {
  /// The services of a machine, by id. Of those with the same id the nearest holds: that of the asset, then the first of
  /// `maintenance: services:` that it is in, then that of its template, unless the asset has a list of its own.
  public func services(of asset: Asset) -> [ServiceInterval] {
    var known: Set<String> = []
    let all =
      (asset.services.own ?? []) + services.filter { $0.holds(for: asset) }
      + (asset.services.own == nil ? asset.services.usual : [])
    return all.filter { known.insert($0.service).inserted }.sorted { $0.service < $1.service }
  }
}

/// Reads `services:` of `maintenance:`, of a template and of an asset.
struct ServiceReader {
  static let keys = ["service", "assets", "place", "template"] + ownKeys.dropFirst()
  /// Where it is clear whose service it is.
  static let ownKeys = ["service", "every", "warn", "parts", "source"]

  /// Of a template or an asset; nil if it says nothing, empty for `none`.
  static func ofOne(_ section: Section) -> [ServiceInterval]? {
    guard section.has("services") else { return nil }
    if section.isOff("services") { return [] }
    guard
      let items = items(section, example: "- { service: oil-change, every: 4000 h }")
    else { return nil }
    var known: Set<String> = []
    return items.compactMap { item in
      guard let entry = section.section(item, "service", keys: ownKeys),
        let service = service(entry, assets: ["*"], place: nil, template: nil)
      else { return nil }
      guard known.insert(service.service).inserted else {
        entry.report(
          entry.position(of: "service"), "the service \"\(service.service)\" stands twice in \(section.name)",
          remedy: "Remove one of the two, or give it an id of its own.")
        return nil
      }
      return service
    }
  }

  private static func items(_ section: Section, example: String) -> [YAMLNode]? {
    guard let node = section["services"], !node.isNothing else { return [] }
    guard let items = node.items else {
      section.report(
        node.position, "\"services\" must be a list, found \(node.description)",
        remedy: "Write each behind a dash: `\(example)`.")
      return nil
    }
    return items
  }

  private static func service(
    _ entry: Section, assets: [String], place: String?, template: String?
  ) -> ServiceInterval? {
    let warn = entry.read(
      "warn", .percent("a share of the interval", example: "90 %") { !$0.isNegative && $0 <= ExactDecimal(100) },
      default: ServiceInterval.usualWarning)
    let service = entry.require(
      "service", .identifier(), remedy: "Add what is to be done: `service: oil-change`.")
    let every = entry.require(
      "every", .duration(.hours(1)...(.days(36_500))),
      remedy: "Add the hours of running between two: `every: 4000 h`.")
    guard let service, let every else { return nil }
    return ServiceInterval(
      service: service, assets: assets, place: place, template: template, every: every, warn: warn,
      parts: (entry.list("parts", .text) ?? []).map(\.value), source: entry.read("source", .text, default: ""))
  }

  /// Of `maintenance:`.
  static func services(_ section: Section, assets: [Asset]) -> [ServiceInterval] {
    let items = items(section, example: "- { service: oil-change, template: compressor, every: 4000 h }")
    return (items ?? []).compactMap { item in
      guard let entry = section.section(item, "service", keys: keys) else { return nil }
      let patterns = entry.assetPatterns(of: assets.map(\.id))
      let place = entry.place(of: assets)
      let template = entry.read("template", .text)
      let templates = Set(assets.map(\.template)).sorted()
      if let template, !templates.contains(template) {
        entry.report(
          entry["template"]?.position, "no asset is of template \"\(template)\"",
          remedy: NearestWord.remedy(template, in: templates, noun: "template"))
      }
      return service(entry, assets: patterns, place: place, template: template)
    }
  }
}

extension ServiceInterval {
  /// - Parameter isOfOne: of a template or an asset, so it is clear whose they are.
  static func write(_ services: [ServiceInterval], isOfOne: Bool = false, to writer: inout CanonicalWriter) {
    guard !services.isEmpty else { return }
    writer.list("services") { writer in
      for service in services {
        writer.object { writer in
          writer.field("service", service.service)
          if !isOfOne { writer.list("assets", service.assets) }
          writer.field("place", service.place)
          writer.field("template", service.template)
          writer.field("every", QuantityText.text(service.every))
          writer.field("warn", "\(service.warn) %")
          if !service.parts.isEmpty { writer.list("parts", service.parts) }
          writer.field("source", service.source.isEmpty ? nil : service.source)
        }
      }
    }
  }
}

extension ConfigurationSchema {
  /// Of `maintenance:`.
  static let services = list(
    "Service after hours of running; of two with the same id the first that an asset is in holds.",
    of: group(
      "A service.", ServiceReader.keys,
      service.merging([
        "assets": list("Patterns of asset ids; default: all.", of: text("A pattern.", "compressor-*")),
        "place": text("Only what stands there.", "cq1/hall-1"),
        "template": text("Only machines of this template.", "compressor"),
      ]) { $1 }, required: ["service", "every"]))

  /// Of a template or an asset.
  static let ownServices = any(
    "Service after hours of running. A list replaces that of the template that is extended, or that the asset is of.",
    [
      words("None of the template's.", ["none", "off"]),
      list(
        "The services.", of: group("A service.", ServiceReader.ownKeys, service, required: ["service", "every"])),
    ])

  private static let service: [String: JSONValue] = [
    "service": text("Its id.", "oil-change"), "every": duration("Hours of running between two.", "4000 h"),
    "warn": text("Share of the interval from which on it is told; default 90 %.", "90 %"),
    "parts": list("What is needed.", of: text("A part.", "oil 10 l")),
    "source": text("Where the interval is from.", "manual, chapter 7"),
  ]
}
