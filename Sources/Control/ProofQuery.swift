/// Which unit is asked for.
public struct UnitQuery: Codable, Hashable, Sendable {
  public var serial: String
  /// If it was seen in several.
  public var order: String?
  /// In which its order began.
  public var period: String

  public init(serial: String, order: String? = nil, period: String) {
    self.serial = serial
    self.order = order
    self.period = period
  }
}

/// What is to be proven to a partner.
public struct ProofQuery: Codable, Hashable, Sendable {
  /// Id of a record, or the serial number of a unit.
  public var subject: String
  /// JSON pointers of members that are shown beside the usual ones.
  public var show: [String]
  public var order: String?
  public var period: String

  public init(subject: String, show: [String] = [], order: String? = nil, period: String = "year") {
    self.subject = subject
    self.show = show
    self.order = order
    self.period = period
  }
}
