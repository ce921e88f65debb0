import Foundation
import Ledger
import Telemetry
import Testing

@testable import Store

@Suite struct ProofTests {
  @Test func everySignedRecordHasAProof() throws {
    let ledger = try LedgerFixture()
    let file = try StoreFile(path: ledger.fixture.path)
    for line in try ledger.lines().dropFirst() {
      let record = try JSONValue(parsing: line)
      guard let number = record["chain"]?["sequence"]?.integerValue, let id = record["id"]?.stringValue else {
        continue
      }
      guard number <= 16 else {
        #expect(throws: LedgerError.self) { try file.proof(of: id) }
        continue
      }
      let hasBody = record["body"] != nil
      if !hasBody { #expect(throws: LedgerError.self) { try file.proof(of: id) } }
      for withBody in hasBody ? [true, false] : [false] {
        let text = try file.proof(of: id, withBody: withBody).json.canonicalText
        let proof = try LedgerProof(json: JSONValue(parsing: text))
        for key in [ledger.first, ledger.second] {
          let statement = try proof.verified(by: key.publicKey)
          #expect(statement.leaf.id == id && statement.hasBody == withBody)
        }
        #expect(throws: LedgerError.self) { try proof.verified(by: SigningKey().publicKey) }
      }
    }
  }

  @Test func aChangedProofDoesNotHold() throws {
    let ledger = try LedgerFixture()
    let id = try #require(
      try JSONValue(parsing: ledger.lines()[11])["id"]?.stringValue)
    let bytes = try StoreFile(path: ledger.fixture.path).proof(of: id).json.canonicalBytes()
    var random = SplitMix64(seed: 5)
    for round in 0..<500 {
      var changed = bytes
      let place = Int.random(in: bytes.indices, using: &random)
      changed[place] ^= UInt8.random(in: 1...255, using: &random)
      let holds: Bool
      do {
        let json = try JSONValue(parsing: changed)
        _ = try LedgerProof(json: json).verified(by: ledger.first.publicKey)
        holds = true
      } catch {
        holds = false
      }
      #expect(!holds, "round \(round): byte \(place)")
    }
  }

  @Test func whatHasNoProofIsSaid() throws {
    let file = try StoreFile(path: LedgerFixture().fixture.path)
    for id in ["x", "gw/finding/a/0", "gw/energy-day/meter-1/2020-01-01T00:00:00Z/0"] {
      #expect(throws: LedgerError.self) { try file.proof(of: id) }
    }
  }
}
