import Telemetry

/// Reads `products:`, the master data of what the plant makes.
struct ProductReader {
  static let keys = [
    "id", "name", "summary", "mass", "declared-unit", "gtin", "identifiers", "fossil-carbon", "exempted", "price",
    "materials",
  ]
  static let exemptedKeys = ["percent", "reason"]
  static let materialKeys = ["name", "amount", "footprint", "source", "primary", "rating", "supplier-product"]
  static let materialUnits = ["kg", "pcs", "m", "m²", "m³", "L", "kWh", "MJ"]

  /// - Parameter currency: of the tariff; nil without one.
  static func products(_ top: Section, currency: String?) -> [Product] {
    guard let node = top["products"], !node.isNothing else { return [] }
    guard let items = node.items else {
      top.report(
        node.position, "\"products\" must be a list, found \(node.description)",
        remedy: "Begin each product with `- id: X200`.")
      return []
    }
    var products: [Product] = []
    var lines: [String: Int] = [:]
    for item in items {
      let id = item.entries?.first { $0.key == "id" }?.value.text
      guard let section = top.section(item, id.map { "product \"\($0)\"" } ?? "product", keys: keys),
        let product = Self.product(section, currency)
      else { continue }
      let position = section["id"]?.position ?? section.position
      if let line = lines.updateValue(position.line, forKey: product.id) {
        section.report(
          position, "the product \"\(product.id)\" is there twice (first in line \(line))",
          remedy: "Keep one of the two.")
        continue
      }
      products.append(product)
    }
    return products
  }

  private static func product(_ section: Section, _ currency: String?) -> Product? {
    let id = section.require("id", .text, remedy: "Add `id: X200`, as the order feed names the product.")
    let unit = section.read(
      "declared-unit", .word(Product.DeclaredUnit.allCases, noun: "declared unit"), default: .piece)
    var product = Product(
      id: id ?? "", name: section.read("name", .text) ?? id ?? "", summary: section.read("summary", .text),
      mass: section.read("mass", Self.mass), declaredUnit: unit)
    if unit == .kilogram, !section.has("mass") {
      section.report(
        section["declared-unit"]?.position, "a footprint by kilogram needs the mass of a piece",
        remedy: "Add `mass: 12.4 kg`.")
    }
    if let gtin = section.read("gtin", Self.gtin) { product.identifiers.append("urn:gtin:\(gtin)") }
    product.identifiers += (section.list("identifiers", .urn) ?? []).map(\.value)
    product.fossilCarbon = section.read("fossil-carbon", Self.carbonContent)
    product.exempted = Self.exempted(section)
    product.prices = ProductPriceReader(currency: currency).prices(section)
    product.materials = Self.materials(section)
    return id == nil ? nil : product
  }

  private static func materials(_ section: Section) -> [Product.Material] {
    guard let node = section["materials"], !node.isNothing else { return [] }
    return (node.items ?? [node]).compactMap { item in
      guard let inner = section.section(item, "material of \(section.name)", keys: materialKeys) else { return nil }
      let name = inner.require("name", .text)
      let amount = inner.require("amount", Self.amount)
      if inner.has("supplier-product") { return imported(inner, name: name, amount: amount) }
      let footprint = inner.require(
        "footprint", .exact("a number of kgCO2e, in digits", example: "2.1"),
        remedy:
          "Add `footprint: 2.1`, the supplier's kgCO2e by the unit of the amount, or `supplier-product: urn:…` and "
          + "import the supplier's document with `weir product import`.")
      let source = inner.require(
        "source", .text, remedy: "Add `source:` with the supplier's document: a figure without one cannot be defended.")
      let isPrimary = inner.require(
        "primary", .boolean, remedy: "Add `primary: true` if the supplier measured it, `false` if it is from a table.")
      let rating = Self.rating(inner)
      guard let name, let amount, let footprint, let source, let isPrimary else { return nil }
      return Product.Material(
        name: name, amount: amount.value, unit: amount.unit, footprint: footprint, source: source,
        isPrimary: isPrimary, rating: rating)
    }
  }

