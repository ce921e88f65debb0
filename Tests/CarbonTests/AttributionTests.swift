import Factors
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Carbon

/// Certificates of the site in reports of its parts: by their share of the electricity.
@Suite struct AttributionTests {
  @Test func aPartHasItsShareAndNeverMoreThanItUsed() throws {
    let day = try #require(CivilDate("2026-01-01"))
    func decimal(_ text: String) throws -> ExactDecimal { try #require(ExactDecimal(text)) }
    let certificates = ["a", "b"].map {
      Certificate(id: $0, kind: .gec, kilowattHours: ExactDecimal(400), validFrom: day, validTo: day, source: "r")
    }
    func line(_ amount: String, _ certificate: String?) -> JSONValue {
      var members: [String: JSONValue] = ["category": "electricity", "unit": "kWh", "amount": .string(amount)]
      members["certificate"] = certificate.map { .string($0) }
      return .object(members)
    }
    func attribution(_ lines: [JSONValue]) throws -> EmissionReport.Attribution? {
      try EmissionReport.Attribution(
        inventory: ["methods": ["ghgp_market": ["lines": .array(lines)]]], .market, certificates: certificates)
    }
    let half = try #require(try attribution([line("400", "a"), line("100", "b"), line("500", nil)]))
    #expect(try half.shares(of: ExactDecimal(300)).map(\.kilowattHours) == [ExactDecimal(120), ExactDecimal(30)])
    // All of the site is covered: a third of it is, to the last place.
    let all = try #require(try attribution([line("200", "a"), line("100", "b")]))
    let third = try decimal("33.333333333333")
    let shares = try all.shares(of: third)
    #expect(try shares[0].kilowattHours + shares[1].kilowattHours <= third)
    #expect(try attribution([line("500", nil)]) == nil)
  }
}
