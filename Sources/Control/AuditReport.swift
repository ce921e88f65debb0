/// Which of the acts of people are wanted.
public struct AuditQuery: Codable, Hashable, Sendable {
  /// `today`, `2026-10`; nil = all that is kept.
  public var period: String?
  /// The name that they gave, or their login.
  public var person: String?
  /// `alarm-shelve`, `alarm-*`.
  public var act: String?
  /// A part of what it was done to.
  public var what: String?
  public var onlyRefused = false
  public var limit = 100

  public init(period: String? = nil, person: String? = nil, act: String? = nil, what: String? = nil) {
    self.period = period
    self.person = person
    self.act = act
    self.what = what
  }
}

/// What people did to the gateway, the newest first.
public struct AuditReport: Codable, Hashable, Sendable {
  public var lines: [AuditLine]
  /// There are older ones that were not asked for.
  public var isCut: Bool
  public init(lines: [AuditLine], isCut: Bool) {
    self.lines = lines
    self.isCut = isCut
  }
}

public struct AuditLine: Codable, Hashable, Sendable {
  public var time: String
  /// As they said.
  public var person: String
  /// As the operating system said; empty without `control: roles:`.
  public var user: String
  public var role: String
  public var act: String
  public var what: String
  public var reason: String
  /// `accepted` or `refused`.
  public var outcome: String
  /// Why not.
  public var refusal: String

  public init(
    time: String, person: String, user: String, role: String, act: String, what: String, reason: String,
    outcome: String, refusal: String
  ) {
    self.time = time
    self.person = person
    self.user = user
    self.role = role
    self.act = act
    self.what = what
    self.reason = reason
    self.outcome = outcome
    self.refusal = refusal
  }
}
