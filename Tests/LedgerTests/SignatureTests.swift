import Ledger
import Telemetry
import Testing

@Suite struct SignatureTests {
  // RFC 8037, appendix A.
  private let secret = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
  private let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
  private let signed = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
  private let signature =
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"

  @Test func theExampleOfRFC8037() throws {
    let key = try SigningKey(secret: #require(Base64URL.decode(secret)))
    #expect(key.publicKey.jwk == ["crv": "Ed25519", "kty": "OKP", "x": .string(x)])
    #expect(
      Base64URL.encode(try #require(LedgerHash.bytes(hex: key.publicKey.fingerprint)))
        == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
    #expect(Base64URL.encode(try key.sign(Array(signed.utf8))) == signature)
    #expect(key.publicKey.verifies(try #require(Base64URL.decode(signature)), of: Array(signed.utf8)))
  }

  @Test func aKeyIsReadFromEveryForm() throws {
    let key = try SigningKey()
    let texts = [
      key.publicKey.jwk.canonicalText, "  \(key.publicKey.jwk.canonicalText)\n", LedgerHash.hex(key.publicKey.raw),
      Base64URL.encode(key.publicKey.raw),
    ]
    for text in texts { #expect(try PublicKey(text: text) == key.publicKey) }
    for text in ["", "{}", "abc", #"{"crv":"P-256","kty":"EC","x":"a"}"#] {
      #expect(throws: LedgerError.self) { try PublicKey(text: text) }
    }
  }

  @Test func theSecretIsNotShown() throws {
    let key = try SigningKey()
    let file = try JSONValue(parsing: key.fileText)
    let secret = try #require(file["d"]?.stringValue)
    var dumped = ""
    dump(key, to: &dumped)
    for text in ["\(key)", String(reflecting: key), dumped, "\([key])", "\(Optional(key) as Any)"] {
      #expect(!text.contains(secret))
    }
    #expect(try SigningKey(file: key.fileText).publicKey == key.publicKey)
    let other = try SigningKey()
    let mixed = key.fileText.replacing(
      Base64URL.encode(key.publicKey.raw), with: Base64URL.encode(other.publicKey.raw))
    #expect(throws: LedgerError.self) { try SigningKey(file: mixed) }
  }

  @Test func aSignatureHoldsForItsTextOnly() throws {
    let key = try SigningKey()
    let payload: JSONValue = ["sub": "urn:x", "value": 1.5, "list": [1, 2, ["a": nil]]]
    let jws = try JWS(payload, header: ["more": 1], by: key)
    #expect(try JWS.verified(jws.text, by: [SigningKey().publicKey, key.publicKey]) == payload)
    #expect(jws.header["alg"] == "EdDSA" && jws.header["typ"] == "JWT" && jws.header["more"] == 1)
    #expect(try JWS(text: jws.text).keyID == key.publicKey.fingerprint)
    #expect(throws: LedgerError.self) { try JWS.verified(jws.text, by: [SigningKey().publicKey]) }
    var random = SplitMix64(seed: 1)
    let bytes = Array(jws.text.utf8)
    for _ in 0..<300 {
      var changed = bytes
      let place = Int.random(in: bytes.indices, using: &random)
      changed[place] = UInt8.random(in: 32...126, using: &random)
      guard changed != bytes else { continue }
      #expect(throws: LedgerError.self) {
        try JWS.verified(String(decoding: changed, as: UTF8.self), by: [key.publicKey])
      }
    }
    let none = Base64URL.encode(Array(#"{"alg":"none"}"#.utf8)) + ".e30."
    #expect(throws: LedgerError.self) { try JWS.verified(none, by: [key.publicKey]) }
  }

  @Test func aCredentialHoldsInItsTime() throws {
    let key = try SigningKey()
    let from = Timestamp(seconds: 1_795_219_200)
    let subject: JSONValue = ["id": "urn:weir:unit:42", "pcf": "12.5"]
    let text = try VerifiableCredential.sign(
      subject: subject, types: ["ProductCarbonFootprint"], id: "urn:uuid:1", issuer: "urn:weir:gateway:cq1",
      validFrom: from, validUntil: from + .days(1), by: key
    ).text
    func read(_ time: Timestamp) throws -> JSONValue {
      try VerifiableCredential.subject(of: text, by: [key.publicKey], at: time)
    }
    #expect(try read(from) == subject)
    #expect(throws: LedgerError.self) { try read(from - .seconds(1)) }
    #expect(throws: LedgerError.self) { try read(from + .days(1)) }
    let plain = try JWS(subject, by: key).text
    #expect(throws: LedgerError.self) {
      try VerifiableCredential.subject(of: plain, by: [key.publicKey], at: from)
    }
  }

  @Test func trustFollowsHandovers() throws {
    let keys = try (0..<4).map { _ in try SigningKey() }
    let time = Timestamp(seconds: 1_795_219_200)
    func handover(_ from: Int, _ to: Int) throws -> String {
      try KeyHandover(
        from: keys[from], to: keys[to], gateway: "gw", issued: time, leaf: 7, chain: LedgerHash.genesis
      ).text
    }
    let chain = [try handover(0, 1), try handover(1, 2)]
    for trusted in 0...2 {
      #expect(try KeyHandover.keys(trusting: keys[trusted].publicKey, through: chain) == keys[0...2].map(\.publicKey))
    }
    #expect(try KeyHandover.keys(trusting: keys[3].publicKey, through: chain) == [keys[3].publicKey])
    #expect(throws: LedgerError.self) {
      try KeyHandover.keys(trusting: keys[0].publicKey, through: [handover(0, 1), handover(2, 3)])
    }
    // Somebody without the old key cannot speak for it.
    let jws = try JWS(text: chain[0])
    let forged = try JWS(jws.payload, type: "weir-key-handover+jwt", by: keys[3]).text
    #expect(throws: LedgerError.self) { try KeyHandover(text: forged) }
  }
}
