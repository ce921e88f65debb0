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

extension MaintenanceSettings {
  /// The services of a machine, by id; of two with the same id the first holds.
  public func services(of asset: Asset) -> [ServiceInterval] {
    var known: Set<String> = []
    return services.filter { $0.holds(for: asset) && known.insert($0.service).inserted }
      .sorted { $0.service < $1.service }
  }
}

/// Reads `services:` of `maintenance:`.
struct ServiceReader {
  static let keys = ["service", "assets", "place", "template", "every", "warn", "parts", "source"]

  static func services(_ section: Section, assets: [Asset]) -> [ServiceInterval] {
    guard let node = section["services"], !node.isNothing else { return [] }
    guard let items = node.items else {
      section.report(
        node.position, "\"services\" must be a list, found \(node.description)",
        remedy: "Write each behind a dash: `- { service: oil-change, template: compressor, every: 4000 h }`.")
      return []
    }
    return items.compactMap { item in
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
        service: service, assets: patterns, place: place, template: template, every: every, warn: warn,
        parts: (entry.list("parts", .text) ?? []).map(\.value), source: entry.read("source", .text, default: ""))
    }
  }
}

extension ServiceInterval {
  static func write(_ services: [ServiceInterval], to writer: inout CanonicalWriter) {
    guard !services.isEmpty else { return }
    writer.list("services") { writer in
      for service in services {
        writer.object { writer in
          writer.field("service", service.service)
          writer.list("assets", service.assets)
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
  static let services: JSONValue = list(
    "Service after hours of running; of two with the same id the first that an asset is in holds.",
    of: group(
      "A service.", ServiceReader.keys,
      [
        "service": text("Its id.", "oil-change"),
        "assets": list("Patterns of asset ids; default: all.", of: text("A pattern.", "compressor-*")),
        "place": text("Only what stands there.", "cq1/hall-1"),
        "template": text("Only machines of this template.", "compressor"),
        "every": duration("Hours of running between two.", "4000 h"),
        "warn": text("Share of the interval from which on it is told; default 90 %.", "90 %"),
        "parts": list("What is needed.", of: text("A part.", "oil 10 l")),
        "source": text("Where the interval is from.", "manual, chapter 7"),
      ], required: ["service", "every"]))
}
