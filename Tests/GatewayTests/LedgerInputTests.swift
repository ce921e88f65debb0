import Foundation
import Ledger
import Telemetry
import TestSupport
import Testing

@testable import weir

/// What `weir verify` takes for a key, a head, a proof, a credential or lines.
@Suite struct LedgerInputTests {
  private let folder = try? TemporaryDirectory()

  private func head(_ number: Int64, by key: SigningKey) throws -> HeadStatement {
    let time = Timestamp(seconds: 1_795_219_200)
    return try HeadStatement(
      .init(
        number: number, gateway: "gw", reason: .day, day: "2026-11-21", start: time, end: time + .days(1),
        issued: time + .days(1), first: 1, last: 0, root: MerkleTree().root, chain: LedgerHash.genesis,
        previous: LedgerHash.genesis), handovers: [], by: key, formatTime: \.rfc3339UTC)
  }

  @Test func keysComeAsTextFileOrList() throws {
    let folder = try #require(folder)
    let keys = [try SigningKey().publicKey, try SigningKey().publicKey]
    let one = try folder.write(keys[1].jwk.canonicalText + "\n", to: "key.json")
    let list = try folder.write(
      JSONValue.array(keys.map { ["fingerprint": .string($0.fingerprint), "key": $0.jwk] }).canonicalText,
      to: "keys.json")
    for text in [one, list, LedgerHash.hex(keys[1].raw), keys[1].jwk.canonicalText] {
      #expect(try LedgerInput.key(text) == keys[1])
    }
    #expect(throws: LedgerError.self) { try LedgerInput.key("/nowhere/key.json") }
  }

  @Test func headsArePickedOutOfRecords() throws {
    let folder = try #require(folder)
    let key = try SigningKey()
    let heads = [try head(1, by: key), try head(2, by: key)]
    let record: (HeadStatement) -> String = {
      (["kind": "ledger-head", "body": $0.body] as JSONValue).canonicalText
    }
    let lines = try folder.write(
      #"{"kind":"finding","body":{}}"# + "\n" + heads.map(record).joined(separator: "\n"), to: "upstream.jsonl")
    #expect(try LedgerInput.heads(lines) == heads)
    let pretty = try folder.write("{\n  \"body\": \(heads[0].body.canonicalText)\n}\n", to: "head.json")
    #expect(try LedgerInput.heads(pretty) == [heads[0]])
    #expect(try LedgerInput.heads(heads[1].body.canonicalText) == [heads[1]])
    let altered = heads[0].body.canonicalText.replacing("2026-11-21\"", with: "2026-11-20\"")
    #expect(throws: LedgerError.self) { try LedgerInput.heads(altered) }
    let none = try folder.write(#"{"kind":"finding","body":{}}"# + "\n", to: "none.jsonl")
    #expect(throws: LedgerError.self) { try LedgerInput.heads(none) }
  }

  @Test func formsAreToldApart() throws {
    let folder = try #require(folder)
    let jws = try folder.write(try JWS(["a": 1], by: SigningKey()).text + "\n", to: "credential.jwt")
    let proof = try folder.write("{ \"format\": \"weir-proof-1\" }\n", to: "proof.json")
    let lines = try folder.write("{}\n{}\n", to: "lines.jsonl")
    #expect(try LedgerInput.credential([jws])?.hasPrefix("eyJ") == true)
    #expect(try LedgerInput.credential([lines]) == nil && LedgerInput.credential([folder.path]) == nil)
    #expect(try LedgerInput.isProof([proof]) && !LedgerInput.isProof([lines]) && !LedgerInput.isProof([lines, lines]))
    #expect(try LedgerInput.audit([lines, lines], .init()).damageCount == 4)
    let empty = try folder.write("", to: "empty.jsonl")
    #expect(throws: LedgerError.self) { try LedgerInput.audit([empty], .init()) }
    #expect(throws: LedgerError.self) { try LedgerInput.audit(["/nowhere"], .init()) }
  }

  @Test func linesAreWhole() throws {
    let folder = try #require(folder)
    let long = String(repeating: "x", count: 600_000)
    for (text, wanted) in [("a\n\nb", ["a", "", "b"]), ("a\n", ["a"]), ("\(long)\ny\n", [long, "y"]), ("", [])] {
      let path = try folder.write(text, to: "lines")
      var lines: [String] = []
      try LineReader.read(path) { lines.append(String(decoding: $0, as: UTF8.self)) }
      #expect(lines == wanted)
    }
  }
}
