import Telemetry
import Testing

@testable import Factors

@Suite struct CertificateTests {
  private func certificate(
    _ id: String, _ hours: Int?, _ from: String, _ to: String, _ kind: Certificate.Kind = .gec
  ) throws -> Certificate {
    Certificate(
      id: id, kind: kind, kilowattHours: hours.map { ExactDecimal($0) }, validFrom: try date(from),
      validTo: try date(to), source: "registry")
  }

  private func month(_ number: Int, _ hours: Int) throws -> CertificateBook.Demand {
    CertificateBook.Demand(
      from: try #require(CivilDate(year: 2026, month: number, day: 1)),
      to: try #require(CivilDate(year: 2026, month: number, day: 28)), kilowattHours: ExactDecimal(hours))
  }

  @Test func expiringFirstAndNeverTwice() throws {
    let certificates = [
      try certificate("year", 5000, "2026-01-01", "2026-12-31"),
      try certificate("winter", 1000, "2026-01-01", "2026-02-28"),
    ]
    let shares = try CertificateBook.allocate(certificates, to: [month(1, 800), month(2, 800), month(3, 9000)])
    #expect(shares.map { $0.map(\.certificate.id) } == [["winter"], ["winter", "year"], ["year"]])
    #expect(
      shares.map { $0.map(\.kilowattHours.description) } == [["800"], ["200", "600"], ["4400"]])
    var book = CertificateBook(certificates)
    _ = try book.draw(month(2, 300))
    let left = try book.left(at: date("2026-03-01"))
    #expect(left.map(\.certificate.id) == ["winter", "year"])
    #expect(left.map(\.kilowattHours.description) == ["700", "5000"] && left.map(\.isExpired) == [true, false])
  }

  @Test func daysOutsideAreNotCovered() throws {
    let half = try certificate("half", 1000, "2026-01-15", "2026-12-31")
    #expect(try CertificateBook.allocate([half], to: [month(1, 10), month(2, 10)]).map(\.count) == [0, 1])
  }

  /// Whatever the order of the periods, nothing is used twice, no period gets more than it used, and a correction of one
  /// period gives the same as if it had been so from the beginning.
  @Test(arguments: 0..<40) func againstTheAccounts(_ seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var certificates: [Certificate] = []
    for number in 0..<8 {
      let first = Int.random(in: 1...12, using: &random)
      let last = Int.random(in: first...12, using: &random)
      certificates.append(
        try certificate(
          "c\(number)", Int.random(in: 1...2000, using: &random), "2026-\(first < 10 ? "0" : "")\(first)-01",
          "2026-\(last < 10 ? "0" : "")\(last)-28", number % 2 == 0 ? .gec : .contract))
    }
    let demands = try (1...12).map { try month($0, Int.random(in: 0...1500, using: &random)) }
    let shares = try CertificateBook.allocate(certificates, to: demands)
    var used: [String: ExactDecimal] = [:]
    for (demand, parts) in zip(demands, shares) {
      var covered = ExactDecimal.zero
      for part in parts {
        covered = try covered + part.kilowattHours
        used[part.certificate.id] = try (used[part.certificate.id] ?? .zero) + part.kilowattHours
        #expect(part.certificate.validFrom <= demand.from && demand.to <= part.certificate.validTo)
      }
      #expect(covered <= demand.kilowattHours)
      if covered < demand.kilowattHours {
        // Nothing that was valid is left unused while a period lacks it, unless an earlier period took it.
        for certificate in certificates
        where certificate.validFrom <= demand.from && demand.to <= certificate.validTo {
          let early = try zip(demands, shares).filter { $0.0.from <= demand.from }.flatMap(\.1)
            .filter { $0.certificate.id == certificate.id }
            .reduce(ExactDecimal.zero) { try $0 + $1.kilowattHours }
          #expect(early == certificate.kilowattHours)
        }
      }
    }
    for certificate in certificates { #expect((used[certificate.id] ?? .zero) <= certificate.kilowattHours ?? .zero) }
    let shuffled = demands.indices.shuffled(using: &random)
    let again = try CertificateBook.allocate(certificates, to: shuffled.map { demands[$0] })
    for (place, index) in shuffled.enumerated() { #expect(again[place] == shares[index]) }
  }
}
