import Telemetry

/// What the plant makes, as the footprint of a product needs to know it: `products:` of the configuration.
public struct Product: Hashable, Sendable {
  /// What a footprint is declared for.
  public enum DeclaredUnit: String, Hashable, Sendable, CaseIterable {
    case piece
    case kilogram
  }

  /// Emissions below a cut-off that a rule allows to leave out.
  public struct Exempted: Hashable, Sendable {
    /// Estimated share of the footprint, percent.
    public var percent: ExactDecimal
    public var reason: String
    public init(percent: ExactDecimal, reason: String) {
      self.percent = percent
      self.reason = reason
    }
  }

  /// A bought material with its supplier's footprint.
  public struct Material: Hashable, Sendable {
    /// Ratings from 1 (very good) to 5 (very poor).
    public struct Rating: Hashable, Sendable {
      public var technological: Int
      public var geographical: Int
      public var temporal: Int
      public init(technological: Int, geographical: Int, temporal: Int) {
        self.technological = technological
        self.geographical = geographical
        self.temporal = temporal
      }
      /// Of what nobody has rated.
      public static let unrated = Rating(technological: 5, geographical: 5, temporal: 5)
    }

    public var name: String
    /// In `unit`, for one piece that is begun (good or scrap).
    public var amount: ExactDecimal
    public var unit: String
    /// kgCO2e by `unit`, from the cradle to the plant's gate; nil: it comes from the document of `supplierProduct`.
    public var footprint: ExactDecimal?
    /// Where the footprint comes from.
    public var source: String
    /// The supplier measured it, instead of taking it from a table.
    public var isPrimary: Bool
    public var rating: Rating?
    /// URN under which the supplier's footprints name it.
    public var supplierProduct: String?

    /// A material whose footprint is imported.
    public init(name: String, amount: ExactDecimal, unit: String, supplierProduct: String) {
      self.init(name: name, amount: amount, unit: unit, footprint: nil, source: "", isPrimary: false)
      self.supplierProduct = supplierProduct
    }

    public init(
      name: String, amount: ExactDecimal, unit: String, footprint: ExactDecimal?, source: String, isPrimary: Bool,
      rating: Rating? = nil
    ) {
      self.name = name
      self.amount = amount
      self.unit = unit
      self.footprint = footprint
      self.source = source
      self.isPrimary = isPrimary
      self.rating = rating
    }
  }

  /// As the order feed names it.
  public var id: String
  public var name: String
  public var summary: String?
  /// kg of a piece; nil = not known.
  public var mass: ExactDecimal?
  public var declaredUnit: DeclaredUnit
  /// URNs under which it is known outside.
  public var identifiers: [String]
  /// kg of fossil carbon in a piece, as plastics have it; nil = not said.
  public var fossilCarbon: ExactDecimal?
  /// What its footprint leaves out on purpose; nil = not said.
  public var exempted: Exempted?
  public var materials: [Material]
  /// By day; empty = not known.
  public var prices: [Price] = []

  public init(
    id: String, name: String, summary: String? = nil, mass: ExactDecimal? = nil, declaredUnit: DeclaredUnit = .piece,
    identifiers: [String] = [], materials: [Material] = []
  ) {
    self.id = id
    self.name = name
    self.summary = summary
    self.mass = mass
    self.declaredUnit = declaredUnit
    self.identifiers = identifiers
    self.materials = materials
  }

  /// - Parameter currency: of the tariff.
  func write(currency: String?, to writer: inout CanonicalWriter) {
    writer.field("id", id)
    if name != id { writer.field("name", name) }
    writer.field("summary", summary)
    writer.field("mass", mass.map { "\($0) kg" })
    if declaredUnit != .piece { writer.field("declared-unit", declaredUnit.rawValue) }
    if !identifiers.isEmpty { writer.list("identifiers", identifiers) }
    writer.field("fossil-carbon", fossilCarbon.map { "\($0) kg" })
    if let exempted {
      writer.object("exempted") { writer in
        writer.field("percent", exempted.percent.description)
        writer.field("reason", exempted.reason)
      }
    }
    writePrices(currency: currency, to: &writer)
    guard !materials.isEmpty else { return }
    writer.list("materials") { writer in
      for material in materials {
        writer.object { writer in
          writer.field("name", material.name)
          writer.field("amount", "\(material.amount) \(material.unit)")
          if let urn = material.supplierProduct { return writer.field("supplier-product", urn) }
          writer.field("footprint", material.footprint.map { "\($0)" })
          writer.field("source", material.source)
          writer.field("primary", material.isPrimary)
          if let rating = material.rating {
            writer.list("rating", [rating.technological, rating.geographical, rating.temporal].map(String.init))
          }
        }
      }
    }
  }
}