  /// Its footprint comes from a document of the supplier, never partly from the configuration.
  private static func imported(_ section: Section, name: String?, amount: Amount?) -> Product.Material? {
    for key in ["footprint", "source", "primary", "rating"] where section.has(key) {
      section.report(
        section.position(of: key), "\(section.name) has both \"supplier-product\" and \"\(key)\"",
        remedy:
          "Keep `supplier-product:` if the supplier's document is imported (it says all of that), else the others.")
      return nil
    }
    guard let urn = section.read("supplier-product", .urn), let name, let amount else { return nil }
    return Product.Material(name: name, amount: amount.value, unit: amount.unit, supplierProduct: urn)
  }

  private static func exempted(_ section: Section) -> Product.Exempted? {
    guard let inner = section.section("exempted", "exempted of \(section.name)", keys: exemptedKeys) else { return nil }
    let percent = inner.require(
      "percent",
      .exact("percent from 0 to 100, in digits", example: "1.5") { !$0.isNegative && $0 <= ExactDecimal(100) })
    let reason = inner.require(
      "reason", .words("what is left out, and why", example: "screws, below the cut-off of the sector's rule"),
      remedy: "Add `reason:`: what is left out of the footprint, and why.")
    guard let percent, let reason else { return nil }
    return Product.Exempted(percent: percent, reason: reason)
  }

  private static func rating(_ section: Section) -> Product.Material.Rating? {
    guard section.has("rating") else { return nil }
    let values = (section.list("rating", .integer(1...5)) ?? []).map(\.value)
    guard values.count == 3 else {
      if section["rating"]?.items?.count != 3 {
        section.report(
          section["rating"]?.position, "a rating has three numbers: technology, geography, time",
          remedy: "Write for example `rating: [1, 2, 2]`; 1 is very good, 5 very poor.")
      }
      return nil
    }
    return Product.Material.Rating(technological: values[0], geographical: values[1], temporal: values[2])
  }

  // MARK: Values

  private static let grams: [String: Int] = ["g": -3, "kg": 0, "t": 3]

  private static let carbonContent = Scalar<ExactDecimal>(
    "the fossil carbon in a piece, in g, kg or t", example: "0 kg"
  ) { text in
    guard let (number, unit) = QuantityText.split(text), number.mantissa >= 0, let shift = grams[unit],
      let exponent = Int8(exactly: Int(number.exponent) + shift)
    else { return nil }
    return try? ExactDecimal(ScaledInteger(number.mantissa, exponent: exponent))
  }

  private static let mass = Scalar<ExactDecimal>("a mass in g, kg or t", example: "12.4 kg") { text in
    guard let (number, unit) = QuantityText.split(text), number.mantissa > 0, let shift = grams[unit],
      let exponent = Int8(exactly: Int(number.exponent) + shift)
    else { return nil }
    return try? ExactDecimal(ScaledInteger(number.mantissa, exponent: exponent))
  }

  private struct Amount: Sendable {
    var value: ExactDecimal
    var unit: String
  }

  private static let amount = Scalar<Amount>(
    "an amount for one piece in \(materialUnits.joined(separator: ", "))", example: "13.1 kg"
  ) { text in
    guard let (number, unit) = QuantityText.split(text), number.mantissa > 0, materialUnits.contains(unit),
      let value = try? ExactDecimal(number)
    else { return nil }
    return Amount(value: value, unit: unit)
  }

  /// GS1 General Specifications §7.9: digits by 3 and 1 in turn from the right, and the check digit makes a multiple of ten.
  private static let gtin = Scalar<String>(
    "a GTIN of 8, 12, 13 or 14 digits with a right check digit", example: "\"04012345678901\"",
    remedy: { _ in "Copy the number below the bar code, in quotes so that zeros in front stay." }
  ) { text in
    let digits = text.utf8.map { Int($0) - 48 }
    guard [8, 12, 13, 14].contains(digits.count), digits.allSatisfy({ (0...9).contains($0) }) else { return nil }
    let sum = digits.reversed().enumerated().reduce(0) { $0 + $1.element * ($1.offset % 2 == 0 ? 1 : 3) }
    return sum % 10 == 0 ? text : nil
  }
}
