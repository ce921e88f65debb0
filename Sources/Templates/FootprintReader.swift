import Telemetry

/// Reads `footprint:`, the maker of the footprints and whose footprints are believed.
struct FootprintReader {
  static let keys = ["company", "company-ids", "standards", "valid-years", "trusted-issuers", "data-quality"]
  static let issuerKeys = ["name", "key"]

  /// Nil without the section.
  static func settings(_ top: Section) -> FootprintSettings? {
    guard let section = top.section("footprint", "footprint", keys: keys) else { return nil }
    var settings = FootprintSettings()
    settings.company = section.read("company", .words("the company's name", example: "Chongqing Compressor Works"))
    settings.companyIDs = unique(section, "company-ids", .urn)
    settings.standards = unique(section, "standards", .words("a standard", example: "ISO14067"))
    settings.validYears = section.read("valid-years", .integer(1...50), default: settings.validYears)
    settings.issuers = issuers(section)
    settings.ratings = ratings(section)
    return settings
  }

  private static func unique(_ section: Section, _ key: String, _ scalar: Scalar<String>) -> [String] {
    let list = section.list(key, scalar) ?? []
    for (place, entry) in list.enumerated() where list[..<place].contains(where: { $0.value == entry.value }) {
      section.report(
        entry.position, "\"\(entry.value)\" is there twice in \"\(key)\"", remedy: "Keep only one of the two.")
    }
    return list.map(\.value)
  }

  private static func issuers(_ section: Section) -> [FootprintSettings.Issuer] {
    guard let node = section["trusted-issuers"], !node.isNothing else { return [] }
    return (node.items ?? [node]).compactMap { item in
      guard let inner = section.section(item, "trusted issuer", keys: issuerKeys) else { return nil }
      let name = inner.require("name", .text, remedy: "Add `name:` with the supplier's name.")
      let key = inner.require("key", Self.key, remedy: "Add `key:` with the supplier's Ed25519 public key.")
      guard let name, let key else { return nil }
      return FootprintSettings.Issuer(name: name, key: key)
    }
  }

  /// 32 bytes; which of them are a point of the curve shows when a signature is checked.
  private static let key = Scalar<String>(
    "an Ed25519 public key", example: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    remedy: { _ in
      "Write its 64 hexadecimal digits, or the 43 characters of \"x\" of its JSON Web Key, in quotes; get it from the "
        + "supplier by another way than the footprint."
    }
  ) { text in
    let isHex = text.utf8.count == 64 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    let isBase64 =
      text.utf8.count == 43
      && text.utf8.allSatisfy {
        (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 95
      }
    return isHex || isBase64 ? text : nil
  }

  private static func ratings(_ section: Section) -> FootprintRatings {
    var ratings = FootprintRatings()
    guard let inner = section.section("data-quality", "data-quality", keys: FootprintRatings.keys) else {
      return ratings
    }
    for (key, path) in FootprintRatings.fields {
      ratings[keyPath: path] = inner.read(key, .integer(1...5), default: ratings[keyPath: path])
    }
    if inner.has("years") {
      let years = (inner.list("years", .integer(0...200)) ?? []).map(\.value)
      if years.count == 4, years == years.sorted() {
        ratings.years = years
      } else if years.count == (inner["years"]?.items?.count ?? 1) {
        inner.report(
          inner["years"]?.position, "\"years\" has four numbers that do not fall",
          remedy: "Write the ages up to which the rating is 1, 2, 3 and 4: `years: [1, 3, 6, 10]`.")
      }
    }
    return ratings
  }
}
