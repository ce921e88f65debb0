import Telemetry

/// A contractual instrument for electricity: what the market-based method counts first.
public struct Certificate: Hashable, Sendable {
  /// In the order in which they are used up.
  public enum Kind: String, CaseIterable, Hashable, Sendable {
    /// Green electricity certificate (绿证): 1 MWh each.
    case gec
    case irec = "i-rec"
    /// A power purchase agreement.
    case contract
    /// The supplier's own rate; without a limit if no amount is given.
    case supplier
  }

  public var id: String
  public var kind: Kind
  /// nil = without limit (supplier's rate only).
  public var kilowattHours: ExactDecimal?
  /// First and last day of the consumption that it may cover.
  public var validFrom: CivilDate
  public var validTo: CivilDate
  /// Where it is registered and retired.
  public var source: String
  /// kgCO2/kWh; 0 for non-fossil electricity.
  public var factor: ExactDecimal

  public init(
    id: String, kind: Kind, kilowattHours: ExactDecimal?, validFrom: CivilDate, validTo: CivilDate, source: String,
    factor: ExactDecimal = .zero
  ) {
    self.id = id
    self.kind = kind
    self.kilowattHours = kilowattHours
    self.validFrom = validFrom
    self.validTo = validTo
    self.source = source
    self.factor = factor
  }
}

/// A part of a certificate that covers consumption.
public struct CertificateShare: Hashable, Sendable {
  public var certificate: Certificate
  public var kilowattHours: ExactDecimal

  public init(certificate: Certificate, kilowattHours: ExactDecimal) {
    self.certificate = certificate
    self.kilowattHours = kilowattHours
  }
}

/// What is left of the certificates while consumption is gone through period by period; no kilowatt hour twice.
public struct CertificateBook: Hashable, Sendable {
  /// A period's electricity.
  public struct Demand: Hashable, Sendable {
    /// First and last day.
    public var from: CivilDate
    public var to: CivilDate
    public var kilowattHours: ExactDecimal
    public init(from: CivilDate, to: CivilDate, kilowattHours: ExactDecimal) {
      self.from = from
      self.to = to
      self.kilowattHours = kilowattHours
    }
  }

  private var open: [(certificate: Certificate, left: ExactDecimal?)]

  public init(_ certificates: [Certificate]) {
    let order = Certificate.Kind.allCases
    open = certificates.enumerated().sorted { one, other in
      let (a, b) = (one.element, other.element)
      let kinds = (order.firstIndex(of: a.kind) ?? 0, order.firstIndex(of: b.kind) ?? 0)
      return (kinds.0, a.validTo, a.validFrom, one.offset) < (kinds.1, b.validTo, b.validFrom, other.offset)
    }.map { ($0.element, $0.element.kilowattHours) }
  }

  /// Covers a period with what is valid on all of its days; what expires first goes first.
  public mutating func draw(_ demand: Demand) throws(DecimalError) -> [CertificateShare] {
    var shares: [CertificateShare] = []
    var missing = demand.kilowattHours
    for place in open.indices where ExactDecimal.zero < missing {
      let entry = open[place]
      guard entry.certificate.validFrom <= demand.from, demand.to <= entry.certificate.validTo else { continue }
      let taken = entry.left.map { min($0, missing) } ?? missing
      guard ExactDecimal.zero < taken else { continue }
      if let left = entry.left { open[place].left = try left - taken }
      missing = try missing - taken
      shares.append(CertificateShare(certificate: entry.certificate, kilowattHours: taken))
    }
    return shares
  }

  /// The shares of each period. The periods are gone through in the order of their days, whatever the order they are
  /// given in: the same periods give the same shares, also when one of them was corrected.
  public static func allocate(
    _ certificates: [Certificate], to demands: [Demand]
  ) throws(DecimalError) -> [[CertificateShare]] {
    var book = CertificateBook(certificates)
    var shares = [[CertificateShare]](repeating: [], count: demands.count)
    let order = demands.indices.sorted {
      (demands[$0].from, demands[$0].to, $0) < (demands[$1].from, demands[$1].to, $1)
    }
    for place in order { shares[place] = try book.draw(demands[place]) }
    return shares
  }

  /// What is left of each certificate with a limit, in the order of use; what has expired by `date` is lost.
  public func left(at date: CivilDate) -> [(certificate: Certificate, kilowattHours: ExactDecimal, isExpired: Bool)] {
    open.compactMap { entry in entry.left.map { (entry.certificate, $0, entry.certificate.validTo < date) } }
  }

  public static func == (one: CertificateBook, other: CertificateBook) -> Bool {
    one.open.map(\.certificate) == other.open.map(\.certificate) && one.open.map(\.left) == other.open.map(\.left)
  }

  public func hash(into hasher: inout Hasher) {
    for entry in open {
      hasher.combine(entry.certificate)
      hasher.combine(entry.left)
    }
  }
}
