extension RecordSchema {
  /// The body of a `ledger-head`.
  static let ledgerHead = RecordSchema.object(
    "A signed head of the ledger: whoever keeps it can tell later whether the ledger was cut or rewritten.",
    [
      .required("number", .count("Number of the head, without gaps.", from: 1)),
      .required("gateway", .string("Id of the gateway.")),
      .required(
        "reason", .word("day: a plant-local day has ended. request: somebody asked for it.", of: ["day", "request"])),
      .required("day", .string("The plant-local day, YYYY-MM-DD.")),
      .required("start", .time("End of the day that the head before spoke of, or start of the day.")),
      .required("end", .time("End of the day; the time of the request.")),
      .required("issued", .time("When the gateway made the head.")),
      .required("first", .count("First leaf: the one after the last leaf of the head before.", from: 1)),
      .required("last", .count("Last leaf; first - 1 if there was none.")),
      .required("count", .count("Leaves.")),
      .required("root", .hash("Merkle root (RFC 6962, SHA-256) over the hashes of these leaves.")),
      .required("chain", .hash("Hash of the last leaf, which stands for all leaves before.")),
      .required("previous", .hash("SHA-256 of the body of the head before; 64 zeros for the first.")),
      .required(
        "key",
        .object(
          "The public key, a JSON Web Key (RFC 8037).",
          [
            .required("crv", .word("Curve.", of: ["Ed25519"])), .required("kty", .word("Type.", of: ["OKP"])),
            .required("x", .string("The key, base64url.")),
          ])),
      .required("fingerprint", .hash("SHA-256 of the key (RFC 7638).")),
      .required(
        "handovers", .list("From the first key to this one: JSON Web Signatures.", of: .string("A hand-over."))),
      .required("signature", .string("Ed25519 over the canonical JSON of the other members, base64url.")),
    ])
}
